import { expect, test } from '@jest/globals';
import { parseEvent } from '../../../core/event/parse.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import { RetentionWorld } from '../../core/retention/retention-world.ts';
import { MemoryHolds } from '../../support/memory-holds.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';
import { adminApiOf } from './admin-world.ts';

const PATH = '/v1/audit/legal-holds';
const SUBJECT = { type: 'customer', id: 'c-7' };

/** The API over a log of five events, two of them about somebody. */
async function open() {
  const log = await RetentionWorld.open();
  await log.record(5, (n) => ({ task: `task-${n}`, ...(n < 2 && { subject: SUBJECT }) }));
  const world = new ApiWorld();
  const registry = new MemoryHolds();
  const holds = {
    registry,
    keys: async () => log.keys,
    heads: log.cloud.heads(),
    table: log.cloud.table(),
  };
  const call = clientOf(adminRoutes(adminApiOf(world, { holds })), world.terms);
  const token = await world.token(SCOPES);
  const place = (json: object, by = token) => call('POST', PATH, { token: by, json });
  return { world, registry, call, token, place };
}

const BY_TASK = { filter: { task_id: 'task-1' }, reason: 'Litigation 7/26' };

test('a hold is in force, counts what it keeps, and is a record: who, why, what', async () => {
  const { world, call, token, place } = await open();
  const { status, json } = await place({ ...BY_TASK, until: '2027-01-01T00:00:00Z' });
  expect(status).toBe(201);
  expect(json).toMatchObject({
    ...BY_TASK,
    state: 'in_force',
    until: '2027-01-01T00:00:00.000Z',
    matches: 1,
  });
  const [event] = world.queued('LEGAL_HOLD_PLACED');
  expect(parseEvent(event)).toMatchObject({ ok: true });
  expect(event?.payload).toMatchObject({
    target: { type: 'legal-hold', id: json.hold_id, filter: BY_TASK.filter },
    after: { matches: 1, until: '2027-01-01T00:00:00.000Z' },
    reason: BY_TASK.reason,
  });
  expect((await call('GET', PATH, { token })).json.legal_holds).toHaveLength(1);
  const one = `${PATH}/${json.hold_id}`;
  expect((await call('GET', one, { token })).json).toMatchObject({ state: 'in_force' });
  world.now = Date.parse('2027-01-01T00:00:00Z');
  expect((await call('GET', one, { token })).json).toMatchObject({ state: 'ended' });
});

test('a subject is named by its id and kept by its pseudonym, in the item and in the record', async () => {
  const { world, registry, place } = await open();
  const { json } = await place({ filter: { subject: SUBJECT }, reason: 'Dispute' });
  expect(json.matches).toBe(2);
  expect(json.filter.subject.id).toMatch(/^hmac-sha256:/);
  const kept = JSON.stringify([[...registry.entries.values()], world.queue]);
  expect(kept).not.toContain('c-7');
});

test('a hold on nothing is refused, unless it is said that records are to come', async () => {
  const { world, place } = await open();
  const nothing = { filter: { task_id: 'task-11' }, reason: 'Litigation' };
  const refused = await place(nothing);
  expect(refused.json).toMatchObject({ status: 400, field: 'filter' });
  expect(refused.json.detail).toContain('"awaits": true');
  expect(world.queue).toEqual([]);
  expect((await place({ ...nothing, awaits: true })).json).toMatchObject({ matches: 0 });
});

test.each([
  [{ reason: 'r', filter: {} }, 'a hold on everything is no hold'],
  [{ reason: 'r', filter: { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } }, 'after'],
  [{ filter: { task_id: 'task-1' } }, 'reason'],
  [{ ...BY_TASK, until: '2026-01-01T00:00:00Z' }, 'to come'],
  [{ ...BY_TASK, filter: { taskid: 'task-1' } }, 'taskid'],
])('%j is refused: %s', async (body, says) => {
  const { world, place } = await open();
  const { json } = await place(body);
  expect(json).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(json.detail).toContain(says);
  expect(world.queue).toEqual([]);
});

test('it is released once, by whom it was placed by, or by naming them', async () => {
  const { world, call, token, place } = await open();
  const { json } = await place(BY_TASK);
  const one = `${PATH}/${json.hold_id}`;
  const other = await world.token(SCOPES);
  const theirs = await call('DELETE', one, { token: other, query: { reason: 'tidying up' } });
  expect(theirs.json).toMatchObject({ status: 403, field: 'placed_by' });
  expect(theirs.json.detail).toContain(json.placed_by.id);
  expect((await call('DELETE', one, { token })).json).toMatchObject({ status: 400, field: 'reason' });

  const query = { reason: 'Settled', placed_by: json.placed_by.id };
  const released = await call('DELETE', one, { token: other, query });
  expect(released.json).toMatchObject({ state: 'released', release_reason: 'Settled' });
  expect(world.queued('LEGAL_HOLD_RELEASED')[0]?.payload).toMatchObject({
    target: { id: json.hold_id },
    before: { placed_by: json.placed_by, reason: BY_TASK.reason },
    reason: 'Settled',
  });
  const twice = await call('DELETE', one, { token, query: { reason: 'again' } });
  expect(twice.json).toMatchObject({ status: 409, code: 'conflict' });
  expect(twice.json.detail).toContain('was released at 2026-11-24T09:00:00.000Z');
  const nowhere = `${PATH}/01a20ce4-05c0-77ab-9306-82f5da62bf63`;
  expect((await call('DELETE', nowhere, { token, query: { reason: 'x' } })).status).toBe(404);
});

test('what could not be recorded: a hold keeps all the same, a release does not free', async () => {
  const { world, registry, call, token, place } = await open();
  world.queueIsDown = true;
  expect((await place(BY_TASK)).status).toBe(503);
  const [hold] = registry.entries.values();
  expect(hold?.unrecorded).toBeDefined();
  world.queueIsDown = false;
  expect((await call('GET', PATH, { token })).json.legal_holds).toMatchObject([{ state: 'in_force' }]);
  expect(world.queued('LEGAL_HOLD_PLACED')).toHaveLength(1);
  world.queueIsDown = true;
  await call('DELETE', `${PATH}/${hold?.holdId}`, { token, query: { reason: 'Settled' } });
  expect([...registry.entries.values()][0]).toMatchObject({ release: {}, unrecorded: expect.anything() });
});
