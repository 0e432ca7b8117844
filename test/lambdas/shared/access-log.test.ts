import { expect, test } from '@jest/globals';
import { AuditError } from '../../../core/errors.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import type { Given } from '../../../lambdas/shared/http/response.ts';
import type { Route } from '../../../lambdas/shared/http/route.ts';
import { clientOf } from './api-client.ts';
import { ApiWorld } from './api-world.ts';

const MINUTE = 60_000;

function routesGiving(gives: Given): Route[] {
  const reads = { method: 'GET', scopes: ['events:read'] } as const;
  const handle = async () => ({ status: 200, body: 'secret', gives });
  return [
    { ...reads, path: '/v1/things', leaves: { accessTo: 'things' }, handle },
    {
      ...reads,
      path: '/v1/things/{id}',
      leaves: { accessTo: 'thing' },
      handle: async () => {
        throw new AuditError('not_found', 'There is no such thing.');
      },
    },
    { ...reads, path: '/v1/feed', leaves: { accessTo: 'things', coalesced: () => true }, handle },
    {
      ...reads,
      path: '/v1/wrong',
      leaves: { accessTo: 'things' },
      handle: async () => {
        throw new AuditError('invalid_request', 'limit: expected less');
      },
    },
  ];
}

async function open(gives: Given = { count: 3 }) {
  const world = new ApiWorld();
  world.now = Date.parse('2026-11-24T09:00:30.000Z');
  const routes = routesGiving(gives);
  const token = await world.token(['events:read']);
  const [entry] = world.tokens.entries.values();
  const call = clientOf(routes, world.terms);
  const restarted = () => clientOf(routes, { ...world.terms, access: world.accessLog('test-api') });
  const read = (path = '/v1/feed', query = {}, of = call) => of('GET', path, { token, query });
  return { world, token, tokenId: entry?.tokenId, call, read, restarted };
}

test('who read what, by which filter, and how much of it is in the queue before the answer goes out', async () => {
  const { world, tokenId, read } = await open({ count: 3, personal: true });
  const { status, headers } = await read('/v1/things', { kind: ['a', 'b'], limit: '9', cursor: 'c' });
  expect(status).toBe(200);
  expect(world.calls).toBe(1);
  expect(world.queue).toHaveLength(1);
  expect(world.services).toEqual(['test-api']);
  expect(parseEvent(world.queue[0])).toMatchObject({ ok: true });
  expect(world.queue[0]).toMatchObject({
    event_type: 'AUDIT_ACCESSED',
    payload: {
      actor: { type: 'token', id: tokenId },
      target: { type: 'things', filter: { kind: ['a', 'b'] }, count: 1 },
      after: { route: 'GET /v1/things', actor_name: 'test', status: 200, given: 3, personal: true },
      request_id: headers['x-request-id'],
    },
  });
});

test('where the queue refuses, nothing goes out, and nothing is forgotten either', async () => {
  const { world, read } = await open();
  await read();
  await read();
  world.queueIsDown = true;
  const refused = await read('/v1/things');
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  expect(refused.text).not.toContain('secret');
  world.now += 10 * MINUTE;
  expect((await read()).status).toBe(503);
  world.queueIsDown = false;
  expect((await read()).status).toBe(200);
  expect(world.queue.map(({ payload }) => payload.target)).toEqual([
    { type: 'things', count: 1 },
    { type: 'things', count: 1 }, // the second read of the first window, counted at last
    { type: 'things', count: 1 },
  ]);
});

test('that something is not there is recorded, a request that is refused is not', async () => {
  const { world, read, call } = await open();
  expect((await read('/v1/things/t-1')).status).toBe(404);
  expect(world.queue[0]?.payload).toMatchObject({ target: { id: 't-1' }, after: { status: 404 } });
  await read('/v1/wrong');
  await read('/v1/nowhere');
  await call('GET', '/v1/things');
  expect(world.queue).toHaveLength(1);
});

test('a poller is one record a window, and one that counts the rest, one call to the queue for both', async () => {
  const { world, read } = await open();
  for (let second = 0; second < 100; second++) {
    await read();
    world.now += 1_000;
  }
  expect(world.queue).toHaveLength(1);
  expect(world.queue[0]?.payload.after).toMatchObject({
    given: 3,
    window: { from: '2026-11-24T09:00:00.000Z', to: '2026-11-24T09:10:00.000Z' },
  });
  world.now += 10 * MINUTE;
  await read();
  expect(world.calls).toBe(2);
  const [, rest, next] = world.queue;
  expect(rest?.payload).toMatchObject({
    target: { count: 99 },
    after: { given: 297, window: { from: '2026-11-24T09:00:00.000Z' } },
  });
  expect(next?.payload).toMatchObject({
    target: { count: 1 },
    after: { window: { from: '2026-11-24T09:10:00.000Z' } },
  });
});

test('another filter, another caller or another function is another record', async () => {
  const { world, read, call, restarted } = await open();
  await read('/v1/feed', { kind: 'a' });
  await read('/v1/feed', { kind: 'b' });
  await read('/v1/feed', { kind: 'a', cursor: 'further' });
  await call('GET', '/v1/feed', { token: await world.token(['events:read']), query: { kind: 'a' } });
  await read('/v1/feed', { kind: 'a' }, restarted());
  expect(world.queue).toHaveLength(4);
});

test('a function that dies takes a count with it, at most a thousand reads, and never the fact', async () => {
  const { world, read, restarted } = await open();
  for (let reads = 0; reads < 2_500; reads++) await read();
  await read('/v1/feed', {}, restarted());
  const counts = world.queue.map(({ payload }) => (payload.target as { count: number }).count);
  expect(counts).toEqual([1, 1_000, 1_000, 1]);
});

test('to read nothing but records of accesses leaves none, or the log would feed itself', async () => {
  const { world, read } = await open({ count: 2, onlyAccesses: true });
  await read('/v1/things');
  await read('/v1/feed');
  expect(world.queue).toEqual([]);
});

test('whatever a caller sends fits into the record', async () => {
  const { world, read } = await open();
  await read('/v1/things', { kind: 'x'.repeat(5_000) });
  await read(`/v1/things/${'y'.repeat(400)}`);
  const [filter, id] = world.queue.map(({ payload }) => payload.target);
  expect(filter).toMatchObject({ filter: { digest: expect.stringMatching(/^sha256:/), bytes: 5_013 } });
  expect(id).toMatchObject({ id: expect.stringMatching(/^sha256:/) });
});

test('a route that does not say what it leaves does not compile', () => {
  const route = {
    method: 'GET',
    path: '/v1/x',
    scopes: ['events:read'],
    handle: async () => ({ status: 200 }),
  } as const;
  // @ts-expect-error `leaves` is missing; tsc, not this test, is what fails where it may be left out
  const undeclared: Route = route;
  expect(undeclared).toBe(route);
});
