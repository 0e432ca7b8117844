import type { JsonValue } from '../event/values.ts';

/** Attributes as JSON: 64-bit numbers beyond 2^53 and what JSON can't say are text or null. */
export type Attributes = Readonly<Record<string, JsonValue>>;

/** Something that happened within a span. */
export interface SpanEvent {
  /** Milliseconds since the Unix epoch. */
  at: number;
  name: string;
  attributes: Attributes;
}

/** One span of OTLP's ExportTraceServiceRequest, whichever encoding it came in. */
export interface Span {
  /** 32 and 16 lower-case hex digits, as they came; `malformedSpan` judges them. */
  traceId: string;
  spanId: string;
  /** Empty for the first span of a trace. */
  parentSpanId: string;
  name: string;
  /** The parent is a span of another process. */
  parentIsRemote: boolean;
  /** Milliseconds since the Unix epoch, with microseconds behind the point. */
  start: number;
  end: number;
  attributes: Attributes;
  events: readonly SpanEvent[];
  status: { failed: boolean; message: string };
  /** What made the span: attributes of the resource, name and version of the instrumentation. */
  resource: Attributes;
  scope: { name: string; version: string };
}

/** What one request may hold beyond its length. */
export const OTLP_LIMITS = { spans: 10_000, attributes: 1_000, depth: 16 } as const;

const EARLIEST = Date.UTC(2000, 0, 1);

/** Why `span` can't become events, whatever it describes; undefined where it can. */
export function malformedSpan(span: Span): string | undefined {
  if (!/^[0-9a-f]{32}$/.test(span.traceId) || /^0+$/.test(span.traceId)) return 'trace_id: expected 16 bytes';
  if (!/^[0-9a-f]{16}$/.test(span.spanId) || /^0+$/.test(span.spanId)) return 'span_id: expected 8 bytes';
  if (!(span.start >= EARLIEST)) return 'start_time_unix_nano: expected a time since 2000';
  if (!(span.end >= span.start)) return 'end_time_unix_nano: expected a time at or after the start';
  return undefined;
}

/** Milliseconds of a count of nanoseconds, to the microsecond: what a double holds, and enough to order spans by. */
export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000n) / 1_000;
}
