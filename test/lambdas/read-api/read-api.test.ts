import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { mintEventId } from '../../../core/event/ids.ts';
import { bodyDigest, signClaim } from '../../../core/identity/claim.ts';
import { keyIdOf, privateJwkSchema } from '../../../core/identity/emitter.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { parseVerifierKey } from '../../../core/log/note.ts';
import { verifyPage, verifyReceipt } from '../../../core/receipt/verify.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

async function open() {
  const world = new ApiWorld();
  const filled = await FilledLog.open(3);
  await filled.append(6, 12);
  world.now = filled.now;
  const refusedId = mintEventId(filled.now, filled.random);
  const refused = { quarantineId: 'q', code: 'claim_expired', detail: 'The claim had expired.' };
  const quarantine = {
    newest: async () => [],
    refused: async (name: string) => (name === refusedId ? refused : undefined),
  };
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => filled.reader,
    quarantine,
    outbox: world.outbox,
    retainDays: async () => 30,
    console: { find: () => undefined },
  });
  return { world, filled, refusedId, call: clientOf(routes, world.terms) };
}

test('a page that went over the wire verifies under the published key', async () => {
  const { world, call } = await open();
  const token = await world.token(['events:read', 'log:read']);
  const key = (await call('GET', '/v1/audit/log/key', { token })).text.trim();
  expect(parseVerifierKey(key)?.name).toBe('audit.example.com/acme/00000001');
  const page = await call('GET', '/v1/audit/events', { token, query: { limit: '5' } });
  expect(page.json).toMatchObject({ schema_version: '1.0.0', total_count: expect.any(Number) });
  expect(page.json.events).toHaveLength(5);
  expect(await verifyPage(page.json, key)).toMatchObject({ verified: true });
  const checkpoint = await call('GET', '/v1/audit/log/checkpoint', { token });
  expect(checkpoint.text).toBe(page.json.checkpoint);
  expect(checkpoint.headers['content-type']).toBe('text/plain; charset=utf-8');
  const keys = await call('GET', '/v1/audit/log/keys', { token });
  expect(keys.json.keys).toEqual([{ verifier_key: key, first_size: 0 }]);
});

test('the log is published as tiles, for ever the same, and beyond the checkpoint there is none', async () => {
  const { world, filled, call } = await open();
  const token = await world.token(['events:read', 'log:read']);
  const size = filled.known.length;
  const tile = await call('GET', `/v1/audit/log/tile/0/000.p/${size}`, { token });
  expect(tile).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'cache-control': 'private, max-age=31536000, immutable',
    },
  });
  expect(tile.bytes).toHaveLength(32 * size);
  const bundle = await call('GET', `/v1/audit/log/tile/entries/000.p/${size}`, { token });
  const first = bundle.bytes.subarray(2, 2 + bundle.bytes.readUInt16BE(0));
  expect(leafHash(first)).toEqual(tile.bytes.subarray(0, 32));
  const { headers } = await call('GET', '/v1/audit/log/checkpoint', { token });
  expect(headers['cache-control']).toBe('no-store');

  const paths = [
    '0/000',
    `0/000.p/${size + 1}`,
    `entries/000.p/${size + 1}`,
    '0/x000/000.p/1',
    '0%2F000.p/1',
  ];
  for (const path of [
    ...paths,
    '0/000.p/0',
    '64/000.p/1',
    '0/',
    '',
    'entries',
    '../checkpoint',
    '0/000.p/1/',
  ]) {
    const answer = await call('GET', `/v1/audit/log/tile/${path}`, { token });
    expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, 404, 'no-store']);
  }
});

test('hashes are for log:read, the records themselves for events:read as well', async () => {
  const { world, call } = await open();
  const ask = async (scopes: Parameters<ApiWorld['token']>[0], path: string) =>
    (await call('GET', `/v1/audit/log/tile/${path}`, { token: await world.token(scopes) })).status;
  expect(await ask(['log:read'], '0/000.p/1')).toBe(200);
  expect(await ask(['log:read'], 'entries/000.p/1')).toBe(403);
  expect(await ask(['events:read'], 'entries/000.p/1')).toBe(403);
  expect(await ask(['events:read', 'log:read'], 'entries/000.p/1')).toBe(200);
});

