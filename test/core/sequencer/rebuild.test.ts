import { describe, expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { AuditError } from '../../../core/errors.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { type RebuildAnswer, type RebuildTerms, rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { candidates } from '../../support/candidates.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { memoryLog } from '../../support/memory-log.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const DEADLINE = NOW + 100_000_000;
const REBUILD: RebuildTerms = { check: false, overLive: false, deadline: DEADLINE };

/** A log over memory with 20 batches, 321 records and a full tile. */
async function filledLog(): Promise<{ cloud: MemoryCloud; log: Log }> {
  const cloud = new MemoryCloud(new Uint8Array(32).fill(9));
  const log = memoryLog(cloud, NOW);
  await openLog(log);
  for (let batch = 0; batch < 20; batch++) await add(log, batch === 7 ? 302 : 1);
  return { cloud, log };
}

async function add(log: Log, count: number): Promise<void> {
  await append(candidates(count), { policyVersion: 1, deadline: DEADLINE }, log);
}

/** Everything the cloud holds of the log, in an order of its own. */
function contents({ items, archived, head }: MemoryCloud) {
  return structuredClone({ items: [...items].sort(), archived: [...archived].sort(), head });
}

function lose(cloud: MemoryCloud): void {
  cloud.items.clear();
  cloud.head = undefined;
}

describe('a table that was lost', () => {
  test('stands again, byte for byte, and nothing is signed or archived for it', async () => {
    const { cloud, log } = await filledLog();
    const before = contents(cloud);
    const signatures = cloud.signed.length;
    lose(cloud);
    const answer = await rebuildTable(log, REBUILD);
    expect(answer).toMatchObject({ outcome: 'rebuilt', size: 321, checkpoint: before.head?.checkpoint });
    expect(contents(cloud)).toEqual(before);
    expect(cloud.signed).toHaveLength(signatures);
  });

  test('takes new events where it ended, and knows the old ones again', async () => {
    const { cloud, log } = await filledLog();
    lose(cloud);
    await rebuildTable(log, REBUILD);
    await add(log, 3);
    expect(cloud.head).toMatchObject({ state: 'FINAL', size: 324 });
    const again = candidates(2);
    await append(again, { policyVersion: 1, deadline: DEADLINE }, log);
    lose(cloud);
    await rebuildTable(log, REBUILD);
    const verdicts = await append(again, { policyVersion: 1, deadline: DEADLINE }, log);
    expect(verdicts).toEqual(again.map(() => ({ outcome: 'duplicate' })));
  });

  test('is made in several calls where one has no time for it', async () => {
    const { cloud, log } = await filledLog();
    const before = contents(cloud);
    lose(cloud);
    let answer: RebuildAnswer = { outcome: 'going_on', from: { size: 0, root: log.keys.index }, size: 0 };
    let calls = 0;
    for (; answer.outcome === 'going_on' && calls < 100; calls++) {
      const from = calls === 0 ? {} : { from: answer.from };
      answer = await rebuildTable(log, { ...REBUILD, ...from, deadline: log.clock.now() + 30_005 });
      if (answer.outcome === 'going_on') expect(cloud.head).toBeUndefined();
    }
    expect(answer.outcome).toBe('rebuilt');
    expect(calls).toBeGreaterThan(3);
    expect(contents(cloud)).toEqual(before);
  });

  test('a last batch that a crash left unsigned is signed and made final', async () => {
    const { cloud, log } = await filledLog();
    const before = contents(cloud);
    cloud.archived.delete('checkpoint/00000000000000000321');
    lose(cloud);
    expect(await rebuildTable(log, REBUILD)).toMatchObject({ outcome: 'rebuilt', size: 321 });
    expect(contents(cloud)).toEqual(before);
  });
});

describe('a table that is there', () => {
  test('is left alone while its head is alive', async () => {
    const { cloud, log } = await filledLog();
    const before = contents(cloud);
    expect(await rebuildTable(log, REBUILD)).toEqual({ outcome: 'alive', size: 321 });
    expect(contents(cloud)).toEqual(before);
  });

  test('is made again over a live head where that is wanted, altered items included', async () => {
    const { cloud, log } = await filledLog();
    const before = contents(cloud);
    for (const [key, item] of cloud.items) if (key.startsWith('E#')) cloud.items.set(key, { ...item, i: 7 });
    expect(await rebuildTable(log, { ...REBUILD, overLive: true })).toMatchObject({ outcome: 'rebuilt' });
    expect(contents(cloud)).toEqual(before);
  });

  test('that was rolled back halts its writer, and works again once it is rebuilt', async () => {
    const { cloud, log } = await filledLog();
    const items = new Map(cloud.items);
    const head = structuredClone(cloud.head);
    await add(log, 5);
    const after = contents(cloud);
    cloud.items.clear();
    for (const [key, item] of items) cloud.items.set(key, item);
    cloud.head = head;
    await expect(add(log, 1)).rejects.toMatchObject({ code: 'integrity' });
    expect(cloud.head).toMatchObject({ state: 'HALTED' });
    expect(await rebuildTable(log, REBUILD)).toMatchObject({ outcome: 'rebuilt', size: 326 });
    expect(contents(cloud)).toEqual(after);
    await add(log, 1);
    expect(cloud.head).toMatchObject({ state: 'FINAL', size: 327 });
  });

  test('checking writes nothing', async () => {
    const { cloud, log } = await filledLog();
    const before = contents(cloud);
    const known = before.head?.checkpoint ?? '';
    expect(await rebuildTable(log, { ...REBUILD, check: true, known })).toMatchObject({
      outcome: 'proven',
      size: 321,
      checkpoint: known,
    });
    expect(contents(cloud)).toEqual(before);
  });
});

describe('an archive that is not whole starts no log', () => {
  const key = (first: number) => `commit/${String(first).padStart(20, '0')}`;
  const crimes: [string, (cloud: MemoryCloud) => void, string, RegExp][] = [
    ['a batch in the middle is gone', (cloud) => cloud.archived.delete(key(5)), key(5), /missing/],
    ['the first batch is gone', (cloud) => cloud.archived.delete(key(0)), key(0), /missing/],
    ['the last batch is gone', (cloud) => cloud.archived.delete(key(320)), 'checkpoint/', /missing/],
    [
      'two batches are swapped',
      ({ archived }) => {
        const [one, other] = [archived.get(key(3)), archived.get(key(4))];
        if (one && other) archived.set(key(3), other).set(key(4), one);
      },
      key(3),
      /holds the batch at 4/,
    ],
    [
      'a batch is not a segment',
      ({ archived }) => archived.set(key(4), { bytes: utf8('rubbish'), retainUntil: 0 }),
      key(4),
      /cannot be read/,
    ],
    [
      'a batch has a second version',
      (cloud) => cloud.furtherVersions.push({ key: key(2), versionId: '2', marker: false }),
      key(2),
      /2 versions/,
    ],
    [
      'a batch bears a delete marker',
      (cloud) => cloud.furtherVersions.push({ key: key(2), versionId: '2', marker: true }),
      key(2),
      /delete marker/,
    ],
    [
      'a checkpoint is of another tree',
      ({ archived }) => {
        const other = archived.get('checkpoint/00000000000000000004');
        if (other) archived.set('checkpoint/00000000000000000003', other);
      },
      'checkpoint/',
      /another tree/,
    ],
  ];
  test.each(crimes)('%s', async (_, commit, object, problem) => {
    const { cloud, log } = await filledLog();
    commit(cloud);
    lose(cloud);
    for (const check of [true, false]) {
      expect(await rebuildTable(log, { ...REBUILD, check })).toEqual({
        outcome: 'damaged',
        object: expect.stringContaining(object),
        problem: expect.stringMatching(problem),
      });
      expect(cloud.head).toBeUndefined();
    }
  });

  test('a tail that was cut off, checkpoints and all, shows to who kept a checkpoint', async () => {
    const { cloud, log } = await filledLog();
    const known = cloud.head?.checkpoint ?? '';
    lose(cloud);
    cloud.archived.delete(key(320));
    cloud.archived.delete('checkpoint/00000000000000000321');
    expect(await rebuildTable(log, { ...REBUILD, check: true })).toMatchObject({
      outcome: 'proven',
      size: 320,
    });
    expect(await rebuildTable(log, { ...REBUILD, check: true, known })).toMatchObject({
      outcome: 'damaged',
      object: key(320),
      problem: expect.stringContaining('321'),
    });
  });

  test('an archive without a batch is an empty log, and damaged to who kept a checkpoint of more', async () => {
    const { cloud, log } = await filledLog();
    const known = cloud.head?.checkpoint ?? '';
    lose(cloud);
    cloud.archived.clear();
    expect(await rebuildTable(log, { ...REBUILD, check: true })).toMatchObject({
      outcome: 'proven',
      size: 0,
    });
    expect(await rebuildTable(log, { ...REBUILD, check: true, known })).toMatchObject({
      outcome: 'damaged',
      problem: expect.stringContaining('no batch at all'),
    });
  });

  test('a kept checkpoint of another history, by another key, or none at all is not explained away', async () => {
    const { log } = await filledLog();
    const fork = await filledLog();
    const stranger = memoryLog(new MemoryCloud(new Uint8Array(32).fill(8)), NOW);
    await openLog(stranger);
    await add(stranger, 1);
    const bySomebodyElse = (await stranger.heads.read())?.checkpoint;
    for (const [known, problem] of [
      [fork.cloud.head?.checkpoint, 'makes another tree than the checkpoint of size 321'],
      [bySomebodyElse, 'does not verify'],
      ['321', 'is not a signed checkpoint'],
    ] as const) {
      const answer = await rebuildTable(log, { ...REBUILD, check: true, known: known ?? '' });
      expect(answer).toMatchObject({ outcome: 'damaged', problem: expect.stringContaining(problem) });
    }
  });

  test('an archive that lists what it cannot read is damaged there', async () => {
    const { cloud, log } = await filledLog();
    lose(cloud);
    const archive = {
      ...log.archive,
      read: async (name: string) => (name === key(3) ? undefined : await log.archive.read(name)),
    };
    expect(await rebuildTable({ ...log, archive }, REBUILD)).toEqual({
      outcome: 'damaged',
      object: key(3),
      problem: 'is listed and cannot be read',
    });
  });

  test('an archive that does not answer is no damage: it is tried again', async () => {
    const { cloud, log } = await filledLog();
    lose(cloud);
    const outage = {
      ...log.archive,
      read: () => Promise.reject(new AuditError('unavailable', 'the archive')),
    };
    const late = {
      ...log.archive,
      read: async (name: string) =>
        name.startsWith('checkpoint/') ? await outage.read() : await log.archive.read(name),
    };
    for (const archive of [outage, late])
      await expect(rebuildTable({ ...log, archive }, REBUILD)).rejects.toMatchObject({ code: 'unavailable' });
    expect(cloud.head).toBeUndefined();
  });
});
