import { AuditError } from '../../../core/errors.ts';
import type { EventId } from '../../../core/event/ids.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { type EventPage, isClosed, queryEvents } from '../../../core/query/page.ts';
import { findRecord, purgedBefore } from '../../../core/query/receipt.ts';
import { readErasures } from '../../../core/retention/erasure.ts';
import { routeOf } from '../../shared/http/operation.ts';
import type { Given } from '../../shared/http/response.ts';
import { getEvent, listEvents } from '../operations/events.ts';
import type { ReadApi } from '../ports.ts';
import { maySeePersonal, purged, shownReceipt } from '../visibility.ts';

/** `GET /v1/audit/events` and `/v1/audit/events/{event_id}`. */
export function eventRoutes({ tenantId, reader }: ReadApi) {
  return [
    routeOf(listEvents, async ({ query, caller }) => {
      const { order, limit, cursor, tenant_id, ...filter } = query;
      if (tenant_id !== undefined && tenant_id !== tenantId)
        throw new AuditError('forbidden', 'tenant_id: expected the tenant of the token', {
          field: 'tenant_id',
        });
      const personal = maySeePersonal(caller);
      const page = await queryEvents(await reader(), filter, { order, limit, cursor, personal });
      return { status: 200, body: page, gives: givenBy(page) };
    }),
    routeOf(getEvent, async ({ params, caller }) => {
      const found = await findRecord(await reader(), params.event_id);
      if (!found) throw await absent(await reader(), params.event_id);
      const { record, disclosures } = found;
      const personal = maySeePersonal(caller) && disclosures.length > 0;
      const closed = maySeePersonal(caller) && isClosed(found);
      const look = closed ? await readErasures((await reader()).table) : undefined;
      const erased = look?.(found.receipt.log_index, record.event);
      return {
        status: 200,
        body: {
          record,
          ...(personal ? { disclosures } : {}),
          ...(erased && { erased }),
          ...(found.readFrom && { read_from: found.readFrom }),
          receipt: shownReceipt(found, caller),
        },
        gives: { count: 1, personal },
      };
    }),
  ];
}

async function absent(reader: LogReader, eventId: EventId): Promise<AuditError> {
  const before = await purgedBefore(reader, eventId);
  return before === undefined
    ? new AuditError('not_found', 'There is no record of this event in the log.')
    : purged(before);
}

/** What a page gives out: a reader of records of accesses would otherwise make as many as they read. */
function givenBy({ events }: EventPage): Given {
  return {
    count: events.length,
    personal: events.some(({ disclosures }) => disclosures !== undefined),
    onlyAccesses:
      events.length > 0 && events.every(({ record }) => record.event.event_type === 'AUDIT_ACCESSED'),
  };
}
