import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { readAssembly, type TenantStack } from './assembly.ts';
import { cdk } from './cdk.ts';
import { operatorClients } from './clients.ts';
import type { Account } from './emulator.ts';
import { operatorEnvironment } from './emulator-environment.ts';
import { findGaps } from './emulator-gaps.ts';
import { PLATFORM_ACCOUNT, PROJECT, type StatePaths } from './state.ts';
import { type StackOutputs, stackOutputsSchema } from './tenant-access.ts';

/** A tenant's stack that has been deployed, and where. */
export interface DeployedTenant {
  readonly stack: TenantStack;
  readonly outputs: StackOutputs;
  readonly endpoint: string;
}

/**
 * Synthesises all stacks once, before any emulator runs, and answers with the tenants'. The account is given and
 * credentials are not, so that nothing here can reach AWS.
 */
export async function synthesise(
  paths: StatePaths,
  options: { tenants: string | undefined; signal: AbortSignal },
): Promise<TenantStack[]> {
  rmSync(paths.assembly, { recursive: true, force: true });
  const {
    AWS_ACCESS_KEY_ID: _key,
    AWS_SECRET_ACCESS_KEY: _secret,
    ...env
  } = operatorEnvironment(PLATFORM_ACCOUNT, 'us-east-1');
  const tenants = options.tenants === undefined ? [] : ['--context', `tenants=${options.tenants}`];
  await cdk(['synth', '--quiet', '--output', paths.assembly, '--context', 'local=true', ...tenants], {
    env: { ...env, CDK_DEFAULT_ACCOUNT: PLATFORM_ACCOUNT, CDK_DEFAULT_REGION: 'us-east-1' },
    cwd: PROJECT,
    log: join(paths.logs, 'cdk-synth.log'),
    signal: options.signal,
  });
  const stacks = readAssembly(paths.assembly);
  if (stacks.length === 0) {
    throw new AuditError(
      'misconfigured',
      'No tenant is described: put tenants/<id>.json beside the examples.',
    );
  }
  return stacks;
}

/** What `cdk bootstrap` lays down once an account and Region: the bucket for assets and the roles of the CLI. */
export async function bootstrap(
  { account, endpoint }: Account,
  region: string,
  options: { paths: StatePaths; signal: AbortSignal },
): Promise<void> {
  await cdk(['bootstrap', `aws://${account}/${region}`], {
    env: operatorEnvironment(account, region, endpoint),
    cwd: options.paths.dir, // away from cdk.json: this is about the account, not about the app
    log: join(options.paths.logs, `cdk-bootstrap-${account}-${region}.log`),
    signal: options.signal,
  });
}

/** Deploys an account's stacks from the assembly that is there and does again what the emulator leaves out. */
export async function deployAccount(
  { account, endpoint }: Account,
  stacks: readonly TenantStack[],
  options: { paths: StatePaths; signal: AbortSignal },
): Promise<DeployedTenant[]> {
  const { paths, signal } = options;
  mkdirSync(paths.cdkOutputs, { recursive: true });
  const file = join(paths.cdkOutputs, `${account}.json`);
  const names = stacks.map(({ stack }) => stack);
  const outputsTo = ['--outputs-file', file];
  const unattended = ['--require-approval', 'never', '--concurrency', '4', '--asset-parallelism'];
  await cdk(['deploy', ...names, '--app', paths.assembly, ...outputsTo, ...unattended], {
    env: operatorEnvironment(account, stacks[0]?.region ?? 'us-east-1', endpoint),
    cwd: paths.dir,
    log: join(paths.logs, `cdk-deploy-${account}.log`),
    signal,
  });
  const outputs = z
    .record(z.string(), z.record(z.string(), z.string()))
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return Promise.all(
    stacks.map(async (stack) => {
      const own = outputs[stack.stack] ?? {};
      await closeGaps(stack, own, endpoint);
      const parsed = stackOutputsSchema.safeParse(own);
      if (!parsed.success) {
        throw new AuditError('misconfigured', `Outputs of ${stack.stack}: ${z.prettifyError(parsed.error)}`);
      }
      return { stack, outputs: parsed.data, endpoint };
    }),
  );
}

async function closeGaps(
  stack: TenantStack,
  outputs: Readonly<Record<string, string>>,
  endpoint: string,
): Promise<void> {
  const clients = operatorClients(stack.account, stack.region, endpoint);
  try {
    for (const gap of findGaps(stack.template, outputs)) {
      try {
        await gap.close(clients);
      } catch (cause) {
        throw new AuditError(
          'unavailable',
          `${gap.target}: ${gap.name}, and setting it failed: ${String(cause)}`,
          {
            cause,
          },
        );
      }
    }
  } finally {
    clients.destroy();
  }
}