test('a single event comes with a receipt that verifies', async () => {
  const { world, filled, call } = await open();
  const token = await world.token(['events:read']);
  for (const { eventId } of filled.known.slice(0, 5)) {
    const { json } = await call('GET', `/v1/audit/events/${eventId}`, { token });
    expect(verifyReceipt(json, filled.verifierKey)).toMatchObject({ verified: true });
  }
  const missing = mintEventId(filled.now, filled.random);
  expect((await call('GET', `/v1/audit/events/${missing}`, { token })).status).toBe(404);
});

test.each([
  [{ limit: '0' }, 'limit'],
  [{ limit: '1001' }, 'limit'],
  [{ limit: '10001' }, 'limit'],
  [{ limit: 'abc' }, 'limit'],
  [{ limit: '-1' }, 'limit'],
  [{ limit: '1e2' }, 'limit'],
  [{ limit: '' }, 'limit'],
  [{ from: 'yesterday' }, 'from'],
  [{ from: '2026-02-30T00:00:00Z' }, 'from'],
  [{ from: '2026-11-24T10:00:00Z', to: '2026-11-24T10:30:00+01:00' }, 'from'],
  [{ to: '' }, 'to'],
  [{ user_id: '' }, 'user_id'],
  [{ task_id: 'x'.repeat(257) }, 'task_id'],
  [{ category: 'everything' }, 'category'],
  [{ order: 'newest' }, 'order'],
  [{ agent_id: ['a', 'b'] }, 'agent_id'],
  [{ agentid: 'a' }, 'agentid'],
  [{ event_type: ['TOOL_CALLED', 'NO_SUCH_TYPE'] }, 'event_type'],
  [{ cursor: 'abc' }, 'cursor'],
])('a wrong parameter is named: %j', async (query, name) => {
  const { world, call } = await open();
  const answer = await call('GET', '/v1/audit/events', { token: await world.token(['events:read']), query });
  expect(answer.json).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(answer.json.field.split('/')[0]).toBe(name);
});

test.each([
  '/v1/audit/events/%00',
  '/v1/audit/events/..%2F..%2Fetc',
  '/v1/audit/events/01A20CE4-0944-75F0-97A9-79614301241A',
  '/v1/audit/events/%E2%80%AEabc',
  "/v1/audit/events/'%20OR%201=1--",
  '/v1/audit/receipts/sha256:xyz',
  '/v1/audit/receipts/%3Cscript%3E',
])('an id that is none is refused, whatever it is made of: %s', async (path) => {
  const { world, call } = await open();
  const answer = await call('GET', path, { token: await world.token(['events:read']) });
  expect(answer.json).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(answer.json.field).toMatch(/^(event_)?id$/);
});

test('ids of any characters are looked for, not interpreted', async () => {
  const { world, call } = await open();
  const token = await world.token(['events:read']);
  for (const id of ['a#b', '../x', 'ключ', '\u202eabc', "'; DROP", '<script>', '\u0000', '*', '%']) {
    const answer = await call('GET', '/v1/audit/events', { token, query: { agent_id: id, user_id: id } });
    expect(answer).toMatchObject({ status: 200, json: { events: [], total_count: 0 } });
  }
});

test('a tenant that is named must be the one of the token', async () => {
  const { world, call } = await open();
  const token = await world.token(['events:read']);
  const ask = (tenant_id: string) => call('GET', '/v1/audit/events', { token, query: { tenant_id } });
  expect((await ask('acme')).status).toBe(200);
  expect((await ask('globex')).json).toMatchObject({ status: 403, code: 'forbidden' });
});

