import { queryQuarantine } from '../../../core/query/quarantine.ts';
import { routeOf } from '../../shared/http/operation.ts';
import { listQuarantine } from '../operations/quarantine.ts';
import type { ReadApi } from '../read-api.ts';
import { maySeePersonal } from '../visibility.ts';

/** `GET /v1/audit/quarantine`: what was refused and why, newest first. */
export function quarantineRoutes({ reader, quarantine }: ReadApi) {
  return [
    routeOf(listQuarantine, async ({ query, caller }) => {
      const { limit, cursor, ...filter } = query;
      const personal = maySeePersonal(caller);
      const page = await queryQuarantine({ ...(await reader()), quarantine }, filter, {
        limit,
        cursor,
        personal,
      });
      const opened = page.quarantine.some(({ content }) => content !== undefined);
      return { status: 200, body: page, gives: { count: page.quarantine.length, personal: opened } };
    }),
  ];
}
