import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditError } from '../../../core/errors.ts';
import type { TenantStack } from './assembly.ts';
import { emittingAgents, exampleAgents, runDemo } from './demo.ts';
import { bootstrap, type DeployedTenant, deployAccount, synthesise } from './deploy.ts';
import { type Account, isReady, startAccount } from './emulator.ts';
import { parseEndpoints } from './endpoints.ts';
import { acquireLock } from './lock.ts';
import { type LocalOutputs, readOutputs, writePrivateJson } from './outputs.ts';
import { isRunning, type Service, stopService } from './processes.ts';
import type { Progress } from './progress.ts';
import { installEmulator } from './python.ts';
import { isWhole, readRun, removeRun, writeRun } from './run-file.ts';
import type { StatePaths } from './state.ts';
import { summarise } from './summary.ts';
import { openTenant } from './tenant-access.ts';

interface LocalOptions {
  readonly paths: StatePaths;
  readonly progress: Progress;
  /** Ends what is going on, and everything that was started for it. */
  readonly signal: AbortSignal;
  /** Another folder of tenant files than `tenants/`. */
  readonly tenants?: string | undefined;
}

interface UpOptions extends LocalOptions {
  readonly demo: boolean;
  /** Whether the emulator evaluates IAM policies, as AWS does; off only to find out whether a policy is at fault. */
  readonly iam: boolean;
}

/** Runs `work` while this process holds the state directory; says who else does. */
async function exclusively<T>(paths: StatePaths, command: string, work: () => Promise<T>): Promise<T> {
  const attempt = acquireLock(paths.lock, command);
  if (!attempt.ok) {
    const { pid, command: other } = attempt.holder;
    throw new AuditError(
      'conflict',
      `"${other}" is at work in ${paths.dir} (process ${pid}). Wait for it, end it, or use another --state DIR.`,
    );
  }
  try {
    return await work();
  } finally {
    attempt.release();
  }
}

/**
 * Brings up a local cloud from nothing and leaves it running: emulators, stacks, gaps, tokens, demo. `stay` runs
 * last, while the state directory is still held. What was started is ended again when anything fails.
 */
export async function up(options: UpOptions, stay: () => Promise<void> = async () => {}): Promise<void> {
  await exclusively(options.paths, 'up', async () => {
    const { paths } = options;
    const running = readRun(paths.run);
    if (running && isWhole(running) && running.accounts.some(({ services }) => services.length > 0)) {
      throw new AuditError(
        'conflict',
        `A local cloud is already running in ${paths.dir}. "npm run local -- status" shows it, "npm run local -- down" ends it.`,
      );
    }
    await endRun(paths); // what a run that was killed left behind
    for (const path of [paths.logs, paths.calls, paths.emitters])
      rmSync(path, { recursive: true, force: true });
    mkdirSync(paths.logs, { recursive: true, mode: 0o700 });
    const started: Service[] = [];
    const scratch = mkdtempSync(join(tmpdir(), 'agent-audit-trail-'));
    try {
      const { accounts, stacks } = await startAccounts(options, scratch, started);
      writeRun(paths.run, { started_at: new Date().toISOString(), scratch, accounts });
      await deployAndOpen(options, accounts, stacks);
      await stay();
    } catch (error) {
      await Promise.all(started.map(stopService));
      rmSync(scratch, { recursive: true, force: true });
      removeRun(paths.run);
      throw error;
    }
  });
}

async function startAccounts(
  options: UpOptions,
  scratch: string,
  started: Service[],
): Promise<{ accounts: Account[]; stacks: TenantStack[] }> {
  const { paths, progress, signal, iam } = options;
  const given = parseEndpoints(process.env.AUDIT_TRAIL_ENDPOINTS);
  const [stacks, python] = await allOrNone([
    progress.step('synthesise the stacks', () => synthesise(paths, { tenants: options.tenants, signal })),
    given.size > 0
      ? Promise.resolve(undefined)
      : progress.step('install the emulator', () => installEmulator(process.env.AUDIT_TRAIL_PYTHON, signal)),
  ] as const);
  const names = [...new Set(stacks.map(({ account }) => account))];
  const accounts = await allOrNone(
    names.map(async (account) => {
      const endpoint = given.get(account);
      if (endpoint !== undefined) return useGiven(account, endpoint);
      if (python === undefined) {
        throw new AuditError(
          'misconfigured',
          `AUDIT_TRAIL_ENDPOINTS names no emulator for account ${account}.`,
        );
      }
      const onStart = (service: Service) => started.push(service);
      return progress.step(`start account ${account}`, () =>
        startAccount({ account, python, paths, scratch, iam, signal, onStart }),
      );
    }),
  );
  return { accounts, stacks };
}

