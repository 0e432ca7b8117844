import { describe, expect, test } from '@jest/globals';
import { fromUtf8 } from '../../../core/encoding.ts';
import { asEventId } from '../../../core/event/ids.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { publishedTile } from '../../../core/query/published-tile.ts';
import { findRecord, purgedBefore } from '../../../core/query/receipt.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { auditArchive } from '../../../core/sequencer/audit-archive.ts';
import { rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { RetentionWorld, SHORT } from './retention-world.ts';

const ALL = { order: 'log', limit: 1_000, personal: true } as const;

/** A log of so many days, a batch of twenty each; ids by day. */
async function logOf(days: number, count = 20): Promise<{ world: RetentionWorld; ids: string[][] }> {
  const world = await RetentionWorld.open();
  const ids: string[][] = [];
  for (let day = 0; day < days; day++) {
    ids.push(await world.record(count, (n) => ({ agent: `agent-${n % 2}`, task: `task-${day}-${n % 3}` })));
    world.nextDay();
    await world.morning();
  }
  return { world, ids };
}

const everything = (world: RetentionWorld) => queryEvents(world.reader, { category: 'all' }, ALL);
const keysUnder = (world: RetentionWorld, prefix: string) =>
  [...world.cloud.archived.keys()].filter((key) => key.startsWith(prefix));

describe('a log that is older than it may be', () => {
  test('loses whole days after max_days, no sooner, everywhere; the rest verifies', async () => {
    const { world, ids } = await logOf(3);
    world.nextDay(SHORT.max_days - 3);
    expect(await world.morning()).toMatchObject({ purges: [] });
    expect(keysUnder(world, 'purge/')).toEqual([]);
    world.nextDay();
    const { purges, open } = await world.morning();
    expect(open).toBeUndefined();
    expect(purges).toMatchObject([{ purged_below: 20, left: 0 }]);

    const [gone = '', kept = ''] = [ids[0]?.[0], ids[1]?.[0]];
    expect(await findRecord(world.reader, gone)).toBeUndefined();
    expect(await purgedBefore(world.reader, asEventId(gone))).toBe(Date.parse('2026-01-02T00:00:00Z'));
    expect(await purgedBefore(world.reader, asEventId(kept))).toBeUndefined();
    expect((await findRecord(world.reader, kept))?.receipt.log_index).toBe(20);
    expect(keysUnder(world, 'commit/').slice(0, 1)).toEqual(['commit/00000000000000000020']);
    expect(keysUnder(world, 'records/').some((key) => key.includes('2026-01-01'))).toBe(false);
    expect([...world.cloud.items.values()].filter(({ sk }) => sk === gone)).toEqual([]);
    const verdict = await world.verify();
    expect(verdict).toMatchObject({ verified: true, shown: { purged: 20, first_index: 20 } });
  });

  test('loses what opened the commitments too, and nothing of anybody else', async () => {
    const { world } = await logOf(2);
    const before = new Set(world.cloud.work.keys());
    world.nextDay(SHORT.max_days - 1);
    await world.morning();
    const disclosures = [...before].filter((key) => key.startsWith('disclosures/'));
    expect(disclosures).toHaveLength(2);
    expect(disclosures.filter((key) => world.cloud.work.has(key))).toHaveLength(1);
  });

  test('is queried by what is there: pages, counts of closed days, and pages that verify', async () => {
    const { world, ids } = await logOf(4);
    world.nextDay(SHORT.max_days - 3);
    await world.morning();
    const page = await everything(world);
    expect(page.purged_before).toBe('2026-01-02T00:00:00.000Z');
    expect(page.events[0]?.log_index).toBe(20);
    expect(page.total_count).toBe(page.events.length);
    const verifierKey = world.cloud.head?.verifierKey ?? '';
    expect(await verifyPage(JSON.parse(JSON.stringify(page)), verifierKey)).toMatchObject({ verified: true });
    const byAgent = await queryEvents(
      world.reader,
      { agent_id: 'agent-0' },
      { ...ALL, order: 'occurred_at' },
    );
    expect(byAgent.total_count).toBe(30);
    expect(byAgent.events).toHaveLength(30);
    const byTask = await queryEvents(world.reader, { task_id: 'task-0-0' }, ALL);
    expect(byTask).toMatchObject({ total_count: 0, events: [] });
    expect(ids).toHaveLength(4);
  });

  test('serves no bundle below the minimum index, and the hashes of all', async () => {
    const { world } = await logOf(3, 200);
    world.nextDay(SHORT.max_days - 1);
    await world.morning();
    const entries = (index: number) => publishedTile(world.reader, { kind: 'entries', index, width: 256 });
    expect(world.cloud.head?.purged?.below).toBe(400);
    expect([await entries(0), await entries(1)]).toEqual([undefined, undefined]);
    const tile = (index: number, width: number) =>
      publishedTile(world.reader, { kind: 'hashes', level: 0, index, width });
    expect(await tile(0, 256)).toHaveLength(8_192);
    expect(await tile(1, 256)).toHaveLength(8_192);
    expect(await world.verify()).toMatchObject({ verified: true, shown: { purged: 400 } });
  });

  test('tells of it in two records and two documents: what was ordered, and what was done', async () => {
    const { world } = await logOf(2);
    world.nextDay(SHORT.max_days - 1);
    await world.morning();
    const found = await queryEvents(world.reader, { event_type: ['RECORDS_PURGED'] }, ALL);
    const after = found.events.map(
      ({ record }) => (record.event.payload as { after: Record<string, unknown> }).after,
    );
    expect(after).toMatchObject([
      { state: 'ordered', purged_below: 20, minimum_index: 256, max_days: 40, objects: 3 },
      { state: 'deleted', purged_below: 20, objects: 3, versions: 3, kept: 0 },
    ]);
    const [certificate, order] = keysUnder(world, 'purge/').sort();
    expect(after.map(({ document }) => document)).toEqual([order, certificate]);
    const text = fromUtf8(world.cloud.archived.get(certificate ?? '')?.bytes ?? new Uint8Array());
    expect(JSON.parse(text)).toMatchObject({
      purged_below: 20,
      recorded_before: '2026-01-02T00:00:00.000Z',
      deleted: [
        { key: 'commit/00000000000000000000', versions: ['1'] },
        { key: expect.stringContaining('records/dt=2026-01-01/0') },
        { key: expect.stringContaining('records/dt=2026-01-01/_') },
      ],
      left: [],
    });
  });

  test('passes the daily audit, closes further days and writes further files', async () => {
    const { world } = await logOf(3);
    world.nextDay(SHORT.max_days + 5);
    await world.morning();
    await world.record(5);
    world.nextDay();
    await world.morning();
    expect(await auditArchive(await world.log(), world.now + 60_000)).toMatchObject({ outcome: 'sound' });
    expect(world.cloud.head?.state).toBe('FINAL');
    expect(keysUnder(world, 'records/').length).toBeGreaterThan(0);
    expect(await world.verify()).toMatchObject({ verified: true });
  });

  test('a hole at the line, or above it, is still damage', async () => {
    for (const position of [0, 1]) {
      const { world } = await logOf(4);
      world.nextDay(SHORT.max_days - 3);
      await world.morning();
      const key = keysUnder(world, 'commit/').sort()[position] ?? '';
      world.cloud.archived.delete(key);
      const audit = await auditArchive(await world.log(), world.now + 60_000);
      expect(audit).toMatchObject({ outcome: 'damaged', object: key });
      const verdict = await world.verify((copy) => {
        for (const name of copy.keys()) if (name.startsWith('records/')) copy.delete(name);
      });
      expect(verdict).toMatchObject({ verified: false, failure: { code: 'entries_missing' } });
    }
  });

  test('more than the log tells of is missing, whatever a document says', async () => {
    const { world } = await logOf(4);
    world.nextDay(SHORT.max_days - 3);
    await world.morning();
    const verdict = await world.verify((copy) => {
      const name = [...copy.keys()].find((key) => key.endsWith('.order.json')) ?? '';
      const order = JSON.parse(fromUtf8(copy.get(name) ?? new Uint8Array()));
      const hashes = Array.from({ length: 40 }, () => '0'.repeat(64));
      const forged = { ...order, purged_below: 40, tree: { ...order.tree, hashes } };
      copy.set(name, new TextEncoder().encode(JSON.stringify(forged)));
      for (const key of copy.keys())
        if (key === 'commit/00000000000000000020' || key.includes('dt=2026-01-02')) copy.delete(key);
    });
    expect(verdict.verified).toBe(false);
  });

  test('is made again from its archive, and goes on with true tiles', async () => {
    const { world } = await logOf(3, 100);
    world.nextDay(SHORT.max_days - 1);
    await world.morning();
    // Made again, all of it is in the table, also what had left it.
    const { read_from_archive, ...before } = await everything(world);
    expect(read_from_archive).not.toHaveLength(0);
    const chain = [...world.cloud.items.values()].filter(({ pk }) => pk === 'LOG');
    world.cloud.items.clear();
    world.cloud.head = undefined as typeof world.cloud.head;
    const answer = await rebuildTable(await world.log(), {
      check: false,
      overLive: false,
      deadline: world.now + 1e9,
    });
    expect(answer).toMatchObject({ outcome: 'rebuilt' });
    expect(await everything(world)).toEqual(before);
    expect(world.cloud.head).toMatchObject({ purged: { below: 200 } });
    expect(chain.length).toBeGreaterThan(0);
    await world.record(300);
    const page = await everything(world);
    expect(page.total_count).toBe(before.total_count + 300);
    const verifierKey = world.cloud.head?.verifierKey ?? '';
    expect(await verifyPage(JSON.parse(JSON.stringify(page)), verifierKey)).toMatchObject({ verified: true });
    expect(await world.verify()).toMatchObject({ verified: true, shown: { purged: 200 } });
  });

  test('is not made again from an archive whose beginning went without a record', async () => {
    const { world } = await logOf(4);
    world.nextDay(SHORT.max_days - 3);
    await world.morning();
    for (const key of keysUnder(world, 'purge/')) world.cloud.archived.delete(key);
    const terms = { check: true, overLive: false, deadline: world.now + 1e9 };
    expect(await rebuildTable(await world.log(), terms)).toMatchObject({
      outcome: 'damaged',
      object: 'commit/00000000000000000000',
    });
  });

  test('waits for locks that are longer than what may be kept by now', async () => {
    const world = await RetentionWorld.open();
    world.policies.standing = {
      version: 2,
      policy: { ...SHORT, immutability_days: 60, min_days: 60, max_days: 60 },
      changedAt: 0,
      changedBy: { type: 'user', id: 'u' },
      previous: SHORT,
    };
    await world.record(10);
    world.policies.standing = undefined;
    world.nextDay();
    await world.record(10);
    world.nextDay(50);
    expect((await world.morning()).purges).toEqual([]);
    world.nextDay(10);
    expect((await world.morning()).purges).toMatchObject([{ purged_below: 20 }]);
  });

  test('ends the same whatever call fails, and however often', async () => {
    for (let failing = 1; ; failing += 3) {
      const { world } = await logOf(3, 6);
      await world.hold({ task_id: 'task-0-1' });
      world.nextDay(SHORT.max_days);
      let calls = 0;
      world.gate = async (_call, effect) => {
        calls++;
        if (calls === failing) throw new Error('crash');
        if (calls === failing + 2) {
          effect();
          throw new Error('crash after it was done');
        }
        return effect();
      };
      const first = await world.morning().then(
        () => 'done',
        () => 'crashed',
      );
      for (let run = 0; run < 4 && first === 'crashed'; run++) await world.retain().catch(() => undefined);
      world.gate = undefined;
      await world.retain();
      expect(world.purges.job).toBeUndefined();
      expect(world.cloud.head?.purged?.below).toBe(18);
      const page = await everything(world);
      expect(page.total_count).toBe(page.events.length);
      expect(page.events.slice(0, 2).map(({ log_index }) => log_index)).toEqual([1, 4]);
      expect(await world.verify()).toMatchObject({ verified: true });
      if (first === 'done') break;
      expect(failing).toBeLessThan(300);
    }
  });
});
