import { describe, expect, test } from '@jest/globals';
import { SCOPES } from '../../../core/identity/scope.ts';
import { AdminWorld } from './admin-world.ts';

const KEY = { 'Idempotency-Key': 'order-7' };
const READER = { name: 'siem', preset: 'reader' };
const EXPORT = { format: 'ndjson' };

async function begin() {
  const world = new AdminWorld();
  const token = await world.token(SCOPES);
  const post = (path: string, json: unknown, headers: Record<string, string> = KEY, by = token) =>
    world.call('POST', path, { token: by, json, headers });
  return { world, token, post };
}

describe('the same request under the same key', () => {
  test('gets the same answer, and makes nothing a second time', async () => {
    const { world, token, post } = await begin();
    const first = await post('/v1/audit/exports', EXPORT);
    const again = await post('/v1/audit/exports', EXPORT);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' });
    expect([again.status, again.json]).toEqual([first.status, first.json]);
    expect((await world.call('GET', '/v1/audit/exports', { token })).json.exports).toHaveLength(1);
  });

  test('of a token says what was made, and never the secret again, which is kept nowhere', async () => {
    const { world, post } = await begin();
    const first = await post('/v1/audit/tokens', READER);
    const again = await post('/v1/audit/tokens', READER);
    expect(again).toMatchObject({ status: 409, json: { code: 'made_already' } });
    expect(again.headers.location).toBe(`/v1/audit/tokens/${first.json.token_id}`);
    expect(again.json.detail).toContain(first.json.token_id);
    expect(again.text).not.toContain(first.json.token);
    expect(JSON.stringify([...world.repeats.items])).not.toContain(first.json.token);
    expect(world.tokens.entries.size).toBe(2);
    expect(world.acts).toEqual(['TOKEN_ISSUED']);
  });

  test('rotates a token once', async () => {
    const { world, post } = await begin();
    const { token_id } = (await post('/v1/audit/tokens', READER, {})).json;
    const path = `/v1/audit/tokens/${token_id}/rotate`;
    expect((await post(path, {})).status).toBe(201);
    expect((await post(path, {})).json.code).toBe('made_already');
    expect(world.tokens.entries.size).toBe(3);
  });

  test('is a new one after a day', async () => {
    const { world, post } = await begin();
    await post('/v1/audit/tokens', READER);
    world.now += 24 * 3_600_000;
    expect((await post('/v1/audit/tokens', READER)).status).toBe(201);
  });

  test('of somebody else is another: keys are of the caller', async () => {
    const { world, post } = await begin();
    const other = await world.token(SCOPES);
    expect((await post('/v1/audit/exports', EXPORT)).status).toBe(202);
    const theirs = await post('/v1/audit/exports', EXPORT, KEY, other);
    expect(theirs.status).toBe(202);
    expect(theirs.headers).not.toHaveProperty('idempotency-replayed');
  });

  test('while the first is being answered is to wait, and is answered anew where the first died', async () => {
    const { world, post } = await begin();
    await post('/v1/audit/exports', EXPORT);
    for (const item of world.repeats.items.values()) delete item.answer;
    const waiting = await post('/v1/audit/exports', EXPORT);
    expect(waiting).toMatchObject({ status: 409, json: { code: 'in_progress' } });
    expect(waiting.headers['retry-after']).toBe('5');
    world.now += 60_000;
    expect((await post('/v1/audit/exports', EXPORT)).status).toBe(202);
  });
});

test('another request under the same key is refused', async () => {
  const { world, post } = await begin();
  await post('/v1/audit/tokens', READER);
  const other = await post('/v1/audit/tokens', { ...READER, name: 'other' });
  expect(other.json).toMatchObject({ status: 422, code: 'key_reused', field: 'idempotency-key' });
  expect((await post('/v1/audit/exports', EXPORT)).json.code).toBe('key_reused');
  expect(world.tokens.entries.size).toBe(2);
});

test('what was refused or failed is not kept: the key may be used again, for something else too', async () => {
  const { world, post } = await begin();
  expect((await post('/v1/audit/tokens', { name: 'n' })).status).toBe(400);
  world.queueIsDown = true;
  expect((await post('/v1/audit/tokens', READER)).status).toBe(503);
  world.queueIsDown = false;
  expect((await post('/v1/audit/tokens', READER)).status).toBe(201);
});

test('a refusal of the store is no reason to withhold what was made', async () => {
  const { world, post } = await begin();
  world.repeats.keep = () => Promise.reject(new Error('it is down'));
  expect((await post('/v1/audit/tokens', READER)).status).toBe(201);
});

test.each([['two words'], [''], ['k'.repeat(256)]])('%p is no key', async (key) => {
  const { world, post } = await begin();
  const answer = await post('/v1/audit/tokens', READER, { 'Idempotency-Key': key });
  expect(answer.json).toMatchObject({ status: 400, field: 'idempotency-key' });
  expect(world.tokens.entries.size).toBe(1);
});

test('without a key every request is a first one, and a repeat that makes nothing needs none', async () => {
  const { world, token, post } = await begin();
  const { export_id } = (await post('/v1/audit/exports', EXPORT, {})).json;
  await post('/v1/audit/exports', EXPORT, {});
  expect((await world.call('GET', '/v1/audit/exports', { token })).json.exports).toHaveLength(2);
  for (let n = 0; n < 2; n++)
    expect((await post(`/v1/audit/exports/${export_id}/cancel`, undefined)).json.status).toBe('cancelled');
  expect(world.repeats.items.size).toBe(0);
});
