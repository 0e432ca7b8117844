import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { filterSchema } from '../../../core/query/filter.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { findRecord } from '../../../core/query/receipt.ts';
import { cursorSchema, limitSchema, parseQuery } from '../../shared/http/query-parameters.ts';
import { parseInput } from '../../shared/http/request.ts';
import type { Route } from '../../shared/http/route.ts';
import type { ReadApi } from '../read-api.ts';
import { maySeePersonal, shownReceipt } from '../visibility.ts';

const querySchema = z.strictObject({
  ...filterSchema.shape,
  order: z.enum(['occurred_at', 'log']).default('occurred_at'),
  limit: limitSchema,
  cursor: cursorSchema,
  tenant_id: z
    .string()
    .optional()
    .meta({ description: 'Checked, never believed: the token names the tenant.' }),
});

/** `GET /v1/audit/events` and `/v1/audit/events/{event_id}`. */
export function eventRoutes({ tenantId, reader }: ReadApi): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/audit/events',
      scopes: ['events:read'],
      async handle(request) {
        const { order, limit, cursor, tenant_id, ...filter } = parseQuery(request, querySchema, [
          'event_type',
        ]);
        if (tenant_id !== undefined && tenant_id !== tenantId)
          throw new AuditError('forbidden', 'tenant_id: expected the tenant of the token', {
            field: 'tenant_id',
          });
        const personal = maySeePersonal(request.caller);
        return {
          status: 200,
          body: await queryEvents(await reader(), filter, { order, limit, cursor, personal }),
        };
      },
    },
    {
      method: 'GET',
      path: '/v1/audit/events/{event_id}',
      scopes: ['events:read'],
      async handle({ params, caller }) {
        const { event_id } = parseInput(z.object({ event_id: eventIdSchema }), params);
        const found = await findRecord(await reader(), event_id);
        if (!found) throw new AuditError('not_found', 'There is no record of this event in the log.');
        const { record, disclosures } = found;
        const personal = maySeePersonal(caller) && disclosures.length > 0;
        return {
          status: 200,
          body: { record, ...(personal ? { disclosures } : {}), receipt: shownReceipt(found, caller) },
        };
      },
    },
  ];
}
