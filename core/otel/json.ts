import { AuditError } from '../errors.ts';
import { parseJsonText } from '../event/json-text.ts';
import type { JsonValue } from '../event/values.ts';
import { define, finite, isRemote, wholeNumber } from './protobuf.ts';
import { milliseconds, OTLP_LIMITS, type Span, type SpanEvent } from './span.ts';

/** Of the text as a whole: a request holds many spans. */
const TEXT_LIMITS = { bytes: 16 * 1024 * 1024, depth: 64, keys: 1_000_000 };

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads an ExportTraceServiceRequest in OTLP/JSON, which is protobuf's JSON but for hex ids and enums as numbers:
 * 64-bit numbers come as numbers or text, unknown members are passed over. Throws `malformed` or `too_large`.
 */
export function parseTraces(bytes: Uint8Array): Span[] {
  const json = parseJsonText(bytes, TEXT_LIMITS);
  if (!json.ok) {
    throw new AuditError(
      json.code === 'message_too_large' ? 'too_large' : 'malformed',
      `the body: ${json.detail}`,
    );
  }
  const spans: Span[] = [];
  for (const resourceSpans of list(object(json.value, 'the body'), 'resourceSpans')) {
    const resource = attributesOf(object(member(resourceSpans, 'resource') ?? {}, 'resource'));
    for (const scopeSpans of list(resourceSpans, 'scopeSpans')) {
      const scope = object(member(scopeSpans, 'scope') ?? {}, 'scope');
      const named = { name: text(scope, 'name'), version: text(scope, 'version') };
      for (const span of list(scopeSpans, 'spans')) {
        if (spans.length === OTLP_LIMITS.spans) {
          throw new AuditError('too_large', `the body: expected at most ${OTLP_LIMITS.spans} spans`);
        }
        spans.push(spanOf(span, resource, named));
      }
    }
  }
  return spans;
}

function spanOf(span: Members, resource: Span['resource'], scope: Span['scope']): Span {
  const status = object(member(span, 'status') ?? {}, 'status');
  return {
    traceId: text(span, 'traceId').toLowerCase(),
    spanId: text(span, 'spanId').toLowerCase(),
    parentSpanId: text(span, 'parentSpanId').toLowerCase(),
    name: text(span, 'name'),
    parentIsRemote: isRemote(Number(integer(span, 'flags'))),
    start: milliseconds(integer(span, 'startTimeUnixNano')),
    end: milliseconds(integer(span, 'endTimeUnixNano')),
    attributes: attributesOf(span),
    events: list(span, 'events').map(
      (event): SpanEvent => ({
        at: milliseconds(integer(event, 'timeUnixNano')),
        name: text(event, 'name'),
        attributes: attributesOf(event),
      }),
    ),
    status: { failed: Number(integer(status, 'code')) === 2, message: text(status, 'message') },
    resource,
    scope,
  };
}

function attributesOf(holder: Members): Record<string, JsonValue> {
  return keyValues(list(holder, 'attributes'), 1);
}

function keyValues(pairs: readonly Members[], depth: number): Record<string, JsonValue> {
  if (pairs.length > OTLP_LIMITS.attributes) {
    throw new AuditError('too_large', `attributes: expected at most ${OTLP_LIMITS.attributes}`);
  }
  const attributes: Record<string, JsonValue> = {};
  for (const pair of pairs) define(attributes, text(pair, 'key'), anyValue(member(pair, 'value'), depth));
  return attributes;
}

function anyValue(given: unknown, depth: number): JsonValue {
  if (given === undefined || given === null) return null;
  if (depth > OTLP_LIMITS.depth) {
    throw new AuditError('too_large', `attributes: expected at most ${OTLP_LIMITS.depth} levels`);
  }
  const value = object(given, 'value');
  if (member(value, 'stringValue') !== undefined) return text(value, 'stringValue');
  if (member(value, 'bytesValue') !== undefined) return text(value, 'bytesValue');
  if (member(value, 'boolValue') !== undefined) return member(value, 'boolValue') === true;
  if (member(value, 'intValue') !== undefined) return wholeNumber(integer(value, 'intValue'));
  if (member(value, 'doubleValue') !== undefined) return finite(Number(member(value, 'doubleValue')));
  const array = member(value, 'arrayValue');
  if (array !== undefined) {
    return list(object(array, 'arrayValue'), 'values').map((element) => anyValue(element, depth + 1));
  }
  const pairs = member(value, 'kvlistValue');
  return pairs === undefined ? null : keyValues(list(object(pairs, 'kvlistValue'), 'values'), depth + 1);
}

function member(holder: Members, name: string): unknown {
  const value = Object.hasOwn(holder, name) ? holder[name] : undefined;
  return value === null ? undefined : value;
}

function object(value: unknown, where: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new AuditError('malformed', `${where}: expected an object`);
}

function list(holder: Members, name: string): Members[] {
  const value = member(holder, name) ?? [];
  if (!Array.isArray(value)) throw new AuditError('malformed', `${name}: expected a list`);
  return value.map((element) => object(element, name));
}

function text(holder: Members, name: string): string {
  const value = member(holder, name) ?? '';
  if (typeof value !== 'string') throw new AuditError('malformed', `${name}: expected text`);
  return value;
}

/** A 64-bit number, given as a number or as text. */
function integer(holder: Members, name: string): bigint {
  const value = member(holder, name) ?? 0;
  const whole = typeof value === 'number' ? Number.isInteger(value) : /^-?\d{1,20}$/.test(String(value));
  if (!whole) throw new AuditError('malformed', `${name}: expected a whole number`);
  return BigInt(value as number | string);
}
