import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { disclosuresSchema } from '../../core/event/commitment.ts';
import { sentEventSchema } from '../../core/event/event.ts';
import { eventIdSchema } from '../../core/event/ids.ts';
import { parseJsonText } from '../../core/event/json-text.ts';
import { REFUSAL_CODES } from '../../core/event/refusal.ts';
import { count, digestSchema } from '../../core/event/values.ts';
import { ENVELOPE_LIMITS, MAX_EVENTS } from '../../core/ingest/sent-event.ts';
import type { Operation } from '../shared/http/operation.ts';
import type { ApiRequest } from '../shared/http/request.ts';

const MAX_BODY = 16 * 1024 * 1024; // as decoded; the step before has seen to it, the parser wants a bound of its own

const event = sentEventSchema.meta({ id: 'SentEvent', description: 'An event as an agent sends it.' });

const acceptedSchema = z.strictObject({
  event_id: eventIdSchema,
  content_hash: digestSchema.meta({
    description: 'Over the event as sent; a receipt can be asked for by it.',
  }),
});
const rejectedSchema = z.strictObject({
  index: count().meta({ description: 'Place in `events`.' }),
  code: z.enum(REFUSAL_CODES),
  detail: z.string(),
});

/** What was judged at the door, event by event. */
export const sentVerdictSchema = z
  .strictObject({ accepted: z.array(acceptedSchema), rejected: z.array(rejectedSchema) })
  .meta({ id: 'SentVerdict' });

export const sendEvents = {
  id: 'sendEvents',
  leaves: { nothing: 'What is sent becomes records itself, each with its sender.' },
  repeats: 'Each event has an id, which the log takes once.',
  tag: 'Events',
  method: 'POST',
  path: '/v1/audit/events',
  scopes: ['events:write'],
  summary: 'Sends a batch of events',
  description:
    'Each event is judged as the writer will judge it, and refused alone: the answer is 202 also where every one was ' +
    'rejected. The body may be gzip.',
  body: {
    schema: z.strictObject({ events: z.array(z.unknown()).min(1).max(MAX_EVENTS) }),
    described: z.strictObject({
      events: z
        .array(
          z.union([
            event,
            z
              .strictObject({ event, disclosures: disclosuresSchema })
              .meta({ description: 'From a sender that has committed personal fields itself.' }),
          ]),
        )
        .min(1)
        .max(MAX_EVENTS),
    }),
    example: {
      events: [
        {
          schema_version: '1.0.0',
          event_id: '01a20ce4-0944-75f0-97a9-79614301241a',
          event_type: 'TOOL_CALLED',
          occurred_at: '2026-11-24T10:30:00.900+01:00',
          agent: { id: 'refund-agent', version: '2.4.1' },
          task: { id: 'task-refund-4711', seq: 3 },
          causation: { call_id: 'call-2' },
          payload: { tool: { name: 'lookup_order', kind: 'api' }, input: { order: '70001' } },
        },
      ],
    },
    read: readEvents,
  },
  answers: {
    202: {
      description: 'What was accepted is in the queue.',
      schema: sentVerdictSchema,
      example: {
        accepted: [
          {
            event_id: '01a20ce4-0944-75f0-97a9-79614301241a',
            content_hash: 'sha256:dbce278aa729a7e0299b7a879dd292bb05b2b0de9fad3f6efb2e6a39c8f16881',
          },
        ],
        rejected: [],
      },
    },
  },
} as const satisfies Operation;

export const sendTraces = {
  id: 'sendTraces',
  leaves: { nothing: 'What is sent becomes records itself, each with its sender.' },
  repeats: 'Ids of events follow from those of their spans.',
  tag: 'Events',
  method: 'POST',
  path: '/v1/otlp/v1/traces',
  scopes: ['events:write'],
  summary: 'Takes spans of agents in OTLP/HTTP',
  description:
    'ExportTraceServiceRequest as `application/x-protobuf` or `application/json`, also gzip. Spans of agents, models, ' +
    'tools and data become events, others are passed over. An exporter is pointed at `…/v1/otlp` and adds ' +
    '`/v1/traces`. A request in protobuf is answered in protobuf, and refused with a google.rpc.Status.',
  body: {
    schema: z.looseObject({ resourceSpans: z.array(z.looseObject({})).optional() }),
    example: { resourceSpans: [] },
  },
  answers: {
    200: {
      description:
        'All that is worth an event is in the queue, but for spans that can never be taken: those are counted here, ' +
        'and are not to be sent again.',
      schema: z
        .strictObject({
          partialSuccess: z
            .strictObject({ rejectedSpans: z.string().regex(/^\d+$/), errorMessage: z.string() })
            .optional(),
        })
        .meta({ id: 'TracesVerdict' }),
      example: {},
    },
  },
} as const satisfies Operation;

/** A bad event is refused alone; only what is wrong with the request as a whole throws. */
function readEvents(request: Pick<ApiRequest, 'body'>): unknown {
  const json = parseJsonText(request.body, { ...ENVELOPE_LIMITS, bytes: MAX_BODY });
  if (json.ok) return json.value;
  throw new AuditError(
    json.code === 'message_too_large' ? 'too_large' : 'malformed',
    `the body: ${json.detail}`,
  );
}
