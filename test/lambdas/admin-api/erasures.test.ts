import { expect, test } from '@jest/globals';
import { SCOPES } from '../../../core/identity/scope.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import { MemoryErasures } from '../../support/memory-erasures.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';
import { adminApiOf } from './admin-world.ts';

const PATH = '/v1/audit/erasures';

async function open() {
  const world = new ApiWorld();
  const registry = new MemoryErasures();
  const woken: number[] = [];
  const erasures = { registry, wake: async () => void woken.push(world.now) };
  const call = clientOf(adminRoutes(adminApiOf(world, { erasures })), world.terms);
  const token = await world.token(SCOPES);
  return { world, registry, woken, call, token };
}

test('an erasure is queued under the pseudonym, starts its worker, and is shown as far as it is', async () => {
  const { registry, woken, call, token } = await open();
  const json = { subject: { type: 'customer', id: 'c-7' }, request: 'DSR-2026-118' };
  const asked = await call('POST', PATH, { token, json });
  expect(asked.status).toBe(202);
  expect(asked.json).toMatchObject({ request: 'DSR-2026-118', preview: false, status: 'queued' });
  expect(asked.json.subject.pseudonym).toMatch(/^hmac-sha256:/);
  expect(JSON.stringify([...registry.entries.values()])).not.toContain('c-7');
  expect(woken).toHaveLength(1);
  const one = `${PATH}/${asked.json.erasure_id}`;
  const [erasure] = registry.entries.values();
  if (!erasure) throw new Error('nothing was queued');
  await registry.update({
    ...erasure,
    status: 'done',
    treeSize: 12,
    finishedAt: erasure.requestedAt + 1_000,
    document: 'erasure/1.json',
    found: { records: 1, fields: [{ pointer: '/payload/goal', count: 1 }], blocked: [], exports: [] },
  });
  expect((await call('GET', one, { token })).json).toMatchObject({
    status: 'done',
    tree_size: 12,
    finished_at: '2026-11-24T09:00:01.000Z',
    found: { records: 1 },
    document: 'erasure/1.json',
  });
  expect((await call('GET', PATH, { token })).json.erasures).toHaveLength(1);
});

test.each([
  [{ request: 'r' }],
  [{ subject: { type: 'customer', id: 'c' }, user_id: 'ann', request: 'r' }],
  [{ user_id: 'ann' }],
  [{ user_id: '', request: 'r' }],
  [{ user_id: 'ann', request: 'r', force: true }],
])('%j is refused', async (json) => {
  const { registry, woken, call, token } = await open();
  const answer = await call('POST', PATH, { token, json });
  expect(answer.json).toMatchObject({ status: 400, code: 'invalid_request' });
  expect([registry.entries.size, woken.length]).toEqual([0, 0]);
});

test('a user is named as the emitters named them; what is not there is 404; it takes the scope', async () => {
  const { world, call, token } = await open();
  const asked = await call('POST', PATH, { token, json: { user_id: 'ann', request: 'r', preview: true } });
  expect(asked.json).toMatchObject({ user_id: 'ann', preview: true });
  expect((await call('GET', `${PATH}/01a20ce4-05c0-77ab-9306-82f5da62bf63`, { token })).status).toBe(404);
  const reader = await world.token(['events:read']);
  expect((await call('GET', PATH, { token: reader })).status).toBe(403);
});
