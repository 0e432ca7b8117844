import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { AuditError } from '../../../core/errors.ts';
import { ingestRoutes } from '../../../lambdas/ingest-api/ingest-api.ts';
import { encodeTraces, jsonTraces, recorded, recordedSpans, span } from '../../core/otel/spans.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

const PATH = '/v1/otlp/v1/traces';
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };
const AGENT = { 'gen_ai.operation.name': 'invoke_agent' };

async function open(send?: () => Promise<void>) {
  const world = new ApiWorld();
  const sent: { source: string; events: { event_id: string }[]; refused: { code: string }[] }[] = [];
  const outbox = {
    send: async (bodies: readonly string[]) => {
      await send?.();
      sent.push(...bodies.map((body) => JSON.parse(body)));
    },
  };
  const { tenantId, random, terms } = world;
  const routes = ingestRoutes({ tenantId, outbox, clock: { now: () => world.now }, random });
  const call = clientOf(routes, terms);
  const token = await world.token(['events:write']);
  const post = (
    body: string | Uint8Array,
    headers: Record<string, string>,
    bearer: string | undefined = token,
  ) => call('POST', PATH, { token: bearer, body, headers });
  return { world, sent, post };
}

test('a recorded request, gzip and protobuf, is in the queue when the empty response goes out', async () => {
  const { sent, post, world } = await open();
  world.now = recordedSpans('crewai')[0]?.end ?? 0;
  const answer = await post(gzipSync(recorded('crewai')), { ...PROTOBUF, 'content-encoding': 'gzip' });
  expect(answer).toMatchObject({ status: 200, text: '' });
  expect(answer.headers).toMatchObject({ 'content-type': 'application/x-protobuf' });
  expect(sent).toMatchObject([{ source: 'otlp', refused: [] }]);
  expect(sent[0]?.events).toHaveLength(8);
});

test('JSON is answered in JSON, and makes the same events', async () => {
  const one = await open();
  const other = await open();
  const spans = recordedSpans('crewai');
  one.world.now = other.world.now = spans[0]?.end ?? 0;
  const answer = await one.post(jsonTraces(spans), JSON_TYPE);
  await other.post(encodeTraces(spans), PROTOBUF);
  expect(answer).toMatchObject({ status: 200, json: {} });
  expect(one.sent[0]?.events).toEqual(other.sent[0]?.events);
});

test('what can never be taken is a partial success: counted, with the reason, and in quarantine', async () => {
  const { sent, post, world } = await open();
  const old = span(2, 0, AGENT, { start: world.now - 40 * 86_400_000, end: world.now - 40 * 86_400_000 });
  const spans = [span(1, 0, AGENT, { spanId: '0'.repeat(16) }), old, span(3, 0, AGENT)];
  const answer = await post(jsonTraces(spans), JSON_TYPE);
  expect(answer).toMatchObject({
    status: 200,
    json: {
      partialSuccess: { rejectedSpans: '2', errorMessage: 'The first of them: span_id: expected 8 bytes' },
    },
  });
  expect(sent[0]?.events).toHaveLength(2);
  expect(sent[0]?.refused.map(({ code }) => code)).toEqual(['event_id_too_old', 'event_id_too_old']);
});

test('what may work later is a 503 that names a time, never a partial success', async () => {
  const { post } = await open(async () => {
    throw new AuditError('unavailable', 'the queue does not answer');
  });
  const answer = await post(encodeTraces([span(1, 0, AGENT)]), PROTOBUF);
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
});

test('a refusal of protobuf is a Status in protobuf, of JSON a problem as everywhere', async () => {
  const { post, sent } = await open();
  const bad = await post(Uint8Array.of(0xff, 0xff), PROTOBUF);
  expect(bad).toMatchObject({ status: 400, headers: { 'content-type': 'application/x-protobuf' } });
  expect(bad.text).toContain('malformed: the body: expected an ExportTraceServiceRequest');
  expect(await post('{"resourceSpans":7}', JSON_TYPE)).toMatchObject({
    status: 400,
    json: { code: 'malformed' },
  });
  expect(await post('{}', { 'content-type': 'text/plain' })).toMatchObject({
    status: 400,
    json: { code: 'invalid_request', field: 'content-type' },
  });
  expect(await post(encodeTraces([]), PROTOBUF, 'aat_acme_wrong')).toMatchObject({
    status: 401,
    headers: { 'content-type': 'application/x-protobuf' },
  });
  expect(sent).toEqual([]);
});

test('a small request that decompresses to much is refused', async () => {
  const { post } = await open();
  const bomb = gzipSync(new Uint8Array(17 * 1024 * 1024));
  const answer = await post(bomb, { ...PROTOBUF, 'content-encoding': 'gzip' });
  expect(answer.status).toBe(413);
});
