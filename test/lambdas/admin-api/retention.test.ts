import { expect, test } from '@jest/globals';
import { parseEvent } from '../../../core/event/parse.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import { AdminWorld, DEPLOYED } from './admin-world.ts';

const PATH = '/v1/audit/retention-policy';
const LONGER = { ...DEPLOYED, immutability_days: 184, min_days: 184 };

async function open() {
  const world = new AdminWorld();
  const token = await world.token(['retention']);
  const put = (json: object, headers = {}) => world.call('PUT', PATH, { token, json, headers });
  const get = () => world.call('GET', PATH, { token });
  return { world, token, put, get };
}

test('what was deployed stands first, with its floors and usual times', async () => {
  const { get } = await open();
  const { status, json, headers } = await get();
  expect(status).toBe(200);
  expect(headers.etag).toBe('"1"');
  expect(json).toMatchObject({
    version: 1,
    policy: DEPLOYED,
    floors: { immutability_days: 30, min_days: 60 },
    history: [],
  });
  expect(json.presets.map(({ days }: { days: number }) => days)).toEqual([184, 2_192, 2_557]);
});

test('a change is in force, is a record with both values, and says in words what it does', async () => {
  const { world, put, get } = await open();
  const { status, json, headers } = await put({ version: 1, policy: LONGER, reason: 'half a year' });
  expect([status, headers.etag]).toEqual([200, '"2"']);
  expect(json).toMatchObject({ version: 2, policy: LONGER, applied: true, reason: 'half a year' });
  expect(json.changes.new_records.join()).toContain('184 days');
  const [event] = world.queued('RETENTION_POLICY_CHANGED');
  expect(parseEvent(event)).toMatchObject({ ok: true });
  expect(event?.payload).toMatchObject({
    target: { type: 'retention-policy', id: '2' },
    before: { version: 1, ...DEPLOYED },
    after: { version: 2, ...LONGER },
    reason: 'half a year',
  });
  expect((await get()).json).toMatchObject({ version: 2, policy: LONGER, history: [{ version: 2 }] });
});

test('of two changes at once one stands, and the other is told', async () => {
  const { world, put } = await open();
  const both = await Promise.all([
    put({ version: 1, policy: LONGER }),
    put({ version: 1, policy: { ...DEPLOYED, max_days: 500 } }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  const late = await put({ policy: { ...DEPLOYED, max_days: 600 } }, { 'If-Match': '"1"' });
  expect(late.json).toMatchObject({ status: 409, code: 'conflict', field: 'version' });
  expect(late.json.detail).toContain('Version 2 stands now');
  // The loser may have sent the winner's event too: it has one id, so the log takes it once.
  expect(new Set(world.queued('RETENTION_POLICY_CHANGED').map(({ event_id }) => event_id)).size).toBe(1);
  expect((await put({ policy: { ...DEPLOYED, max_days: 600 } }, { 'if-match': '"2"' })).status).toBe(200);
});

test.each([
  [{ policy: LONGER }, 'version', 'based on'],
  [{ version: 1, policy: { ...DEPLOYED, min_days: 29 } }, 'policy/min_days', 'immutability_days'],
  [{ version: 1, policy: { ...DEPLOYED, max_days: 59 } }, 'policy/max_days', 'min_days'],
  [{ version: 1, policy: { ...DEPLOYED, max_days: 40_000 } }, 'policy/max_days', '36500'],
  [{ version: 1, policy: { ...DEPLOYED, archive_after_days: 3 } }, 'policy/archive_after_days', '30'],
  [{ version: 1, policy: { ...DEPLOYED, immutability_days: 29 } }, 'policy/immutability_days', 'floor'],
  [{ version: 1, policy: { ...DEPLOYED, min_days: 59 } }, 'policy/min_days', 'floor'],
  [{ version: 1, policy: { ...DEPLOYED, forever: true } }, 'policy/forever', 'forever'],
])('%j is refused, and nothing changes', async (body, field, says) => {
  const { world, put, get } = await open();
  const { json } = await put(body);
  expect(json).toMatchObject({ status: 400, code: 'invalid_request', field });
  expect(json.detail).toContain(says);
  expect(world.acts).toEqual([]);
  expect((await get()).json.version).toBe(1);
});

test('an ETag that is none, or another than the body names, is refused', async () => {
  const { put } = await open();
  expect((await put({ policy: LONGER }, { 'If-Match': '*' })).json).toMatchObject({ field: 'if-match' });
  expect((await put({ version: 2, policy: LONGER }, { 'If-Match': '"1"' })).json.detail).toContain('same');
});

test('a preview tells and changes nothing; a policy that changes nothing is no change', async () => {
  const { world, put } = await open();
  const preview = await put({ version: 1, policy: { ...DEPLOYED, max_days: 90 }, preview: true });
  expect(preview.json).toMatchObject({ version: 1, applied: false });
  expect(preview.json.changes.existing_records.join()).toContain('cannot be undone');
  expect((await put({ version: 1, policy: DEPLOYED })).json).toMatchObject({ version: 1, applied: false });
  expect(world.acts).toEqual([]);
});

test('a change that could not be recorded is not in force; the next request records it', async () => {
  const { world, put, get } = await open();
  world.queueIsDown = true;
  expect((await put({ version: 1, policy: LONGER })).status).toBe(503);
  expect(world.policies.standing).toHaveProperty('unrecorded');
  expect((await get()).status).toBe(503);
  world.queueIsDown = false;
  expect((await get()).json).toMatchObject({ version: 2, policy: LONGER });
  expect(world.policies.standing).not.toHaveProperty('unrecorded');
  expect(world.acts).toEqual(['RETENTION_POLICY_CHANGED']);
});

test('it takes the scope', async () => {
  const { world } = await open();
  const token = await world.token(SCOPES.filter((scope) => scope !== 'retention'));
  expect((await world.call('GET', PATH, { token })).status).toBe(403);
  expect((await world.call('PUT', PATH, { token, json: {} })).status).toBe(403);
});
