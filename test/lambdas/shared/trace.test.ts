import { expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { parseTraces } from '../../../core/otel/json.ts';
import { malformedSpan } from '../../../core/otel/span.ts';
import { isKept, parseTraceHeader, type Run, toOtlp } from '../../../lambdas/shared/trace.ts';

const HEADER =
  'Root=1-5759e988-bd862e3fe1be46a994270001;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0';
const START = 1_795_533_336_600;
const context = { traceId: '5759e988bd862e3fe1be46a994270001', parentId: '53995c3f42cd8ad8', sampled: false };
const run: Run = {
  service: 'write-log',
  tenantId: 'acme',
  version: '0.1.0',
  context,
  links: [],
  start: START,
  end: START + 120,
  failed: false,
  calls: [{ service: 'kms', operation: 'Sign', start: START + 10, end: START + 25, status: 200 }],
};

test("Lambda's header is read where it is one, and nothing is made of what is none", () => {
  expect(parseTraceHeader(HEADER)).toEqual(context);
  expect(parseTraceHeader(HEADER.replace('Sampled=0', 'Sampled=1'))?.sampled).toBe(true);
  for (const header of [
    undefined,
    '',
    'Root=1-5759e988',
    'Self=1;Root',
    'Root=1-zzzzzzzz-bd862e3fe1be46a994270001',
  ])
    expect(parseTraceHeader(header)).toBeUndefined();
});

test('a run is kept when it failed, was slow, met a failing service or one that did not answer, or its number came up', () => {
  const call = run.calls[0] as Run['calls'][number];
  const { status: _, ...unanswered } = call;
  const kept: [string, Partial<Run>, boolean][] = [
    ['any', {}, false],
    ['failed', { failed: true }, true],
    ['slow', { end: START + 10_000 }, true],
    ['a service failed', { calls: [{ ...call, status: 503 }] }, true],
    ['a service refused', { calls: [{ ...call, status: 400 }] }, false],
    ['a service did not answer', { calls: [unanswered] }, true],
    ['sampled before', { context: { ...context, sampled: true } }, true],
    ['its number', { context: { ...context, traceId: `${context.traceId.slice(0, -4)}0014` } }, true],
  ];
  expect(kept.map(([what, change]) => [what, isKept({ ...run, ...change })])).toEqual(
    kept.map(([what, , whether]) => [what, whether]),
  );
});

test('a trace is OTLP that our own endpoint reads: the run, and below it each call', () => {
  const link = { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', parentId: 'bbbbbbbbbbbbbbbb', sampled: false };
  const line = JSON.stringify(toOtlp({ ...run, failed: true, links: [link] }));
  const [root, call, ...more] = parseTraces(utf8(line));
  expect(more).toEqual([]);
  expect([root, call].map((span) => span && malformedSpan(span))).toEqual([undefined, undefined]);
  expect(root).toMatchObject({
    traceId: context.traceId,
    parentSpanId: context.parentId,
    name: 'write-log',
    start: START,
    end: START + 120,
    status: { failed: true },
    resource: { 'service.name': 'write-log', 'audit_trail.tenant': 'acme' },
  });
  expect(call).toMatchObject({
    traceId: context.traceId,
    parentSpanId: root?.spanId,
    name: 'kms.Sign',
    status: { failed: false },
    attributes: { 'rpc.system': 'aws-api', 'http.response.status_code': 200 },
  });
  expect(line).toContain(`"links":[{"traceId":"${link.traceId}","spanId":"${link.parentId}"}]`);
});

test('a run of thousands of calls is a line of bounded length, and says how many there were', () => {
  const calls = Array.from({ length: 5_000 }, () => run.calls[0] as Run['calls'][number]);
  const spans = parseTraces(utf8(JSON.stringify(toOtlp({ ...run, calls }))));
  expect(spans).toHaveLength(61);
  expect(spans[0]?.attributes).toEqual({ 'audit_trail.calls': 5_000 });
});
