import {
  internalMessages,
  type RefusedAtDoor,
  refusedAtDoor,
} from '../../../core/ingest/internal-message.ts';
import { judgeEvent } from '../../../core/ingest/judge-event.ts';
import type { IngestTerms } from '../../../core/record/prepare.ts';
import { routeOf } from '../../shared/http/operation.ts';
import type { IngestApi } from '../ingest-api.ts';
import { sendEvents } from '../operations.ts';

interface Accepted {
  event_id: string;
  content_hash: string;
}

interface Rejected {
  index: number;
  code: string;
  detail: string;
}

/**
 * `POST /v1/audit/events`: judges each event as the writer will, and enqueues before it answers. 202 whenever the
 * request itself is one, also where every event in it was rejected: each has its own reason, and lies in quarantine.
 * `content_hash` is over the event as sent; a receipt can be asked for by it.
 */
export function eventRoutes({ tenantId, outbox, clock, random }: IngestApi) {
  return [
    routeOf(sendEvents, async ({ body, caller }) => {
      const emitter = { id: caller.id };
      const terms = { ...WITHOUT_SECRETS, tenantId, emitter, now: clock.now(), random };
      const accepted: Accepted[] = [];
      const rejected: Rejected[] = [];
      const events: unknown[] = [];
      const refused: RefusedAtDoor[] = [];
      for (const [index, element] of body.events.entries()) {
        const judged = judgeEvent(element, terms);
        if (judged.ok) {
          events.push(element);
          accepted.push({ event_id: judged.prepared.eventId, content_hash: judged.prepared.sourceHash });
        } else {
          refused.push(refusedAtDoor(element, judged));
          rejected.push({ index, code: judged.code, detail: judged.detail });
        }
      }
      await outbox.send(internalMessages({ source: 'https', emitter, events, refused }));
      return { status: 202, body: { accepted, rejected } };
    }),
  ];
}

/**
 * This function knows neither the tenant's keys nor its policy. They change what is recorded and not what is accepted,
 * but for an event at the very edge of a record's length, which the writer then refuses. So only the verdict and the
 * hash of what was sent are used here.
 */
export const WITHOUT_SECRETS = {
  source: 'https',
  personalData: [],
  pseudonymKey: new Uint8Array(32),
  dedupeKey: new Uint8Array(32),
  writerVersion: 'none',
} as const satisfies Partial<IngestTerms>;
