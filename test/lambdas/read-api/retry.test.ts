import { expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { event } from '../../core/narrative/records.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

const ID = '0123456789abcdef0123456789abcdef';

/** A tenant whose quarantine keeps `body` under `ID`. */
async function open(body: (log: FilledLog) => unknown) {
  const world = new ApiWorld();
  const filled = await FilledLog.open(81);
  world.now = filled.now;
  const kept = body(filled);
  const text = typeof kept === 'string' ? kept : JSON.stringify(kept);
  const work = { read: async (key: string) => (key === `quarantine/${ID}` ? utf8(text) : undefined) };
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => ({ ...filled.reader, work }),
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: { find: () => undefined },
  });
  const call = clientOf(routes, world.terms);
  const token = await world.token(['events:write']);
  const retry = (id = ID) => call('POST', `/v1/audit/quarantine/${id}/retry`, { token });
  return { world, call, retry };
}

const good = (log: FilledLog) =>
  event('TASK_INITIATED', { goal: 'g' }, { event_id: mintEventId(log.now, log.random) });

test('what is an event by now goes into the queue, on the account of whoever sends it again', async () => {
  const { world, retry } = await open(good);
  const { status, json } = await retry();
  expect(status).toBe(202);
  const [queued] = world.queued('TASK_INITIATED');
  expect(json).toEqual({
    accepted: [{ event_id: queued?.event_id, content_hash: expect.stringMatching(/^sha256:/) }],
    rejected: [],
  });
  expect(world.services).toEqual([(await world.tokens.list())[0]?.tokenId]);
});

test('of a message all events are judged; what is refused again is told, and not sent', async () => {
  const { world, retry } = await open((log) => ({
    nonce: 'n',
    events: [good(log), { not: 'an event' }, { ...good(log), tenant_id: 'globex' }],
  }));
  const { json } = await retry();
  expect(json.accepted).toHaveLength(1);
  expect(json.rejected).toMatchObject([{ index: 1 }, { index: 2, code: 'tenant_mismatch' }]);
  expect(world.queue).toHaveLength(1);
});

test('nobody becomes the product itself by that: a governance event is reserved, whoever was refused with it', async () => {
  const { world, retry } = await open((log) => ({
    ...good(log),
    event_type: 'REVIEW_RECORDED',
    agent: { id: 'agent-audit-trail', version: '1' },
    task: undefined,
    initiator: undefined,
    payload: { actor: { type: 'user', id: 'ceo' } },
  }));
  expect((await retry()).json).toMatchObject({ accepted: [], rejected: [{ code: 'event_type_reserved' }] });
  expect(world.queue).toEqual([]);
});

test.each(['no JSON', '"text"', 'null', '{"events": {}}', '{"events": []}'])(
  '%s will never be an event',
  async (text) => {
    expect((await (await open(() => text)).retry()).json).toMatchObject({ status: 409, code: 'conflict' });
  },
);

test('of what is not kept nothing can be sent, and an id is one', async () => {
  const { retry, call, world } = await open(good);
  expect((await retry('f'.repeat(32))).status).toBe(404);
  expect((await retry('..%2Fdisclosures')).json).toMatchObject({ status: 400, field: 'quarantine_id' });
  const reader = await world.token(['events:read']);
  expect((await call('POST', `/v1/audit/quarantine/${ID}/retry`, { token: reader })).status).toBe(403);
});
