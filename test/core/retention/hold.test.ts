import { expect, test } from '@jest/globals';
import { queryEvents } from '../../../core/query/page.ts';
import { findRecord } from '../../../core/query/receipt.ts';
import { holdFilterSchema, isInForce, type LegalHold } from '../../../core/retention/hold.ts';
import { rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { DAY, RetentionWorld, SHORT } from './retention-world.ts';

const ALL = { order: 'log', limit: 1_000, personal: true } as const;
const SUBJECT = { type: 'customer', id: 'c-7' };

/** One day with a batch of which a few records are told apart, and one day after it. */
async function open() {
  const world = await RetentionWorld.open();
  const ids = await world.record(12, (n) => ({
    task: n === 3 ? 'the-task' : 'another',
    agent: n === 5 ? 'the-agent' : 'others',
    ...(n === 7 && { user: 'ann' }),
    ...(n === 9 && { subject: SUBJECT }),
  }));
  world.nextDay();
  await world.record(4);
  world.nextDay();
  await world.morning();
  return { world, ids };
}

const indices = async (world: RetentionWorld) =>
  (await queryEvents(world.reader, { category: 'agent' }, ALL)).events.map(({ log_index }) => log_index);

test.each([
  ['a task', { task_id: 'the-task' }, 3],
  ['an agent', { agent_id: 'the-agent' }, 5],
  ['a user', { user_id: 'ann' }, 7],
  ['a subject', { subject: SUBJECT }, 9],
])('what is held by %s stays, whole and provable; its neighbours go', async (_what, filter, position) => {
  const { world, ids } = await open();
  const holdId = await world.hold(filter);
  world.nextDay(SHORT.max_days);
  const { purges } = await world.morning();
  // The batch, the file of the day and its offsets stay in the archive.
  expect(purges).toMatchObject([{ purged_below: 16, left: 3 }]);
  expect(await indices(world)).toEqual([position]);
  const found = await findRecord(world.reader, ids[position] ?? '');
  expect(found?.receipt.log_index).toBe(position);
  expect(found?.disclosures.map(({ value }) => value)).toEqual([
    { order: `secret ${position}` },
    expect.anything(),
  ]);
  expect(await findRecord(world.reader, ids[position - 1] ?? '')).toBeUndefined();
  const disclosures = [...world.cloud.work].filter(([key]) => key.startsWith('disclosures/'));
  expect(disclosures).toHaveLength(1);
  const held = [...world.cloud.archived].filter(([, object]) => object.held).map(([key]) => key);
  expect(held).toEqual([
    'commit/00000000000000000000',
    'records/dt=2026-01-01/00000000000000000000-00000000000000000011.ndjson.gz',
  ]);
  const verdict = await world.verify();
  expect(verdict).toMatchObject({ verified: true, shown: { first_index: 0, purged: 4 } });

  await world.release(holdId);
  const released = await world.retain();
  expect(released).toMatchObject({ freed: 2, purges: [{ purged_below: 16, left: 0 }] });
  expect(await indices(world)).toEqual([]);
  expect([...world.cloud.archived.values()].some((object) => object.held)).toBe(false);
  expect(await world.verify()).toMatchObject({ verified: true, shown: { purged: 16 } });
});

test('a hold by time keeps what occurred in it, and what is recorded later too', async () => {
  const { world } = await open();
  await world.hold({ from: '2026-01-02T00:00:00.000Z', to: '2026-01-04T00:00:00.000Z' });
  expect((await world.retain()).secured).toBe(2);
  await world.record(2);
  world.nextDay();
  const { secured } = await world.morning();
  expect(secured).toBe(2); // the batch that came since, and the file of its day
  world.nextDay(SHORT.max_days);
  await world.morning();
  expect(await indices(world)).toEqual([12, 13, 14, 15, 16, 17]);
});

test('two holds on one object: the one that is left still keeps it', async () => {
  const { world } = await open();
  const first = await world.hold({ task_id: 'the-task' });
  await world.hold({ agent_id: 'the-agent' });
  await world.retain();
  await world.release(first);
  expect(await world.retain()).toMatchObject({ freed: 0 });
  world.nextDay(SHORT.max_days);
  await world.morning();
  expect(await indices(world)).toEqual([5]);
});

test('a hold ends by itself where it was placed until a day', async () => {
  const { world } = await open();
  await world.hold({ task_id: 'the-task' }, { until: world.now + 60 * DAY });
  world.nextDay(SHORT.max_days);
  await world.morning();
  expect(await indices(world)).toEqual([3]);
  world.nextDay(30);
  await world.morning();
  expect(await indices(world)).toEqual([]);
});

test('a hold that came after the order and before the deletion is heeded', async () => {
  const { world } = await open();
  world.nextDay(SHORT.max_days);
  world.gate = async ({ operation }, effect) => {
    if (operation === 'delete') throw new Error('it stops before anything is deleted');
    return effect();
  };
  await expect(world.morning()).rejects.toThrow('stops');
  await world.hold({ task_id: 'the-task' });
  world.gate = undefined;
  const { purges } = await world.retain();
  expect(purges).toMatchObject([{ purged_below: 16 }]);
  expect(await indices(world)).toEqual([3]);
  expect(await world.verify()).toMatchObject({ verified: true });
});

test('the table is made again with what is held; the next purge takes the neighbours out of it', async () => {
  const { world } = await open();
  await world.hold({ task_id: 'the-task' });
  world.nextDay(SHORT.max_days);
  await world.morning();
  await world.record(3);
  world.cloud.items.clear();
  world.cloud.head = undefined;
  const terms = { check: false, overLive: false, deadline: world.now + 1e9 };
  expect(await rebuildTable(await world.log(), terms)).toMatchObject({ outcome: 'rebuilt' });
  world.nextDay(SHORT.max_days + 1);
  await world.morning();
  expect(await indices(world)).toEqual([3]);
  expect(await world.verify()).toMatchObject({ verified: true });
});

test('records that hand the log over from key to key are never purged', async () => {
  const { world } = await open();
  await world.rotate(2);
  await world.record(2);
  world.nextDay();
  await world.rotate(3);
  world.nextDay(SHORT.max_days + 1);
  await world.morning();
  const kept = await queryEvents(world.reader, { event_type: ['KEY_ROTATED'] }, ALL);
  expect(kept.events.map(({ log_index }) => log_index)).toEqual([16, 19]);
  expect(await world.verify()).toMatchObject({ verified: true, shown: { first_index: 16 } });
});

test('a filter that names nothing, or no time between its times, is none', () => {
  const parse = (filter: object) => holdFilterSchema.safeParse(filter).success;
  expect([parse({}), parse({ task_id: '' }), parse({ task: 'x' })]).toEqual([false, false, false]);
  expect(parse({ from: '2026-01-02T00:00:00Z', to: '2026-01-02T00:00:00Z' })).toBe(false);
  expect(parse({ from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z', task_id: 't' })).toBe(true);
});

test('a hold is in force before its record, and until the record of its release', () => {
  const hold = { holdId: 'h', placedAt: 0, unrecorded: '{}' } as LegalHold;
  const release = { at: 1, by: { type: 'user', id: 'u' }, reason: 'Settled' };
  expect(isInForce(hold, 5)).toBe(true);
  expect(isInForce({ ...hold, release }, 5)).toBe(true);
  const { unrecorded: _, ...recorded } = hold;
  expect(isInForce({ ...recorded, release }, 5)).toBe(false);
  expect(isInForce({ ...recorded, until: 5 }, 5)).toBe(false);
});
