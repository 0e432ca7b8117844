import { randomBytes } from 'node:crypto';
import type { Call } from './calls.ts';

/** A run that took as long is worth a look, whatever came of it. */
const SLOW_MS = 10_000;
/** Of the others one in so many is kept: all functions that a trace runs through choose alike, by its id. */
const ONE_IN = 20;
const MOST_CALLS = 60;
const MOST_LINKS = 20;

/** Kinds and codes of OpenTelemetry. */
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

/** Where a run stands in a trace. */
export interface TraceContext {
  /** 32 and 16 lower-case hex digits. */
  traceId: string;
  parentId?: string;
  sampled: boolean;
}

/** One run of a function. */
export interface Run {
  service: string;
  tenantId: string;
  version: string;
  context: TraceContext;
  /** Traces that led to it, where it is not one alone. */
  links: readonly TraceContext[];
  start: number;
  end: number;
  failed: boolean;
  calls: readonly Call[];
}

/** Lambda's `_X_AMZN_TRACE_ID`, or the header of the same form that SQS hands on; undefined where it is none. */
export function parseTraceHeader(header: string | undefined): TraceContext | undefined {
  const fields = new Map(header?.split(';').map((field) => field.split('=', 2) as [string, string]));
  const [, time, rest] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.get('Root') ?? '') ?? [];
  if (time === undefined || rest === undefined) return undefined;
  const parentId = fields.get('Parent');
  return {
    traceId: time + rest,
    ...(parentId !== undefined && /^[0-9a-f]{16}$/.test(parentId) && { parentId }),
    sampled: fields.get('Sampled') === '1',
  };
}

export function newTrace(): TraceContext {
  return { traceId: randomBytes(16).toString('hex'), sampled: false };
}

/** Whether the trace of `run` is worth its line: it failed, was slow, met a failing service, or its number came up. */
export function isKept({ failed, start, end, calls, context }: Run): boolean {
  return (
    failed ||
    end - start >= SLOW_MS ||
    calls.some(({ status }) => status === undefined || status >= 500) ||
    context.sampled ||
    Number.parseInt(context.traceId.slice(-4), 16) % ONE_IN === 0
  );
}

/** `run` and its calls as spans, in the JSON of OTLP: what a collector reads line by line (OTLP file exporter). */
export function toOtlp(run: Run): Record<string, unknown> {
  const { service, tenantId, version, context, calls, failed } = run;
  const spanId = newSpanId();
  const root = {
    traceId: context.traceId,
    spanId,
    ...(context.parentId !== undefined && { parentSpanId: context.parentId }),
    name: service,
    kind: SERVER,
    ...times(run.start, run.end),
    attributes: attributes({ 'audit_trail.calls': calls.length }),
    links: run.links
      .slice(0, MOST_LINKS)
      .map(({ traceId, parentId }) => ({ traceId, spanId: parentId ?? '0000000000000000' })),
    ...(failed && { status: { code: ERROR } }),
  };
  const spans = calls.slice(0, MOST_CALLS).map(({ service: to, operation, start, end, status }) => ({
    traceId: context.traceId,
    spanId: newSpanId(),
    parentSpanId: spanId,
    name: `${to}.${operation}`,
    kind: CLIENT,
    ...times(start, end ?? run.end),
    attributes: attributes({
      'rpc.system': to === 'outside' ? 'http' : 'aws-api',
      'rpc.service': to,
      'rpc.method': operation,
      ...(status !== undefined && { 'http.response.status_code': status }),
    }),
    ...((status === undefined || status >= 400) && { status: { code: ERROR } }),
  }));
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributes({
            'service.namespace': 'agent-audit-trail',
            'service.name': service,
            'service.version': version,
            'audit_trail.tenant': tenantId,
          }),
        },
        scopeSpans: [{ scope: { name: 'agent-audit-trail', version }, spans: [root, ...spans] }],
      },
    ],
  };
}

function times(start: number, end: number) {
  return { startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${end}000000` };
}

function attributes(values: Readonly<Record<string, string | number>>) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