test('receipts answer 200, 202, 404 and 422', async () => {
  const { world, filled, refusedId, call } = await open();
  const ask = async (scopes: Parameters<ApiWorld['token']>[0], id: string) =>
    call('GET', `/v1/audit/receipts/${id}`, { token: await world.token(scopes) });
  const { eventId, contentHash } = filled.known[0] ?? { eventId: '', contentHash: '' };
  for (const name of [eventId, contentHash]) {
    const { status, json } = await ask(['events:write'], name);
    expect(status).toBe(200);
    expect(verifyReceipt({ receipt: json }, filled.verifierKey)).toMatchObject({ verified: true });
  }
  const refused = await ask(['events:write'], refusedId);
  expect(refused.json).toMatchObject({
    status: 422,
    code: 'claim_expired',
    detail: 'The claim had expired.',
  });
  const unknown = mintEventId(filled.now, filled.random);
  expect((await ask(['events:write'], unknown)).json).toMatchObject({ status: 'pending' });
  expect((await ask(['events:write'], unknown)).status).toBe(202);
  expect((await ask(SCOPES, unknown)).status).toBe(404);
  expect((await ask(['events:read'], 'nonsense')).status).toBe(400);
});

test('an emitter gets receipts of its own events by a claim, and nothing else', async () => {
  const { world, filled, call } = await open();
  const jwk = privateJwkSchema.parse(
    (({ kty, crv, x, d }) => ({ kty, crv, x, d }))(
      generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
    ),
  );
  const { d: _, ...publicJwk } = jwk;
  const kid = await keyIdOf(jwk);
  const register = (id: string) =>
    world.emitters.entries.set(kid, {
      id,
      kid,
      agents: ['refunds'],
      publicJwk,
      createdAt: 0,
      createdBy: 'test',
    });
  const claim = async (iss: string) => {
    const iat = Math.floor(world.now / 1_000);
    const rest = { sub: 'refunds', aud: world.origin, iat, exp: iat + 60, jti: 'j', session: 's', seq: 0 };
    return signClaim(jwk, { iss, ...rest, body_sha256: bodyDigest('') });
  };
  const { eventId } = filled.known[0] ?? { eventId: '' };
  const path = `/v1/audit/receipts/${eventId}`;

  register('emitter-1'); // who is on the records of the filled log
  const token = await claim('emitter-1');
  expect((await call('GET', path, { token })).status).toBe(200);
  expect((await call('GET', '/v1/audit/log/key', { token })).status).toBe(200);
  expect((await call('GET', '/v1/audit/events', { token })).status).toBe(401);
  expect((await call('GET', path, { token: `${token.slice(0, -3)}AAA` })).status).toBe(401);
  register('emitter-2');
  expect((await call('GET', path, { token: await claim('emitter-2') })).status).toBe(404);
});

test('every route that reads says how much it gave out, on the record', async () => {
  const { world, filled, call } = await open();
  const token = await world.token(SCOPES);
  const { eventId } = filled.known[0] ?? { eventId: '' };
  const paths = [
    'log/checkpoint',
    'log/key',
    'log/keys',
    `events/${eventId}`,
    `receipts/${eventId}`,
    'events',
    'quarantine',
  ];
  for (const path of paths) expect((await call('GET', `/v1/audit/${path}`, { token })).status).toBe(200);
  const given = world.queued('AUDIT_ACCESSED').map(({ payload }) => payload.after);
  expect(given).toEqual(paths.map(() => expect.objectContaining({ status: 200, given: expect.any(Number) })));
});

test('a sender that waits for its receipts leaves one record, a reader one for each', async () => {
  const { world, filled, call } = await open();
  const [sender, reader] = [await world.token(['events:write']), await world.token(['events:read'])];
  for (const { eventId } of filled.known.slice(0, 3)) {
    await call('GET', `/v1/audit/receipts/${eventId}`, { token: sender });
    await call('GET', `/v1/audit/receipts/${eventId}`, { token: reader });
  }
  const targets = world.queued('AUDIT_ACCESSED').map(({ payload }) => payload.target);
  expect(targets).toHaveLength(4);
});
