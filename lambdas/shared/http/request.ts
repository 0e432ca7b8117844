import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { checkValue } from '../../../core/event/json.ts';
import { parseJsonText } from '../../../core/event/json-text.ts';
import { describe } from '../../../core/event/parse.ts';
import type { Codec } from '../../../core/ports.ts';
import type { Caller } from './caller.ts';

/** Octets of a request: as they come in, and after decompression. */
const MAX_WIRE = 4 * 1024 * 1024;
const MAX_BODY = 16 * 1024 * 1024;

/** A request, once it was matched to its route and its caller is known. */
export interface ApiRequest {
  /** Names the request in logs, problems and governance events. */
  requestId: string;
  caller: Caller;
  /** Values of the placeholders of the route's path. */
  params: Readonly<Record<string, string>>;
  /** Query parameters, each with all its values. */
  query: Readonly<Record<string, readonly string[]>>;
  /** Value of a header, whatever its case. */
  header(name: string): string | undefined;
  /** The body, decoded and decompressed; empty where there is none. */
  body: Uint8Array;
}

/** How much JSON a route takes, over the whole body. */
export interface JsonLimits {
  depth: number;
  keys: number;
}

/** Limits for a body that is one small document. */
const DOCUMENT_LIMITS: JsonLimits = { depth: 8, keys: 200 };

/** The value of header `name` of a proxy event. */
export function headerOf(event: Pick<APIGatewayProxyEvent, 'headers'>, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(event.headers ?? {})) {
    if (key.toLowerCase() === wanted) return value;
  }
  return undefined;
}

/** The body of a proxy event, out of base64 and gzip. Throws `too_large`, `malformed`, `invalid_request`. */
export function decodeBody(
  event: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded' | 'headers'>,
  codec: Codec,
): Uint8Array {
  const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (raw.length > MAX_WIRE)
    throw new AuditError('too_large', `the body: expected at most ${MAX_WIRE} bytes`);
  switch (headerOf(event, 'content-encoding')?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
    case '':
      return raw;
    case 'gzip':
      return codec.gunzip(raw, MAX_BODY);
    default:
      throw new AuditError('invalid_request', 'content-encoding: expected gzip or none', {
        field: 'content-encoding',
      });
  }
}

/** The body as a JSON value within `limits`. Throws `too_large` or `malformed`. */
export function jsonBody(request: Pick<ApiRequest, 'body'>, limits: JsonLimits = DOCUMENT_LIMITS): unknown {
  const parsed = parseJsonText(request.body, { ...limits, bytes: MAX_BODY });
  if (!parsed.ok) {
    const code = parsed.code === 'message_too_large' ? 'too_large' : 'malformed';
    throw new AuditError(code, `the body: ${parsed.detail}`);
  }
  const refusal = checkValue(parsed.value, limits);
  if (refusal) throw new AuditError('malformed', `the body: ${refusal.detail}`);
  return parsed.value;
}

/** `value` as `schema` reads it. Throws `invalid_request` that names the first field in question. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const [issue] = issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknown].join('/').slice(0, 256);
  throw new AuditError('invalid_request', describe(issues), field === '' ? {} : { field });
}
