import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AuditError } from '../../../core/errors.ts';
import { emulatorEnvironment, operatorEnvironment } from './emulator-environment.ts';
import { isRunning, type Service, startService, stopService } from './processes.ts';
import type { StatePaths } from './state.ts';

/** One account of the local cloud: where clients reach it, and the processes that we started for it. */
export interface Account {
  readonly account: string;
  readonly endpoint: string;
  readonly services: readonly Service[];
}

const LOOPBACK = '127.0.0.1';
const EMULATOR = fileURLToPath(new URL('./emulator.py', import.meta.url));
const GATEWAY = fileURLToPath(new URL('./gateway.ts', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
const ATTEMPTS = 3;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Whether an emulator answers at `endpoint` and has finished starting. */
export async function isReady(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(`${endpoint}/_ministack/ready`, { signal: AbortSignal.timeout(2000) });
    return answer.ok && ((await answer.json()) as { status?: unknown }).status === 'completed';
  } catch {
    return false;
  }
}

/**
 * Starts the emulator of one account with its gateway and waits until it answers. A port that somebody takes
 * between our asking and our using it costs another attempt. `onStart` hears of processes at once, so that they
 * can be ended whatever happens next.
 */
export async function startAccount(options: {
  account: string;
  python: string;
  paths: StatePaths;
  /** Where functions are unpacked. Outside the repository: what they import must be in their bundle, not found above them. */
  scratch: string;
  iam: boolean;
  signal: AbortSignal;
  onStart: (service: Service) => void;
}): Promise<Account> {
  const { account, python, paths, signal } = options;
  const home = join(options.scratch, account);
  mkdirSync(join(home, 'tmp'), { recursive: true });
  const log = join(paths.logs, `emulator-${account}.log`);
  for (let attempt = 1; ; attempt++) {
    const [port, target] = [await freePort(), await freePort()];
    const emulator = startService(python, [EMULATOR, '--bind', `${LOOPBACK}:${target}`], {
      env: emulatorEnvironment({ account, port, python, home, iam: options.iam }),
      cwd: home,
      log,
    });
    options.onStart(emulator);
    const addresses = ['--account', account, '--listen', String(port), '--target', String(target)];
    const gateway = startService(process.execPath, [GATEWAY, ...addresses, '--calls', paths.calls], {
      env: operatorEnvironment(account, 'us-east-1'),
      cwd: home,
      log: join(paths.logs, `gateway-${account}.log`),
    });
    options.onStart(gateway);
    const endpoint = `http://${LOOPBACK}:${port}`;
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (isRunning(emulator) && isRunning(gateway) && Date.now() < deadline) {
      if (await isReady(endpoint)) return { account, endpoint, services: [gateway, emulator] };
      await delay(POLL_MS, undefined, { signal });
    }
    await Promise.all([stopService(gateway), stopService(emulator)]);
    if (attempt === ATTEMPTS) {
      throw new AuditError(
        'unavailable',
        `The emulator of account ${account} did not start. The end of ${log}:\n${tail(log)}`,
      );
    }
  }
}

/** The last lines of a log, indented for a message. */
export function tail(log: string, lines = 15): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n').replace(/^/gm, '  ');
  } catch {
    return '  (no log)';
  }
}
