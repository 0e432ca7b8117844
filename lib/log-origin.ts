import { Fn, type Stack } from 'aws-cdk-lib';
import type { Tenant } from './config/tenant.ts';

/**
 * `<deployment host>/<tenant>/<8 hex>`. The hex digits begin the UUID of the stack's id, so a tenant that is
 * added again is another log.
 */
export function logOrigin(stack: Stack, tenant: Tenant, deploymentHost: string): string {
  if (tenant.log_origin !== undefined) return tenant.log_origin;
  // arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>
  const uuid = Fn.select(2, Fn.split('/', stack.stackId));
  return `${deploymentHost}/${tenant.id}/${Fn.select(0, Fn.split('-', uuid))}`;
}
