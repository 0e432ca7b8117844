import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTenants } from '../../../../lib/config/load-tenants.ts';
import type { Tenant } from '../../../../lib/config/tenant.ts';
import { readAssembly } from '../../local/assembly.ts';
import { cdk } from '../../local/cdk.ts';
import { operatorEnvironment } from '../../local/emulator-environment.ts';
import { PLATFORM_ACCOUNT, PROJECT } from '../../local/state.ts';
import type { Named } from './own-grants.ts';
import { type PolicyStack, readStack } from './stack.ts';

const REGION = 'us-east-1';

const RETENTION = {
  min_days: 30,
  max_days: 400,
  immutability_days: 30,
  archive_after_days: 60,
  after_termination_days: 30,
};

/**
 * Tenants that the suite adds to those of the folder, so that there always is a neighbour in the same account and one
 * with another. They are described for the synthesis alone, and deployed nowhere.
 */
const NEIGHBOURS = [
  {
    id: 'isolation-neighbour',
    display_name: 'A neighbour in the same account',
    tier: 'table-per-tenant',
    region: REGION,
    retention: RETENTION,
    auditor_principals: ['arn:aws:iam::999900001111:role/auditor'],
  },
  {
    id: 'isolation-elsewhere',
    display_name: 'A tenant in another account',
    tier: 'account-per-tenant',
    account: '999900002222',
    account_owner: 'tenant',
    emitter_principals: ['arn:aws:iam::999900003333:role/agents'],
    region: REGION,
    retention: RETENTION,
  },
];

/** A synthesised stack, and whom its tenant's file names from outside. */
export interface Synthesised {
  readonly stack: PolicyStack;
  readonly named: Named;
}

/** Synthesises the stacks of `tenants`, and of the neighbours, as they are deployed to AWS; without any credentials. */
export async function synthesisePolicies(tenants: string, signal: AbortSignal): Promise<Synthesised[]> {
  const described = loadTenants(tenants);
  const scratch = mkdtempSync(join(tmpdir(), 'isolation-'));
  try {
    const [folder, assembly] = [join(scratch, 'tenants'), join(scratch, 'cdk.out')];
    mkdirSync(folder);
    for (const tenant of [...described, ...NEIGHBOURS])
      writeFileSync(join(folder, `${tenant.id}.json`), JSON.stringify(tenant));
    const {
      AWS_ACCESS_KEY_ID: _,
      AWS_SECRET_ACCESS_KEY: __,
      ...env
    } = operatorEnvironment(PLATFORM_ACCOUNT, REGION);
    await cdk(['synth', '--quiet', '--output', assembly, '--context', `tenants=${folder}`], {
      env: { ...env, CDK_DEFAULT_ACCOUNT: PLATFORM_ACCOUNT, CDK_DEFAULT_REGION: REGION },
      cwd: PROJECT,
      log: join(scratch, 'cdk-synth.log'),
      signal,
    });
    const files = new Map(loadTenants(folder).map((tenant) => [tenant.id, tenant]));
    return readAssembly(assembly).map(({ tenant, stack, account, region, template }) => ({
      stack: readStack(tenant, template, { stack, account, region }),
      named: namedBy(files.get(tenant)),
    }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function namedBy(tenant: Tenant | undefined): Named {
  return {
    senders: tenant?.tier === 'account-per-tenant' ? tenant.emitter_principals : [],
    auditors: tenant?.auditor_principals ?? [],
  };
}
