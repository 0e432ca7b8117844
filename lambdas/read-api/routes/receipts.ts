import { AuditError } from '../../../core/errors.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import { findReceipt } from '../../../core/query/receipt.ts';
import type { Caller } from '../../shared/http/caller.ts';
import { routeOf } from '../../shared/http/operation.ts';
import { problemResponse } from '../../shared/http/problem.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { getReceipt } from '../operations/receipts.ts';
import type { ReadApi } from '../ports.ts';
import { purged, shownReceipt } from '../visibility.ts';

const RETRY_SECONDS = '2';

/**
 * `GET /v1/audit/receipts/{event_id or content_hash}`: 200 with the receipt, 422 with the reason of the refusal, 404.
 * Of an id that is neither in the log nor refused nobody knows whether it was ever sent: a queue can't be looked into.
 * So 202 is only for those who send and may not read the log: to them it says "not in the log yet", no more.
 */
export function receiptRoutes({ reader, quarantine }: ReadApi) {
  return [
    routeOf(getReceipt, async ({ params: { id }, caller, requestId }) => {
      const answer = await findReceipt({ ...(await reader()), quarantine }, id);
      switch (answer.outcome) {
        case 'recorded':
          if (!isOwn(answer.found.record.emitter.id, caller)) throw notFound();
          return { status: 200, body: shownReceipt(answer.found, caller), gives: { count: 1 } };
        case 'refused': {
          const { code, detail } = answer.refused;
          return problemResponse({ status: 422, code, detail }, requestId);
        }
        case 'unknown':
          if (answer.mayStillCome && !hasScope(caller.scopes, 'events:read')) return pending();
          throw notFound();
        case 'purged':
          throw purged(answer.before);
      }
    }),
  ];
}

/** An emitter asks for its own events alone. */
function isOwn(emitterId: string, caller: Caller): boolean {
  return caller.kind !== 'emitter' || emitterId === caller.id;
}

function pending(): ApiResponse {
  return {
    status: 202,
    headers: { 'retry-after': RETRY_SECONDS },
    body: {
      status: 'pending',
      detail: 'Not in the log, and not refused. If it was sent, it is on its way.',
    },
  };
}

function notFound(): AuditError {
  return new AuditError('not_found', 'There is no record of this event in the log.');
}
