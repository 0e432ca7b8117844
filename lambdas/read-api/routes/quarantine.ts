import { z } from 'zod';
import { quarantineFilterSchema, queryQuarantine } from '../../../core/query/quarantine.ts';
import { cursorSchema, limitSchema, parseQuery } from '../../shared/http/query-parameters.ts';
import type { Route } from '../../shared/http/route.ts';
import type { ReadApi } from '../read-api.ts';
import { maySeePersonal } from '../visibility.ts';

const querySchema = z.strictObject({
  ...quarantineFilterSchema.shape,
  limit: limitSchema,
  cursor: cursorSchema,
});

/** `GET /v1/audit/quarantine`: what was refused and why, newest first. */
export function quarantineRoutes({ reader, quarantine }: ReadApi): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/audit/quarantine',
      scopes: ['events:read'],
      async handle(request) {
        const { limit, cursor, ...filter } = parseQuery(request, querySchema);
        const personal = maySeePersonal(request.caller);
        const page = await queryQuarantine({ ...(await reader()), quarantine }, filter, {
          limit,
          cursor,
          personal,
        });
        return { status: 200, body: page };
      },
    },
  ];
}
