import { expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { fromUtf8, toDigestText, utf8 } from '../../../core/encoding.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { decodeOrder } from '../../../core/retention/purge-order.ts';
import { rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { RetentionWorld, SHORT } from './retention-world.ts';

const ALL = { order: 'log', limit: 1_000, personal: false } as const;
const REBUILD = { check: false, overLive: false, deadline: Number.MAX_SAFE_INTEGER };

/** Two days of so many records, the first of which is due, with a task of it on hold where one is named. */
async function due(count: number, task?: string): Promise<RetentionWorld> {
  const world = await RetentionWorld.open();
  await world.record(count);
  world.nextDay();
  await world.record(3);
  world.nextDay();
  await world.morning();
  if (task !== undefined) await world.hold({ task_id: task });
  world.nextDay(SHORT.max_days - 1);
  return world;
}

async function purged(count = 12, task?: string): Promise<RetentionWorld> {
  const world = await due(count, task);
  await world.morning();
  return world;
}

const nameOf = (world: RetentionWorld, end: string) =>
  [...world.cloud.archived.keys()].find((key) => key.endsWith(end)) ?? '';

function alterOrder(copy: Map<string, Uint8Array>, change: (order: Record<string, unknown>) => object): void {
  const name = [...copy.keys()].find((key) => key.endsWith('.order.json')) ?? '';
  const order = JSON.parse(fromUtf8(copy.get(name) ?? new Uint8Array()));
  copy.set(name, utf8(JSON.stringify({ ...order, ...change(order) })));
}

function forget(world: RetentionWorld): void {
  world.cloud.items.clear();
  world.cloud.head = undefined;
}

test('what goes while a page of it is made is told to be asked for again, not that somebody tampered', async () => {
  const world = await purged(12, 'task-0');
  const held = [...world.cloud.items].find(([, { pk, i }]) => pk.startsWith('E#') && i === 0);
  world.cloud.items.delete(held?.[0] ?? '');
  const reading = queryEvents(world.reader, { task_id: 'task-0' }, ALL);
  await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
  const later = [...world.cloud.items].find(([, { pk, i }]) => pk.startsWith('E#') && i === 12);
  world.cloud.items.delete(later?.[0] ?? '');
  await expect(queryEvents(world.reader, {}, { ...ALL, cursor: undefined })).rejects.toBeDefined();
});

test('a run begins no purge while a batch is not final, and does not wait for ever', async () => {
  const world = await due(6);
  const { head } = world.cloud;
  if (!head) throw new Error('no head');
  world.cloud.head = { ...head, state: 'HALTED', reason: 'test' };
  expect(await world.retain()).toMatchObject({ purges: [], open: 'the log is not final' });
  world.cloud.head = head;
  world.gate = async ({ operation }, effect) => {
    if (operation === 'deleteVersion') world.now += 3_600_000;
    return effect();
  };
  expect(await world.retain()).toMatchObject({ open: 'no time' });
  world.gate = undefined;
  expect(await world.retain()).toMatchObject({ purges: [{ purged_below: 6 }] });
});

test('a record that the log does not take keeps everything where it is', async () => {
  const world = await due(6);
  const deliver = world.deliver.bind(world);
  world.deliver = async () => undefined;
  expect(await world.retain()).toMatchObject({ open: 'the log has to take the record first' });
  expect(world.cloud.archived.has('commit/00000000000000000000')).toBe(true);
  let sent = 0;
  world.deliver = async (bodies) => (sent++ === 0 ? await deliver(bodies) : undefined);
  expect(await world.retain()).toMatchObject({ open: 'the log has to take the record first' });
  world.deliver = deliver;
  expect(await world.retain()).toMatchObject({ purges: [{ purged_below: 6 }] });
});

test('an object that S3 keeps for another reason is waited for', async () => {
  const world = await due(6);
  const commit = world.cloud.archived.get('commit/00000000000000000000');
  if (commit) commit.held = true;
  expect(await world.retain()).toMatchObject({ open: 'locked: commit/00000000000000000000' });
  if (commit) commit.held = false;
  expect(await world.retain()).toMatchObject({ purges: [{ purged_below: 6 }] });
});

test('an order that lies about hashes, or is none, is found out', async () => {
  const world = await purged();
  const broken = await world.verify((copy) => copy.set(nameOf(world, '.order.json'), utf8('{}')));
  expect(broken).toMatchObject({ verified: false, failure: { code: 'purge_order_malformed' } });
  const short = await world.verify((copy) =>
    alterOrder(copy, ({ tree }) => ({ tree: { ...(tree as object), hashes: [] } })),
  );
  expect(short).toMatchObject({ verified: false, failure: { code: 'purge_order_malformed' } });
  const lie = await world.verify((copy) =>
    alterOrder(copy, ({ tree }) => ({
      tree: { ...(tree as object), hashes: Array.from({ length: 12 }, () => '0'.repeat(64)) },
    })),
  );
  expect(lie.verified).toBe(false);
  expect(() => decodeOrder(utf8('[]'))).toThrow(expect.objectContaining({ code: 'integrity' }));
});

test('without its tile, a purged stretch cannot be bridged', async () => {
  const world = await purged(300);
  const gone = await world.verify((copy) => copy.delete('tile/0/000'));
  expect(gone).toMatchObject({ verified: false, failure: { code: 'tile_missing' } });
  expect(await world.verify()).toMatchObject({ verified: true, shown: { purged: 300 } });
});

test('a table that is made again goes on from full tiles, partial tiles and what was kept', async () => {
  const world = await purged(300, 'task-1');
  const before = await queryEvents(world.reader, { category: 'all' }, ALL);
  forget(world);
  expect(await rebuildTable(await world.log(), REBUILD)).toMatchObject({ outcome: 'rebuilt' });
  const task = await queryEvents(world.reader, { task_id: 'task-1' }, ALL);
  expect(task.total_count).toBeGreaterThanOrEqual(100);
  await world.record(300);
  const after = await queryEvents(
    world.reader,
    { agent_id: 'refund-agent', from: '2026-02-01T00:00:00.000Z' },
    ALL,
  );
  expect(after.total_count).toBe(300);
  const key = world.cloud.head?.verifierKey ?? '';
  expect(await verifyPage(JSON.parse(JSON.stringify(after)), key)).toMatchObject({ verified: true });
  expect(before.total_count).toBeGreaterThan(100);
  expect(await world.verify()).toMatchObject({ verified: true });
});

test('a table is not made again from an order of another tree, from an unsigned rest, or from one that nobody tells of', async () => {
  const answer = async (alter: (world: RetentionWorld) => void) => {
    const world = await purged(12, 'task-0');
    alter(world);
    forget(world);
    return await rebuildTable(await world.log(), REBUILD);
  };
  const alterArchived = (world: RetentionWorld, change: (order: Record<string, unknown>) => object) => {
    const name = nameOf(world, '.order.json');
    const object = world.cloud.archived.get(name);
    const order = JSON.parse(fromUtf8(object?.bytes ?? new Uint8Array()));
    const bytes = utf8(JSON.stringify({ ...order, ...change(order) }));
    world.cloud.archived.set(name, { bytes, retainUntil: 0 });
  };
  const other = await answer((world) =>
    alterArchived(world, ({ tree }) => ({ tree: { ...(tree as object), root: '0'.repeat(64) } })),
  );
  expect(other).toMatchObject({ outcome: 'damaged', object: expect.stringContaining('.order.json') });
  const unsigned = await answer((world) => {
    // The line's own checkpoint stays; that of the batch that was kept is the same one here, so an earlier batch is made up.
    const kept = world.cloud.archived.get('commit/00000000000000000000');
    if (kept) world.cloud.archived.set('commit/00000000000000000001', kept);
  });
  expect(unsigned).toMatchObject({ outcome: 'damaged', object: 'commit/00000000000000000001' });
});

test('a table is not made again where the batches that a purge left behind its line are gone', async () => {
  const world = await purged(12, 'task-0');
  const commits = [...world.cloud.archived.keys()].filter((key) => key.startsWith('commit/')).sort();
  expect(commits.length).toBeGreaterThan(2);
  for (const key of commits.slice(1)) world.cloud.archived.delete(key); // the first holds what is on hold
  forget(world);
  expect(await rebuildTable(await world.log(), REBUILD)).toMatchObject({
    outcome: 'damaged',
    object: expect.stringMatching(/^checkpoint\//),
    problem: expect.stringContaining('the batches end at 12: later ones are missing'),
  });
  expect(world.cloud.head).toBeUndefined();
});

test('a beginning that is gone without a record of a purge is damage', async () => {
  const world = await due(12);
  world.deliver = async () => undefined;
  await world.retain(); // the order stands in the archive, its record never came
  for (const key of world.cloud.archived.keys())
    if (key === 'commit/00000000000000000000') world.cloud.archived.delete(key);
  forget(world);
  expect(await rebuildTable(await world.log(), REBUILD)).toMatchObject({
    outcome: 'damaged',
    object: 'commit/00000000000000000000',
    problem: expect.stringContaining('no record of the log tells of a purge'),
  });
});

test('an archive that ends where its purge was ordered is damaged: no record is left to tell of the purge', async () => {
  const world = await purged();
  const line = world.cloud.head?.purged?.below ?? 0;
  for (const key of [...world.cloud.archived.keys()]) {
    const [, folder, size] = /^(commit|checkpoint)\/(\d{20})$/.exec(key) ?? [];
    const beyond = folder === 'commit' ? Number(size) >= line : Number(size) > line;
    if (folder !== undefined && beyond) world.cloud.archived.delete(key);
  }
  for (const check of [true, false]) {
    forget(world);
    const answer = await rebuildTable(await world.log(), { ...REBUILD, check });
    expect(answer).toMatchObject({
      outcome: 'damaged',
      problem: expect.stringContaining('no record of the log tells'),
    });
    expect(world.cloud.head).toBeUndefined();
  }
});

test('a purge that the archive holds no order of is not believed, whichever of our functions sends it', async () => {
  const world = await due(12);
  const forged = (document: object) => ({
    schema_version: '1.0.0',
    event_id: mintEventId(world.now, world.random),
    event_type: 'RECORDS_PURGED',
    occurred_at: new Date(world.now).toISOString(),
    agent: { id: 'agent-audit-trail', version: '0.1.0' },
    payload: {
      actor: { type: 'system', id: 'agent-audit-trail' },
      target: { type: 'log', id: 'p' },
      after: {
        state: 'ordered',
        minimum_index: 256,
        purged_below: 12,
        recorded_before: '2026-02-01T00:00:00.000Z',
        ...document,
      },
    },
  });
  const order = 'purge/00000000000000000012/01a20ce4-05c0-77ab-9306-82f5da62bf63.order.json';
  const batch = 'commit/00000000000000000000';
  for (const document of [
    {},
    { document: order, document_sha256: `sha256:${'0'.repeat(64)}` },
    // What another function may write somewhere else is no order.
    {
      document: batch,
      document_sha256: toDigestText(sha256(world.cloud.archived.get(batch)?.bytes ?? utf8(''))),
    },
  ])
    await world.deliver([
      JSON.stringify({ source: 'internal', emitter: { id: 'apply-retention' }, events: [forged(document)] }),
    ]);
  expect(world.quarantine.codes()).toEqual(Array(3).fill('event_type_reserved'));
  expect(world.cloud.head).not.toHaveProperty('purged');
  expect((await queryEvents(world.reader, {}, ALL)).total_count).toBe(15);
});
