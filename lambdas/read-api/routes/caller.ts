import { routeOf } from '../../shared/http/operation.ts';
import { getCaller } from '../operations/caller.ts';
import type { ReadApi } from '../ports.ts';

/** `GET /v1/audit/caller`: what a page needs to know of the bearer that it was given, before it offers anything. */
export function callerRoutes({ tenantId }: Pick<ReadApi, 'tenantId'>) {
  return [
    routeOf(getCaller, async ({ caller }) => ({
      status: 200,
      body: {
        tenant_id: tenantId,
        type: caller.kind,
        id: caller.id,
        ...(caller.kind === 'token' && caller.name !== undefined && { name: caller.name }),
        scopes: caller.scopes,
      },
    })),
  ];
}