async function useGiven(account: string, endpoint: string): Promise<Account> {
  if (!(await isReady(endpoint))) {
    throw new AuditError(
      'unavailable',
      `AUDIT_TRAIL_ENDPOINTS: no emulator answers at ${endpoint} (${account}).`,
    );
  }
  return { account, endpoint, services: [] };
}

/** All results, or the first error once everything has settled, so that nothing goes on behind our back. */
async function allOrNone<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return (await Promise.all(work)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

async function deployAndOpen(options: UpOptions, accounts: Account[], stacks: TenantStack[]): Promise<void> {
  const { paths, progress, signal } = options;
  const deployed = (
    await allOrNone(
      accounts.map(async (account) => {
        const own = stacks.filter((stack) => stack.account === account.account);
        for (const region of new Set(own.map((stack) => stack.region))) {
          await progress.step(`bootstrap account ${account.account}`, () =>
            bootstrap(account, region, { paths, signal }),
          );
        }
        const names = own.map(({ stack }) => stack).join(', ');
        return progress.step(`deploy ${names}`, () => deployAccount(account, own, { paths, signal }));
      }),
    )
  ).flat();
  const outputs = await progress.step('make tokens and emitters', () => openTenants(deployed, paths));
  if (options.demo && exampleAgents().length > 0) {
    await progress.step('run the example agents', () =>
      runDemo({ outputs, outputsFile: paths.outputs, say: (line) => progress.say(line), signal }),
    );
  }
  for (const line of await summarise(outputs, signal)) progress.say(line);
}

async function openTenants(deployed: readonly DeployedTenant[], paths: StatePaths): Promise<LocalOutputs> {
  const agents = emittingAgents();
  const tenants = await allOrNone(
    deployed.map(async ({ stack, outputs, endpoint }) => {
      const tenant = await openTenant({ stack, outputs, endpoint, emitters: paths.emitters, agents });
      return [stack.tenant, tenant] as const;
    }),
  );
  const outputs = { region: deployed[0]?.stack.region ?? 'us-east-1', tenants: Object.fromEntries(tenants) };
  writePrivateJson(paths.outputs, outputs);
  return outputs;
}

/** Deploys the stacks as they are now onto the emulators that run, keeping data, tokens and emitters. */
export async function deployAgain(options: LocalOptions): Promise<void> {
  const { paths, progress, signal } = options;
  await exclusively(paths, 'deploy', async () => {
    const run = readRun(paths.run);
    if (!run || !isWhole(run))
      throw new AuditError('not_found', 'No local cloud is running: "npm run local -- up".');
    const stacks = await progress.step('synthesise the stacks', () =>
      synthesise(paths, { tenants: options.tenants, signal }),
    );
    await allOrNone(
      run.accounts.map((account) => {
        const own = stacks.filter((stack) => stack.account === account.account);
        const names = own.map(({ stack }) => stack).join(', ');
        return own.length === 0
          ? Promise.resolve([])
          : progress.step(`deploy ${names}`, () => deployAccount(account, own, { paths, signal }));
      }),
    );
  });
}

/** Ends the local cloud of a state directory; without one, does nothing. Answers whether there was one. */
export async function down(paths: StatePaths): Promise<boolean> {
  return exclusively(paths, 'down', () => endRun(paths));
}

async function endRun(paths: StatePaths): Promise<boolean> {
  const run = readRun(paths.run);
  await Promise.all((run?.accounts ?? []).flatMap(({ services }) => services.map(stopService)));
  if (run) rmSync(run.scratch, { recursive: true, force: true });
  removeRun(paths.run);
  rmSync(paths.outputs, { force: true }); // its tokens open nothing any more
  return run !== undefined;
}

/** How a local cloud is doing. */
interface LocalStatus {
  readonly running: boolean;
  readonly accounts: readonly {
    account: string;
    endpoint: string;
    ready: boolean;
    pids: readonly number[];
  }[];
  readonly outputs: LocalOutputs | undefined;
}

export async function status(paths: StatePaths): Promise<LocalStatus> {
  const run = readRun(paths.run);
  const accounts = await Promise.all(
    (run?.accounts ?? []).map(async ({ account, endpoint, services }) => ({
      account,
      endpoint,
      ready: services.every(isRunning) && (await isReady(endpoint)),
      pids: services.map(({ pid }) => pid),
    })),
  );
  const running = accounts.length > 0 && accounts.every(({ ready }) => ready);
  return { running, accounts, outputs: running ? readOutputs(paths.outputs) : undefined };
}
