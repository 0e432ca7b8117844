import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { JsonValue } from '../../../core/event/values.ts';
import { decodeTraces } from '../../../core/otel/protobuf.ts';
import type { Span } from '../../../core/otel/span.ts';

/** What was recorded of a framework's run (`npm run test:frameworks -- --record`), decompressed. */
export function recorded(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`../../vectors/otlp/${name}.pb.gz`, import.meta.url)));
}

/** The spans of a framework's run. */
export function recordedSpans(name: string): Span[] {
  return decodeTraces(recorded(name));
}

const START = Date.parse('2026-11-24T09:00:00.000Z');
const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** A span with these attributes; `id` and `parent` are small numbers. */
export function span(
  id: number,
  parent: number,
  attributes: Record<string, JsonValue>,
  more: Partial<Span> = {},
): Span {
  return {
    traceId: TRACE,
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: parent === 0 ? '' : parent.toString(16).padStart(16, '0'),
    name: `span ${id}`,
    parentIsRemote: false,
    start: START + id,
    end: START + 1_000 - id,
    attributes,
    events: [],
    status: { failed: false, message: '' },
    resource: { 'service.name': 'refund-agent', 'service.version': '1.0.0' },
    scope: { name: 'test', version: '1' },
    ...more,
  };
}

/** `spans` as a sender's protobuf library would write them. */
export function encodeTraces(spans: readonly Span[]): Uint8Array {
  const request = new BinaryWriter();
  for (const one of spans) {
    message(request, 1, (resourceSpans) => {
      message(resourceSpans, 2, (scopeSpans) => {
        message(scopeSpans, 1, (scope) => {
          scope.uint32(tag(1, 2)).string(one.scope.name).uint32(tag(2, 2)).string(one.scope.version);
        });
        message(scopeSpans, 2, (writer) => writeSpan(writer, one));
      });
      message(resourceSpans, 1, (resource) => writeAttributes(resource, 1, one.resource));
    });
  }
  return request.finish();
}

/** `spans` in OTLP/JSON: hex ids, times as text, enums as numbers. */
export function jsonTraces(spans: readonly Span[]): string {
  return JSON.stringify({
    resourceSpans: spans.map((one) => ({
      resource: { attributes: keyValues(one.resource) },
      scopeSpans: [
        {
          scope: one.scope,
          spans: [
            {
              traceId: one.traceId.toUpperCase(),
              spanId: one.spanId,
              parentSpanId: one.parentSpanId,
              name: one.name,
              kind: 1,
              flags: one.parentIsRemote ? 0x300 : 0x100,
              startTimeUnixNano: String(BigInt(Math.round(one.start * 1_000)) * 1_000n),
              endTimeUnixNano: String(BigInt(Math.round(one.end * 1_000)) * 1_000n),
              attributes: keyValues(one.attributes),
              events: one.events.map((event) => ({
                timeUnixNano: String(BigInt(Math.round(event.at * 1_000)) * 1_000n),
                name: event.name,
                attributes: keyValues(event.attributes),
              })),
              status: { code: one.status.failed ? 2 : 0, message: one.status.message },
              unknownMember: 1,
            },
          ],
        },
      ],
    })),
  });
}

function keyValues(attributes: Readonly<Record<string, JsonValue>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: JsonValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return value === null ? {} : { kvlistValue: { values: keyValues(value) } };
}

function tag(field: number, type: number): number {
  return field * 8 + type;
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.uint32(tag(field, 2)).fork();
  write(writer);
  writer.join();
}

function writeSpan(writer: BinaryWriter, one: Span): void {
  const nanoseconds = (ms: number) => (BigInt(Math.round(ms * 1_000)) * 1_000n).toString();
  writer.uint32(tag(1, 2)).bytes(Buffer.from(one.traceId, 'hex'));
  writer.uint32(tag(2, 2)).bytes(Buffer.from(one.spanId, 'hex'));
  writer.uint32(tag(4, 2)).bytes(Buffer.from(one.parentSpanId, 'hex'));
  writer.uint32(tag(5, 2)).string(one.name);
  writer.uint32(tag(7, 1)).fixed64(nanoseconds(one.start));
  writer.uint32(tag(8, 1)).fixed64(nanoseconds(one.end));
  writeAttributes(writer, 9, one.attributes);
  for (const event of one.events) {
    message(writer, 11, (inner) => {
      inner.uint32(tag(1, 1)).fixed64(nanoseconds(event.at)).uint32(tag(2, 2)).string(event.name);
      writeAttributes(inner, 3, event.attributes);
    });
  }
  message(writer, 15, (inner) => {
    inner.uint32(tag(2, 2)).string(one.status.message);
    inner.uint32(tag(3, 0)).int32(one.status.failed ? 2 : 0);
  });
  writer.uint32(tag(16, 5)).fixed32(one.parentIsRemote ? 0x300 : 0x100);
}

function writeAttributes(
  writer: BinaryWriter,
  field: number,
  attributes: Readonly<Record<string, JsonValue>>,
): void {
  for (const [key, value] of Object.entries(attributes)) {
    message(writer, field, (pair) => {
      pair.uint32(tag(1, 2)).string(key);
      message(pair, 2, (inner) => writeValue(inner, value));
    });
  }
}

function writeValue(writer: BinaryWriter, value: JsonValue): void {
  if (typeof value === 'string') writer.uint32(tag(1, 2)).string(value);
  else if (typeof value === 'boolean') writer.uint32(tag(2, 0)).bool(value);
  else if (typeof value === 'number' && Number.isInteger(value)) writer.uint32(tag(3, 0)).int64(value);
  else if (typeof value === 'number') writer.uint32(tag(4, 1)).double(value);
  else if (Array.isArray(value)) {
    message(writer, 5, (list) => {
      for (const element of value) message(list, 1, (inner) => writeValue(inner, element));
    });
  } else if (value !== null) message(writer, 6, (list) => writeAttributes(list, 1, value));
}
