import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { AuditError } from '../../../core/errors.ts';
import { mintToken } from '../../../core/identity/token.ts';
import { jsonBody } from '../../../lambdas/shared/http/request.ts';
import type { Route } from '../../../lambdas/shared/http/route.ts';
import { clientOf } from './api-client.ts';
import { ApiWorld } from './api-world.ts';

const SECRET = 'sealed-inner-secret';

const NOTHING = { nothing: 'It is only a test.' };

const routes: Route[] = [
  {
    method: 'GET',
    path: '/v1/things/{id}',
    scopes: ['events:read'],
    leaves: { accessTo: 'things' },
    handle: async ({ params, caller }) => ({ status: 200, body: { id: params.id, caller: caller.kind } }),
  },
  {
    method: 'POST',
    path: '/v1/things',
    scopes: ['events:write'],
    leaves: NOTHING,
    handle: async (request) => ({ status: 200, body: jsonBody(request) }),
  },
  {
    method: 'GET',
    path: '/open',
    scopes: 'public',
    leaves: NOTHING,
    handle: async () => ({ status: 200, body: 'hello' }),
  },
  {
    method: 'GET',
    path: '/v1/broken',
    scopes: ['events:read'],
    leaves: { accessTo: 'things' },
    handle: async () => {
      throw new Error(SECRET);
    },
  },
  {
    method: 'GET',
    path: '/v1/corrupt',
    scopes: ['events:read'],
    leaves: { accessTo: 'things' },
    handle: async () => {
      throw new AuditError('integrity', SECRET);
    },
  },
  {
    method: 'GET',
    path: '/v1/away',
    scopes: ['events:read'],
    leaves: { accessTo: 'things' },
    handle: async () => {
      throw new AuditError('unavailable', SECRET);
    },
  },
];

function open() {
  const world = new ApiWorld();
  return { world, call: clientOf(routes, world.terms) };
}

test('without a token every path that is not public answers 401, also those that do not exist', async () => {
  const { call } = open();
  for (const path of ['/v1/things/1', '/v1/things', '/nowhere', '/', '/v1/things/%zz']) {
    const answer = await call('GET', path);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="agent-audit-trail"');
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ status: 401, code: 'unauthenticated', title: 'Unauthorized' });
  }
  expect(await call('GET', '/open')).toMatchObject({ status: 200, text: 'hello' });
});

test('a token that is unknown, mistyped, expired, revoked, not yet recorded or of another tenant is no token', async () => {
  const { world, call } = open();
  const good = await world.token(['events:read']);
  const expired = await world.token(['events:read'], { validUntil: world.now });
  const foreign = await world.token(['events:read'], { tenant: 'globex' });
  const unknown = mintToken(world.tenantId, world.random);
  const hashes = [...world.tokens.entries.keys()];
  expect((await call('GET', '/v1/things/7', { token: good })).json).toEqual({ id: '7', caller: 'token' });
  for (const token of [expired, foreign, unknown, `${good}x`, good.slice(0, -1), 'x', ''])
    expect((await call('GET', '/v1/things/7', { token })).status).toBe(401);

  const [hash = ''] = hashes;
  const entry = world.tokens.entries.get(hash);
  if (!entry) throw new Error('no entry');
  world.tokens.entries.set(hash, { ...entry, unrecorded: '{}' });
  expect((await call('GET', '/v1/things/7', { token: good })).status).toBe(401);
  world.tokens.entries.set(hash, { ...entry, revokedAt: world.now });
  expect((await call('GET', '/v1/things/7', { token: good })).status).toBe(401);
});

