import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { parseEvent } from '../../../core/event/parse.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import { answerOperator, asOperatorInvocation } from '../../../lambdas/admin-api/operator.ts';
import { AdminWorld } from './admin-world.ts';

function publicKey(): Record<string, unknown> {
  return { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) };
}

test('a token is shown once, works with its scopes, and is kept as a hash', async () => {
  const world = new AdminWorld();
  const admin = await world.token(SCOPES);
  const made = await world.call('POST', '/v1/audit/tokens', {
    token: admin,
    json: { name: 'ops', scopes: ['tokens'], expires_in_days: 30 },
  });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({
    name: 'ops',
    scopes: ['tokens'],
    valid_until: '2026-12-24T09:00:00.000Z',
  });
  const { token, token_id } = made.json;
  const list = await world.call('GET', '/v1/audit/tokens', { token });
  expect(list.status).toBe(200);
  expect(list.json.tokens).toHaveLength(2);
  expect(list.text).not.toContain(token);
  for (const hash of world.tokens.entries.keys()) expect(list.text).not.toContain(hash);
  expect(JSON.stringify([...world.tokens.entries.values()])).not.toContain(token);

  const one = await world.call('GET', `/v1/audit/tokens/${token_id}`, { token: admin });
  expect(one.json).toMatchObject({ token_id, name: 'ops' });
  const gone = await world.call('DELETE', `/v1/audit/tokens/${token_id}`, { token: admin });
  expect(gone.json).toMatchObject({ token_id, revoked_at: '2026-11-24T09:00:00.000Z' });
  expect((await world.call('GET', '/v1/audit/tokens', { token })).status).toBe(401);
});

test('nobody grants what they lack', async () => {
  const world = new AdminWorld();
  const token = await world.token(['tokens', 'events:read']);
  const ask = (json: unknown) => world.call('POST', '/v1/audit/tokens', { token, json });
  expect((await ask({ name: 'n', preset: 'admin' })).json).toMatchObject({ status: 403, field: 'scopes' });
  expect((await ask({ name: 'n', preset: 'reader' })).json.detail).toContain('log:read');
  expect((await ask({ name: 'n', scopes: ['events:read'] })).status).toBe(201);
  expect(world.tokens.entries.size).toBe(2);
});

test.each([
  [{ name: 'n' }],
  [{ preset: 'admin' }],
  [{ name: 'n', preset: 'admin', scopes: ['tokens'] }],
  [{ name: 'n', preset: 'root' }],
  [{ name: 'n', scopes: ['everything'] }],
  [{ name: 'n', preset: 'admin', expires_in_days: 0 }],
  [{ name: 'n', preset: 'admin', owner: 'x' }],
  [[]],
])('a request for a token that is not one is refused: %j', async (json) => {
  const world = new AdminWorld();
  const answer = await world.call('POST', '/v1/audit/tokens', { token: await world.token(SCOPES), json });
  expect(answer.json).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(world.tokens.entries.size).toBe(1);
});

test('every act is an event of the log, valid by its schema, before it is reported', async () => {
  const world = new AdminWorld();
  const token = await world.token(SCOPES);
  const made = await world.call('POST', '/v1/audit/tokens', { token, json: { name: 'n', preset: 'reader' } });
  await world.call('DELETE', `/v1/audit/tokens/${made.json.token_id}`, { token });
  await world.call('DELETE', `/v1/audit/tokens/${made.json.token_id}`, { token }); // nothing more to say
  const emitter = await world.call('POST', '/v1/audit/emitters', {
    token,
    json: { emitter_id: 'e1', agents: ['a'], public_jwk: publicKey() },
  });
  await world.call('DELETE', `/v1/audit/emitters/${emitter.json.kid}`, {
    token,
    query: { compromised_since: '2026-11-20T00:00:00Z' },
  });
  expect(world.acts).toEqual(['TOKEN_ISSUED', 'TOKEN_REVOKED', 'EMITTER_REGISTERED', 'EMITTER_REMOVED']);
  const [entry] = world.tokens.entries.values();
  for (const event of world.queue) {
    expect(parseEvent(event)).toMatchObject({ ok: true });
    expect(event.payload).toMatchObject({ actor: { type: 'token', id: entry?.tokenId } });
  }
  expect(world.queue[3]?.payload).toMatchObject({ compromised_since: '2026-11-20T00:00:00.000Z' });
  expect(JSON.stringify(world.queue)).not.toContain(made.json.token);
});

