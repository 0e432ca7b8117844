import { AuditError } from '../../../core/errors.ts';
import { fromDoor, judgeAtDoor } from '../../../core/ingest/judge-at-door.ts';
import { keptElements } from '../../../core/ingest/kept-elements.ts';
import { queryQuarantine } from '../../../core/query/quarantine.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { listQuarantine, retryRefused } from '../operations/quarantine.ts';
import type { ReadApi } from '../ports.ts';
import { maySeePersonal } from '../visibility.ts';

/** `GET /v1/audit/quarantine`: what was refused and why, newest first; `POST …/{quarantine_id}/retry`. */
export function quarantineRoutes(api: ReadApi) {
  const { reader, quarantine } = api;
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
    routeOf(retryRefused, (asked) => retry(api, asked)),
  ];
}

/** Only what is accepted goes into the queue: what is refused again is in the quarantine already. */
async function retry(
  { reader, tenantId, outbox }: ReadApi,
  { params, caller }: Asked<typeof retryRefused>,
): Promise<ApiResponse> {
  const { work, clock, random } = await reader();
  const bytes = await work.read(`quarantine/${params.quarantine_id}`);
  if (!bytes)
    throw new AuditError(
      'not_found',
      'Nothing is kept under this id: there is no such refusal, its sender was not verified, or its time is over.',
    );
  const elements = keptElements(bytes);
  if (!elements)
    throw new AuditError(
      'conflict',
      'What was refused is not an event, and will not become one: send another.',
    );
  const terms = { tenantId, emitter: { id: caller.id }, clock, random };
  const { verdict, events } = judgeAtDoor(elements, terms);
  if (events.length > 0) await outbox.send(fromDoor({ events }, terms));
  return { status: 202, body: verdict };
}
