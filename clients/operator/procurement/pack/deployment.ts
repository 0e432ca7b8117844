import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditError } from '../../../../core/errors.ts';
import { loadTenants } from '../../../../lib/config/load-tenants.ts';
import type { Tenant } from '../../../../lib/config/tenant.ts';
import { type PolicyStack, readStack } from '../../isolation/policies/stack.ts';
import { readAssembly } from '../../local/assembly.ts';
import { cdk } from '../../local/cdk.ts';
import { operatorEnvironment } from '../../local/emulator-environment.ts';
import { PLATFORM_ACCOUNT, PROJECT } from '../../local/state.ts';

/** A resource of the synthesised stack. */
export interface TemplateResource {
  /** Its logical id without CDK's hash. */
  readonly name: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A tenant as it is described, and the stack that comes of that. */
export interface Deployment {
  readonly tenant: Tenant;
  readonly account: string;
  readonly region: string;
  readonly resources: readonly TemplateResource[];
  /** Its roles and what they may, and its resources by their ARNs. */
  readonly policies: PolicyStack;
}

/** Synthesises the stacks of the folder `tenants` as they are deployed to AWS, without credentials; the one of `id`. */
export async function synthesiseTenant(
  id: string,
  tenants: string,
  signal: AbortSignal,
): Promise<Deployment> {
  const tenant = loadTenants(tenants).find((one) => one.id === id);
  if (!tenant) throw new AuditError('misconfigured', `${tenants} has no ${id}.json`);
  const scratch = mkdtempSync(join(tmpdir(), 'procurement-'));
  try {
    const assembly = join(scratch, 'cdk.out');
    const {
      AWS_ACCESS_KEY_ID: _,
      AWS_SECRET_ACCESS_KEY: __,
      ...env
    } = operatorEnvironment(PLATFORM_ACCOUNT, tenant.region);
    await cdk(
      ['synth', `AuditTrail-${id}`, '--quiet', '--output', assembly, '--context', `tenants=${tenants}`],
      {
        env: { ...env, CDK_DEFAULT_ACCOUNT: PLATFORM_ACCOUNT, CDK_DEFAULT_REGION: tenant.region },
        cwd: PROJECT,
        log: join(scratch, 'cdk-synth.log'),
        signal,
      },
    );
    const stack = readAssembly(assembly).find((one) => one.tenant === id);
    if (!stack) throw new AuditError('misconfigured', `The synthesis gave no stack AuditTrail-${id}.`);
    return deploymentOf(tenant, stack);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A tenant and the template of its stack. */
export function deploymentOf(
  tenant: Tenant,
  { stack, account, region, template }: Omit<ReturnType<typeof readAssembly>[number], 'tenant'>,
): Deployment {
  return {
    tenant,
    account,
    region,
    resources: Object.entries(template.Resources).map(([id, { Type, Properties }]) => ({
      name: id.replace(/[0-9A-F]{8}$/, ''),
      type: Type,
      properties: Properties,
    })),
    policies: readStack(tenant.id, template, { stack, account, region }),
  };
}