test('a grant that could not be recorded is not in force, and the next request records it', async () => {
  const world = new AdminWorld();
  const token = await world.token(SCOPES);
  world.queueIsDown = true;
  const failed = await world.call('POST', '/v1/audit/emitters', {
    token,
    json: { agents: ['a'], public_jwk: publicKey() },
  });
  expect(failed.json).toMatchObject({ status: 503, code: 'unavailable' });
  const [kid = ''] = world.emitters.entries.keys();
  expect(await world.emitters.byKid(kid)).toBeUndefined();
  expect((await world.call('GET', '/v1/audit/emitters', { token })).status).toBe(503);
  world.queueIsDown = false;
  expect((await world.call('GET', '/v1/audit/emitters', { token })).status).toBe(200);
  expect(await world.emitters.byKid(kid)).toBeDefined();
  expect(world.acts).toEqual(['EMITTER_REGISTERED']);
});

test('a revocation counts at once, also where it could not be recorded yet', async () => {
  const world = new AdminWorld();
  const admin = await world.token(SCOPES);
  const victim = await world.token(['tokens']);
  const [, entry] = world.tokens.entries.values();
  world.queueIsDown = true;
  const path = `/v1/audit/tokens/${entry?.tokenId}`;
  expect((await world.call('DELETE', path, { token: admin })).status).toBe(503);
  expect((await world.call('GET', '/v1/audit/tokens', { token: victim })).status).toBe(401);
  world.queueIsDown = false;
  expect((await world.call('DELETE', path, { token: admin })).status).toBe(200);
  expect(world.acts).toEqual(['TOKEN_REVOKED']);
});

test('only public Ed25519 keys are taken, once, and a private one is sent back with a warning', async () => {
  const world = new AdminWorld();
  const token = await world.token(SCOPES);
  const ask = (public_jwk: unknown, more = {}) =>
    world.call('POST', '/v1/audit/emitters', { token, json: { agents: ['a'], public_jwk, ...more } });
  const { privateKey } = generateKeyPairSync('ed25519');
  const leaked = await ask(privateKey.export({ format: 'jwk' }));
  expect(leaked.json).toMatchObject({ status: 400, field: 'public_jwk/d' });
  expect(leaked.json.detail).toContain('throw it away');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  expect((await ask(ec)).status).toBe(400);
  expect((await ask(publicKey(), { agents: ['agent-audit-trail'] })).status).toBe(400);
  expect(world.emitters.entries.size).toBe(0);

  const key = publicKey();
  const made = await ask({ ...key, kid: 'mine', use: 'sig' });
  expect(made.json).toMatchObject({ emitter_id: expect.stringMatching(/^emitter-/), public_jwk: key });
  expect((await ask(key)).json).toMatchObject({ status: 409, code: 'conflict' });
  const removed = await world.call('DELETE', `/v1/audit/emitters/${made.json.emitter_id}`, { token });
  expect(removed.json.emitters).toMatchObject([{ kid: made.json.kid, removed_at: expect.any(String) }]);
  expect((await ask(key)).status).toBe(409);
});

test('the operator invokes the same routes without a token, and is on the record', async () => {
  const world = new AdminWorld();
  const invoke = (event: unknown) => {
    const invocation = asOperatorInvocation(event);
    if (!invocation) throw new Error('not an invocation');
    return answerOperator(world.routes, invocation, 'request-1', world.terms);
  };
  const operator = { actor: 'ops@example.com' };
  const made = await invoke({
    operator,
    method: 'POST',
    path: '/v1/audit/tokens',
    body: { name: 'first', preset: 'admin' },
  });
  expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^aat_acme_/) } });
  expect(world.queue[0]?.payload).toMatchObject({ actor: { type: 'operator', id: 'ops@example.com' } });
  expect(await invoke({ operator, method: 'GET', path: '/v1/audit/nothing' })).toMatchObject({ status: 404 });
  expect(await invoke({ operator, method: 'PUT', path: '/v1/audit/tokens' })).toMatchObject({ status: 405 });
  expect(await invoke({ operator, method: 'POST', path: '/v1/audit/tokens', body: {} })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
});

test('a proxy event is never an operator', () => {
  const body = JSON.stringify({ operator: { actor: 'x' }, method: 'GET', path: '/v1/audit/tokens' });
  expect(asOperatorInvocation({ httpMethod: 'POST', path: '/', body, requestContext: {} })).toBeUndefined();
  const smuggled = { operator: { actor: 'x' }, method: 'GET', path: '/', requestContext: {} };
  expect(asOperatorInvocation(smuggled)).toBeUndefined();
});

