import { BinaryReader, BinaryWriter, type WireType } from '@bufbuild/protobuf/wire';
import { toBase64, toHex } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { JsonValue } from '../event/values.ts';
import { milliseconds, OTLP_LIMITS, type Span, type SpanEvent } from './span.ts';

/**
 * Reads an ExportTraceServiceRequest in protobuf. Only the fields that the mapping looks at are read, by their numbers
 * in opentelemetry/proto/{collector/trace,trace,common,resource}/v1; all others are skipped, as protobuf wants.
 * Throws `malformed` or `too_large`.
 */
export function decodeTraces(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  try {
    const reader = new BinaryReader(bytes);
    fields(reader, reader.len, (field) => {
      if (field !== 1) return false;
      readResourceSpans(reader, spans);
      return true;
    });
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    throw new AuditError('malformed', 'the body: expected an ExportTraceServiceRequest in protobuf', {
      cause,
    });
  }
  return spans;
}

/** ExportTraceServiceResponse; without `rejected` the empty message, which means that all was taken. */
export function encodeResponse(rejected?: { spans: number; message: string }): Uint8Array {
  const writer = new BinaryWriter();
  if (rejected) {
    writer.uint32(tag(1, 2)).fork();
    writer.uint32(tag(1, 0)).int64(rejected.spans).uint32(tag(2, 2)).string(rejected.message);
    writer.join();
  }
  return writer.finish();
}

/** google.rpc.Status with nothing but its message, as OTLP/HTTP has it for refusals. */
export function encodeStatus(message: string): Uint8Array {
  return new BinaryWriter().uint32(tag(2, 2)).string(message).finish();
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/** Calls `read` for each field up to `end`; what it does not know (false) is skipped. */
function fields(reader: BinaryReader, end: number, read: (field: number, type: WireType) => boolean): void {
  while (reader.pos < end) {
    const [field, type] = reader.tag();
    if (!read(field, type)) reader.skip(type, field);
  }
}

function message(reader: BinaryReader, read: (field: number, type: WireType) => boolean): void {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError('a message longer than the body');
  fields(reader, end, read);
}

function readResourceSpans(reader: BinaryReader, spans: Span[]): void {
  let resource: Record<string, JsonValue> = {};
  const first = spans.length;
  message(reader, (field) => {
    if (field === 1) resource = readResource(reader);
    else if (field === 2) readScopeSpans(reader, spans);
    else return false;
    return true;
  });
  // Fields may come in any order: the resource is known once its message has been read to the end.
  for (let index = first; index < spans.length; index++) Object.assign(spans[index] ?? {}, { resource });
}

function readResource(reader: BinaryReader): Record<string, JsonValue> {
  const attributes: Record<string, JsonValue> = {};
  message(reader, (field) => field === 1 && readKeyValue(reader, attributes));
  return attributes;
}

function readScopeSpans(reader: BinaryReader, spans: Span[]): void {
  const scope = { name: '', version: '' };
  message(reader, (field) => {
    if (field === 1) {
      message(reader, (inner) => {
        if (inner === 1) scope.name = reader.string();
        else if (inner === 2) scope.version = reader.string();
        else return false;
        return true;
      });
    } else if (field === 2) {
      if (spans.length === OTLP_LIMITS.spans) {
        throw new AuditError('too_large', `the body: expected at most ${OTLP_LIMITS.spans} spans`);
      }
      spans.push(readSpan(reader, scope));
    } else return false;
    return true;
  });
}

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
const STATUS_ERROR = 2;

function readSpan(reader: BinaryReader, scope: Span['scope']): Span {
  const attributes: Record<string, JsonValue> = {};
  const events: SpanEvent[] = [];
  const span = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    parentIsRemote: false,
    start: 0,
    end: 0,
    attributes,
    events,
    status: { failed: false, message: '' },
    resource: {},
    scope,
  };
  message(reader, (field) => {
    if (field === 1) span.traceId = toHex(reader.bytes());
    else if (field === 2) span.spanId = toHex(reader.bytes());
    else if (field === 4) span.parentSpanId = toHex(reader.bytes());
    else if (field === 5) span.name = reader.string();
    else if (field === 7) span.start = milliseconds(BigInt(reader.fixed64()));
    else if (field === 8) span.end = milliseconds(BigInt(reader.fixed64()));
    else if (field === 9) readKeyValue(reader, attributes);
    else if (field === 11) events.push(readEvent(reader));
    else if (field === 15) span.status = readStatus(reader);
    else if (field === 16) span.parentIsRemote = isRemote(reader.fixed32());
    else return false;
    return true;
  });
  return span;
}

/** Whether the flags of a span say that its parent is of another process. */
export function isRemote(flags: number): boolean {
  return (flags & HAS_IS_REMOTE) !== 0 && (flags & IS_REMOTE) !== 0;
}

function readEvent(reader: BinaryReader): SpanEvent {
  const attributes: Record<string, JsonValue> = {};
  const event = { at: 0, name: '', attributes };
  message(reader, (field) => {
    if (field === 1) event.at = milliseconds(BigInt(reader.fixed64()));
    else if (field === 2) event.name = reader.string();
    else if (field === 3) readKeyValue(reader, attributes);
    else return false;
    return true;
  });
  return event;
}

function readStatus(reader: BinaryReader): Span['status'] {
  const status = { failed: false, message: '' };
  message(reader, (field) => {
    if (field === 2) status.message = reader.string();
    else if (field === 3) status.failed = reader.int32() === STATUS_ERROR;
    else return false;
    return true;
  });
  return status;
}

function readKeyValue(reader: BinaryReader, into: Record<string, JsonValue>, depth = 1): true {
  let key = '';
  let value: JsonValue = null;
  message(reader, (field) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = readAnyValue(reader, depth);
    else return false;
    return true;
  });
  if (!Object.hasOwn(into, key) && Object.keys(into).length >= OTLP_LIMITS.attributes) {
    throw new AuditError('too_large', `attributes: expected at most ${OTLP_LIMITS.attributes}`);
  }
  define(into, key, value);
  return true;
}

/** Sets a member whatever its name, `__proto__` included. */
export function define(into: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

function readAnyValue(reader: BinaryReader, depth: number): JsonValue {
  if (depth > OTLP_LIMITS.depth) {
    throw new AuditError('too_large', `attributes: expected at most ${OTLP_LIMITS.depth} levels`);
  }
  let value: JsonValue = null;
  message(reader, (field) => {
    if (field === 1) value = reader.string();
    else if (field === 2) value = reader.bool();
    else if (field === 3) value = wholeNumber(BigInt(reader.int64()));
    else if (field === 4) value = finite(reader.double());
    else if (field === 5) value = readArray(reader, depth + 1);
    else if (field === 6) value = readList(reader, depth + 1);
    else if (field === 7) value = toBase64(reader.bytes());
    else return false;
    return true;
  });
  return value;
}

function readArray(reader: BinaryReader, depth: number): JsonValue[] {
  const values: JsonValue[] = [];
  message(reader, (field) => field === 1 && values.push(readAnyValue(reader, depth)) > 0);
  return values;
}

function readList(reader: BinaryReader, depth: number): Record<string, JsonValue> {
  const list: Record<string, JsonValue> = {};
  message(reader, (field) => field === 1 && readKeyValue(reader, list, depth));
  return list;
}

/** A 64-bit number as a number where that is exact, as text where it is not. */
export function wholeNumber(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A double as JSON can say it. */
export function finite(value: number): JsonValue {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return String(value);
  return Object.is(value, -0) ? 0 : value;
}
