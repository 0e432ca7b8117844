import { AuditError } from '../../../core/errors.ts';
import {
  internalMessages,
  type RefusedAtDoor,
  refusedAtDoor,
} from '../../../core/ingest/internal-message.ts';
import { WITHOUT_SECRETS } from '../../../core/ingest/judge-at-door.ts';
import { judgeEvent } from '../../../core/ingest/judge-event.ts';
import { parseTraces } from '../../../core/otel/json.ts';
import { decodeTraces, encodeResponse, encodeStatus } from '../../../core/otel/protobuf.ts';
import type { Span } from '../../../core/otel/span.ts';
import { toEvents } from '../../../core/otel/to-events.ts';
import type { OperationRoute } from '../../shared/http/operation.ts';
import type { Problem } from '../../shared/http/problem.ts';
import type { ApiRequest } from '../../shared/http/request.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { sendTraces } from '../operations.ts';
import type { IngestApi } from '../ports.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/**
 * `POST /v1/otlp/v1/traces`: OTLP/HTTP 1.x. Answers in the encoding of the request. 200 once everything that is worth an
 * event lies in the queue; spans that can never become one are told of as a partial success, which senders do not
 * send again, and whatever may work later is a 503, which they do.
 */
export function otlpRoutes(api: IngestApi): OperationRoute[] {
  return [
    {
      ...sendTraces,
      operation: sendTraces,
      handle: async (request) => answer(encodingOf(request), await take(request, api)),
      refuse: (problem, header) => statusOf(problem, header('content-type')),
    },
  ];
}

/** Spans that will never be taken, and why the first of them is not. */
interface Rejected {
  spans: number;
  message: string;
}

async function take(request: ApiRequest, api: IngestApi): Promise<Rejected | undefined> {
  const { tenantId, outbox, clock, random } = api;
  const mapped = toEvents(spansOf(request));
  const emitter = { id: request.caller.id };
  const terms = { ...WITHOUT_SECRETS, source: 'otlp' as const, tenantId, emitter, now: clock.now(), random };
  const events: unknown[] = [];
  const refused: RefusedAtDoor[] = [];
  const rejected = new Map(mapped.malformed.map(({ span, detail }) => [span, detail]));
  for (const { event, span } of mapped.events) {
    const judged = judgeEvent(event, terms);
    if (judged.ok) events.push(event);
    else {
      refused.push(refusedAtDoor(event, judged));
      rejected.set(span, `${judged.code}: ${judged.detail}`);
    }
  }
  await outbox.send(internalMessages({ source: 'otlp', emitter, events, refused }));
  const [first] = rejected.values();
  return first === undefined ? undefined : { spans: rejected.size, message: `The first of them: ${first}` };
}

type Encoding = 'protobuf' | 'json';

function encodingOf({ header }: Pick<ApiRequest, 'header'>): Encoding {
  const type = mediaType(header('content-type'));
  if (type === PROTOBUF) return 'protobuf';
  if (type === JSON_TYPE) return 'json';
  throw new AuditError('invalid_request', `content-type: expected ${PROTOBUF} or ${JSON_TYPE}`, {
    field: 'content-type',
  });
}

function mediaType(header: string | undefined): string {
  return header?.split(';')[0]?.trim().toLowerCase() ?? '';
}

function spansOf(request: ApiRequest): Span[] {
  return encodingOf(request) === 'protobuf' ? decodeTraces(request.body) : parseTraces(request.body);
}

function answer(encoding: Encoding, rejected: Rejected | undefined): ApiResponse {
  if (encoding === 'protobuf') {
    return { status: 200, headers: { 'content-type': PROTOBUF }, body: encodeResponse(rejected) };
  }
  const partial = rejected && {
    partialSuccess: { rejectedSpans: String(rejected.spans), errorMessage: rejected.message },
  };
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: partial ?? {} };
}

/** OTLP wants refusals as a google.rpc.Status in protobuf; a sender of JSON hears of them as everywhere in this API. */
function statusOf({ status, code, detail, headers }: Problem, contentType: string | undefined) {
  if (mediaType(contentType) !== PROTOBUF) return undefined;
  return {
    status,
    headers: { ...headers, 'content-type': PROTOBUF },
    body: encodeStatus(`${code}: ${detail}`),
  };
}
