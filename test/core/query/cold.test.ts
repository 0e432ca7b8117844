import { expect, test } from '@jest/globals';
import { offsetsObject, parseRecordsObject } from '../../../core/archive/layout.ts';
import { coldBatchOf } from '../../../core/index/event-item.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { findRecord } from '../../../core/query/receipt.ts';
import { verifyPage, verifyReceipt } from '../../../core/receipt/verify.ts';
import { coolRecords } from '../../../core/retention/cool.ts';
import { rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { RetentionWorld, SHORT } from '../retention/retention-world.ts';

const ALL = { order: 'log', limit: 1_000, personal: true } as const;

/** Two batches of one day and one of the day after, all with their files. */
async function open() {
  const world = await RetentionWorld.open();
  const ids = [...(await world.record(3, { task: 'a' })), ...(await world.record(2, { task: 'b' }))];
  world.nextDay();
  ids.push(...(await world.record(2, { task: 'a' })));
  world.nextDay();
  await world.morning();
  return { world, ids };
}

const coldOnes = (world: RetentionWorld) =>
  [...world.cloud.items.values()].filter((item) => coldBatchOf(item) !== undefined).length;
const page = (world: RetentionWorld, filter = {}) => queryEvents(world.reader, filter, ALL);

test('what is older than archive_after_days leaves the table, and every answer stays the same, but for saying so', async () => {
  const { world, ids } = await open();
  const before = await page(world);
  const filtered = await queryEvents(
    world.reader,
    { task_id: 'a' },
    { ...ALL, order: 'occurred_at', limit: 2 },
  );
  world.nextDay(SHORT.archive_after_days - 2);
  expect(await world.retain()).toMatchObject({ cooled: 0 });
  world.nextDay();
  expect(await world.retain()).toMatchObject({ cooled: 5, purges: [] });
  expect(coldOnes(world)).toBe(5);
  const { read_from_archive, ...after } = await page(world);
  expect(read_from_archive).toEqual([0, 1, 2, 3, 4]);
  expect(after).toEqual(before);
  expect(await verifyPage(await page(world), world.cloud.head?.verifierKey ?? '')).toMatchObject({
    verified: true,
  });
  const cold = await queryEvents(world.reader, { task_id: 'a' }, { ...ALL, order: 'occurred_at', limit: 2 });
  expect(cold).toEqual({ ...filtered, read_from_archive: [0, 1], next_cursor: cold.next_cursor });
  const next = { ...ALL, order: 'occurred_at', cursor: filtered.next_cursor ?? '' } as const;
  expect((await queryEvents(world.reader, { task_id: 'a' }, next)).events.map((e) => e.log_index)).toEqual([
    2, 5, 6,
  ]);
  const found = await findRecord(world.reader, ids[4] ?? '');
  expect(found?.readFrom).toBe('archive');
  expect(
    verifyReceipt({ receipt: found?.receipt, record: found?.record }, world.cloud.head?.verifierKey ?? ''),
  ).toMatchObject({
    verified: true,
  });
  expect(await findRecord(world.reader, ids[5] ?? '')).not.toHaveProperty('readFrom');
  // The second time there is nothing to do; the day after it is the next file's turn.
  expect(await world.retain()).toMatchObject({ cooled: 0 });
  world.nextDay();
  expect(await world.retain()).toMatchObject({ cooled: 2 });
});

test('what is cold is purged when it is due, held records stay and are still read, and a rebuilt table is cooled no second time', async () => {
  const { world, ids } = await open();
  await world.hold({ task_id: 'b' });
  world.nextDay(35);
  expect(await world.morning()).toMatchObject({ cooled: 7 });
  world.nextDay(7);
  expect((await world.morning()).purges).toMatchObject([{ purged_below: 7 }]);
  expect((await page(world, { task_id: 'a' })).total_count).toBe(0);
  expect(await page(world, { task_id: 'b' })).toMatchObject({ total_count: 2, read_from_archive: [3, 4] });
  expect(await findRecord(world.reader, ids[3] ?? '')).toMatchObject({ readFrom: 'archive' });
  expect(await world.verify()).toMatchObject({ verified: true });
  world.cloud.items.clear();
  world.cloud.head = undefined;
  const terms = { check: false, overLive: false, deadline: world.now + 600_000 };
  expect(await rebuildTable(await world.log(), terms)).toMatchObject({ outcome: 'rebuilt' });
  expect(await page(world, { task_id: 'b' })).not.toHaveProperty('read_from_archive');
});

test('nothing leaves the table before file and offsets hold the same bytes as the batch', async () => {
  const { world } = await open();
  world.nextDay(40);
  const keeper = world.keeper;
  const cool = () => coolRecords(keeper, SHORT.archive_after_days, world.now + 10 * 60_000);
  const files = [...world.cloud.archived.keys()].filter((key) => parseRecordsObject(key));
  const file = parseRecordsObject(files[0] ?? '') ?? { day: '', first: 0, last: 0 };
  const other = world.cloud.archived.get(files[1] ?? '');
  const own = world.cloud.archived.get(files[0] ?? '');
  const offsets = world.cloud.archived.get(offsetsObject(file));
  world.cloud.archived.delete(offsetsObject(file));
  await expect(cool()).rejects.toMatchObject({
    code: 'integrity',
    message: expect.stringContaining('offsets'),
  });
  if (offsets) world.cloud.archived.set(offsetsObject(file), offsets);
  if (other) world.cloud.archived.set(files[0] ?? '', other);
  await expect(cool()).rejects.toMatchObject({ message: expect.stringContaining('differ at 0') });
  if (own) world.cloud.archived.set(files[0] ?? '', own);
  const batch = 'commit/00000000000000000000';
  const committed = world.cloud.archived.get(batch);
  world.cloud.archived.delete(batch);
  await expect(cool()).rejects.toMatchObject({ message: expect.stringContaining('lacks the batch at 0') });
  expect(coldOnes(world)).toBe(0);
  if (committed) world.cloud.archived.set(batch, committed);
  expect(await cool()).toBe(7);
  // Afterwards a batch that is gone is no answer, and no other leaf is one.
  world.cloud.archived.delete(batch);
  await expect(page(world)).rejects.toMatchObject({ code: 'integrity' });
  const second = world.cloud.archived.get('commit/00000000000000000003');
  if (second) world.cloud.archived.set(batch, second);
  await expect(page(world)).rejects.toMatchObject({ code: 'integrity' });
});

test('a run that is short of time, or dies, goes on where it stood', async () => {
  const { world } = await open();
  world.nextDay(40);
  expect(await coolRecords(world.keeper, SHORT.archive_after_days, world.now + 10_000)).toBe(0);
  let calls = 0;
  world.gate = async (_call, effect) => {
    if (++calls === 9) throw new Error('crash');
    return effect();
  };
  await coolRecords(world.keeper, SHORT.archive_after_days, world.now + 600_000).catch(() => 0);
  world.gate = undefined;
  await coolRecords(world.keeper, SHORT.archive_after_days, world.now + 600_000);
  expect(coldOnes(world)).toBe(7);
  expect((await page(world)).read_from_archive).toHaveLength(7);
});