test('a missing scope is named; an unknown path and a wrong method are told to those alone who have a token', async () => {
  const { world, call } = open();
  const token = await world.token(['log:read']);
  const forbidden = await call('GET', '/v1/things/1', { token });
  expect(forbidden.json).toMatchObject({ status: 403, code: 'forbidden' });
  expect(forbidden.json.detail).toContain('events:read');
  expect(forbidden.headers['www-authenticate']).toContain('error="insufficient_scope", scope="events:read"');
  expect((await call('GET', '/v1/nothing', { token })).json).toMatchObject({
    status: 404,
    code: 'not_found',
  });
  const wrong = await call('DELETE', '/v1/things/1', { token });
  expect(wrong.json).toMatchObject({ status: 405, code: 'method_not_allowed' });
  expect(wrong.headers.allow).toBe('GET');
});

test('what goes wrong inside stays inside', async () => {
  const { world, call } = open();
  const token = await world.token(['events:read']);
  for (const [path, status, code] of [
    ['/v1/broken', 500, 'internal_error'],
    ['/v1/corrupt', 500, 'integrity'],
    ['/v1/away', 503, 'unavailable'],
  ] as const) {
    const answer = await call('GET', path, { token });
    expect(answer.json).toMatchObject({ status, code });
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  }
  expect(world.lines).toHaveLength(3);
  expect(JSON.stringify(world.lines)).not.toContain(token);
});

test('bodies are decoded out of gzip, and limited before and after', async () => {
  const { world, call } = open();
  const token = await world.token(['events:write']);
  const gzip = { 'Content-Encoding': 'gzip' };
  const send = (body: string | Uint8Array, headers = {}) =>
    call('POST', '/v1/things', { token, body, headers });
  expect((await send('{"a":[1]}')).json).toEqual({ a: [1] });
  expect((await send(gzipSync('{"a":1}'), gzip)).json).toEqual({ a: 1 });
  expect((await send(Buffer.alloc(4 * 1024 * 1024 + 1, 32))).json).toMatchObject({
    status: 413,
    code: 'too_large',
  });
  const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024 + 1, 32));
  expect((await send(bomb, gzip)).json).toMatchObject({ status: 413, code: 'too_large' });
  expect((await send('not gzip', gzip)).json).toMatchObject({ status: 400, code: 'malformed' });
  expect((await send('{}', { 'content-encoding': 'br' })).json).toMatchObject({
    status: 400,
    code: 'invalid_request',
  });
  for (const body of [
    '',
    '{',
    '{"a":1,"a":2}',
    '{"__proto__":1}',
    '['.repeat(40) + ']'.repeat(40),
    '{"a":-0}',
  ])
    expect((await send(body)).json).toMatchObject({ status: 400, code: 'malformed' });
});

test('every answer forbids caching, framing and sniffing, and names the request', async () => {
  const { world, call } = open();
  const token = await world.token(['events:read']);
  for (const answer of [await call('GET', '/v1/things/1', { token }), await call('GET', '/v1/things/1')]) {
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  }
});

test('answers tell what is left of a minute; beyond it they are 429, whatever is asked for', async () => {
  const { world, call } = open();
  const token = await world.token(['events:read'], { requestsPerMinute: 2 });
  const first = await call('GET', '/v1/things/1', { token });
  expect(first.headers).toMatchObject({
    'ratelimit-limit': '2',
    'ratelimit-remaining': '1',
    'ratelimit-reset': '60',
    'ratelimit-policy': '2;w=60',
  });
  expect((await call('GET', '/nowhere', { token })).headers['ratelimit-remaining']).toBe('0');
  world.now += 20_000;
  const refused = await call('GET', '/v1/things/1', { token });
  expect(refused.json).toMatchObject({ status: 429, code: 'rate_limited', title: 'Too Many Requests' });
  expect(refused.headers).toMatchObject({ 'retry-after': '40', 'ratelimit-remaining': '0' });
  expect((await call('GET', '/v1/things/1', { token: await world.token(['events:read']) })).status).toBe(200);
  expect((await call('GET', '/v1/things/1')).headers).not.toHaveProperty('ratelimit-limit');
  world.now += 40_000;
  expect((await call('GET', '/v1/things/1', { token })).status).toBe(200);
});