test('a token is rotated: the new one has the same rights, the old one ends after the overlap', async () => {
  const world = new AdminWorld();
  const admin = await world.token(SCOPES);
  const made = await world.call('POST', '/v1/audit/tokens', {
    token: admin,
    json: { name: 'siem', scopes: ['tokens'], expires_in_days: 10, requests_per_minute: 60 },
  });
  const old = `/v1/audit/tokens/${made.json.token_id}`;
  const rotated = await world.call('POST', `${old}/rotate`, { token: admin, json: { overlap_hours: 1 } });
  expect(rotated.json).toMatchObject({
    name: 'siem',
    scopes: ['tokens'],
    requests_per_minute: 60,
    rotates: made.json.token_id,
    valid_until: '2026-12-04T09:00:00.000Z',
  });
  expect(rotated.json.token).not.toBe(made.json.token);
  expect(world.queued('TOKEN_ISSUED')[1]?.payload).toMatchObject({
    before: { token_id: made.json.token_id, valid_until: '2026-11-24T10:00:00.000Z' },
    after: { rotates: made.json.token_id },
  });
  const opens = async (token: string) => (await world.call('GET', '/v1/audit/tokens', { token })).status;
  world.now += 3_599_999;
  expect([await opens(made.json.token), await opens(rotated.json.token)]).toEqual([200, 200]);
  world.now += 1;
  expect([await opens(made.json.token), await opens(rotated.json.token)]).toEqual([401, 200]);
  expect((await world.call('GET', old, { token: admin })).json).toMatchObject({
    rotated_by: rotated.json.token_id,
    valid_until: '2026-11-24T10:00:00.000Z',
  });
  expect((await world.call('POST', `${old}/rotate`, { token: admin })).status).toBe(409);
});

test('a rotation never lengthens a token, revives one, or grants what the caller lacks', async () => {
  const world = new AdminWorld();
  const admin = await world.token(SCOPES);
  const short = await world.token(['events:read'], { validUntil: world.now + 60_000 });
  const [, entry] = world.tokens.entries.values();
  const path = `/v1/audit/tokens/${entry?.tokenId}`;
  const clerk = await world.token(['tokens']);
  expect((await world.call('POST', `${path}/rotate`, { token: clerk })).status).toBe(403);
  expect(
    (await world.call('POST', `${path}/rotate`, { token: admin, json: { overlap_hours: 169 } })).status,
  ).toBe(400);
  expect((await world.call('POST', `${path}/rotate`, { token: admin })).status).toBe(201);
  expect((await world.call('GET', path, { token: admin })).json.valid_until).toBe('2026-11-24T09:01:00.000Z');
  world.now += 60_000;
  expect((await world.call('GET', '/v1/audit/tokens', { token: short })).status).toBe(401);
  const victim = await world.token(['tokens']);
  const id = [...world.tokens.entries.values()].at(-1)?.tokenId;
  await world.call('DELETE', `/v1/audit/tokens/${id}`, { token: admin });
  expect((await world.call('POST', `/v1/audit/tokens/${id}/rotate`, { token: admin })).status).toBe(409);
  expect((await world.call('GET', '/v1/audit/tokens', { token: victim })).status).toBe(401);
});

test('the list tells when a token was last used, to the minute, without a write for each use', async () => {
  const world = new AdminWorld();
  const admin = await world.token(SCOPES);
  await world.token(['events:read']);
  for (let request = 0; request < 5; request++) await world.call('GET', '/v1/audit/tokens', { token: admin });
  const { json } = await world.call('GET', '/v1/audit/tokens', { token: admin });
  const seen = json.tokens.map(({ last_used_at }: { last_used_at?: string }) => last_used_at);
  expect(seen).toEqual(['2026-11-24T09:00:00.000Z', undefined]);
  expect(world.usage.writes).toBe(2);
});

test('nobody registers an emitter under the name of a workload', async () => {
  const world = new AdminWorld();
  const json = { emitter_id: 'workload:refunds', agents: ['a'], public_jwk: publicKey() };
  const answer = await world.call('POST', '/v1/audit/emitters', { token: await world.token(SCOPES), json });
  expect(answer.json).toMatchObject({ status: 400, field: 'emitter_id' });
});
