import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { parseJsonText } from '../../../core/event/json-text.ts';
import {
  internalMessages,
  type RefusedAtDoor,
  refusedAtDoor,
} from '../../../core/ingest/internal-message.ts';
import { judgeEvent } from '../../../core/ingest/judge-event.ts';
import { ENVELOPE_LIMITS, MAX_EVENTS } from '../../../core/ingest/sent-event.ts';
import type { IngestTerms } from '../../../core/record/prepare.ts';
import { type ApiRequest, parseInput } from '../../shared/http/request.ts';
import type { Route } from '../../shared/http/route.ts';
import type { IngestApi } from '../ingest-api.ts';

const MAX_BODY = 16 * 1024 * 1024; // as decoded; the step before has seen to it, the parser wants a bound of its own

const requestSchema = z.strictObject({ events: z.array(z.unknown()).min(1).max(MAX_EVENTS) });

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
export function eventRoutes({ tenantId, outbox, clock, random }: IngestApi): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/audit/events',
      scopes: ['events:write'],
      async handle(request) {
        const elements = readEvents(request);
        const emitter = { id: request.caller.id };
        const terms = { ...WITHOUT_SECRETS, tenantId, emitter, now: clock.now(), random };
        const accepted: Accepted[] = [];
        const rejected: Rejected[] = [];
        const events: unknown[] = [];
        const refused: RefusedAtDoor[] = [];
        for (const [index, element] of elements.entries()) {
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
      },
    },
  ];
}

/**
 * This function knows neither the tenant's keys nor its policy. They change what is recorded and not what is accepted,
 * but for an event at the very edge of a record's length, which the writer then refuses. So only the verdict and the
 * hash of what was sent are used here.
 */
const WITHOUT_SECRETS = {
  source: 'https',
  personalData: [],
  pseudonymKey: new Uint8Array(32),
  dedupeKey: new Uint8Array(32),
  writerVersion: 'none',
} as const satisfies Partial<IngestTerms>;

/** A bad event is refused alone; only what is wrong with the request as a whole throws. */
function readEvents(request: Pick<ApiRequest, 'body'>): unknown[] {
  const json = parseJsonText(request.body, { ...ENVELOPE_LIMITS, bytes: MAX_BODY });
  if (!json.ok) {
    throw new AuditError(
      json.code === 'message_too_large' ? 'too_large' : 'malformed',
      `the body: ${json.detail}`,
    );
  }
  return parseInput(requestSchema, json.value).events;
}
