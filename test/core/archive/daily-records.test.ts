import { expect, test } from '@jest/globals';
import { writeDailyRecords } from '../../../core/archive/daily-records.ts';
import { FILE_RECORDS, parseRecordsObject } from '../../../core/archive/layout.ts';
import { decodeRecordsFile, encodeRecordsFile } from '../../../core/archive/records-file.ts';
import { utf8 } from '../../../core/encoding.ts';
import { decodeSegment } from '../../../core/sequencer/segment.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { FilledLog } from '../query/filled-log.ts';

const DAY = 86_400_000;
const NEVER = Number.MAX_SAFE_INTEGER;

async function open(): Promise<FilledLog> {
  const filled = await FilledLog.open(23);
  filled.now = Date.parse('2026-11-24T20:00:00Z');
  return filled;
}

/** Batches of so many records, the clock then standing at `until`. */
async function fill(filled: FilledLog, sizes: readonly number[], until: string): Promise<void> {
  for (const size of sizes) await filled.appendBatch(size);
  filled.now = Date.parse(until);
}

async function run(filled: FilledLog, deadline = NEVER) {
  const log = { ...filled.log, clock: { now: () => filled.now } };
  return await writeDailyRecords(log, deadline);
}

function files(filled: FilledLog): string[] {
  return [...filled.cloud.archived.keys()].filter((key) => key.endsWith('.ndjson.gz')).sort();
}

/** Every leaf that lies in files of daily records, by index. */
function archived(filled: FilledLog): Map<number, string> {
  const leaves = new Map<number, string>();
  for (const name of files(filled)) {
    const file = parseRecordsObject(name);
    const bytes = filled.cloud.archived.get(name)?.bytes ?? new Uint8Array();
    for (const [position, leaf] of decodeRecordsFile(bytes, zlibCodec).entries())
      leaves.set((file?.first ?? 0) + position, Buffer.from(leaf).toString());
  }
  return leaves;
}

/** Every leaf by the batches. */
function committed(filled: FilledLog): string[] {
  const segments = [...filled.cloud.archived]
    .filter(([key]) => key.startsWith('commit/'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { bytes }]) => decodeSegment(bytes, zlibCodec));
  return segments.flatMap(({ leaves }) => leaves.map(({ bytes }) => Buffer.from(bytes).toString()));
}

test('a day gets its file once it is over, with exactly the leaves, and the next day its own', async () => {
  const filled = await open();
  await fill(filled, [3, 40, 1], '2026-11-25T00:59:59Z');
  expect(await run(filled)).toEqual({ files: 0, records: 0, next: 0, caughtUp: true });
  await fill(filled, [], '2026-11-25T01:00:00Z');
  expect(await run(filled)).toEqual({ files: 1, records: 44, next: 44, caughtUp: true });
  await fill(filled, [7], '2026-11-26T01:30:00Z');
  await fill(filled, [5], '2026-11-26T12:00:00Z');
  expect(await run(filled)).toEqual({ files: 1, records: 7, next: 51, caughtUp: true });
  expect(files(filled)).toEqual([
    'records/dt=2026-11-24/00000000000000000000-00000000000000000043.ndjson.gz',
    'records/dt=2026-11-25/00000000000000000044-00000000000000000050.ndjson.gz',
  ]);
  expect([...archived(filled).values()]).toEqual(committed(filled).slice(0, 51));
});

test('each file is locked for the full term from its newest record, and so are its offsets', async () => {
  const filled = await open();
  await fill(filled, [3, 3], '2026-11-25T02:00:00Z');
  await run(filled);
  const newest = JSON.parse(archived(filled).get(5) ?? '{}').recorded_at;
  const until = Date.parse(newest) + filled.log.lockDays.batches * DAY;
  const made = [...filled.cloud.archived].filter(([key]) => key.startsWith('records/'));
  expect(made.map(([, { retainUntil }]) => retainUntil)).toEqual([until, until]);
});

test('the offsets lead to members that decompress alone', async () => {
  const filled = await open();
  await fill(filled, [700], '2026-11-25T02:00:00Z');
  await run(filled);
  const [name = ''] = files(filled);
  const bytes = filled.cloud.archived.get(name)?.bytes ?? new Uint8Array();
  const beside = name.replace('/0', '/_0').replace('.ndjson.gz', '.offsets.json');
  const { offsets, ...rest } = JSON.parse(
    Buffer.from(filled.cloud.archived.get(beside)?.bytes ?? []).toString(),
  );
  expect(rest).toEqual({ offsets_version: 1, first: 0, last: 699, records_per_member: 256 });
  expect(offsets).toHaveLength(3);
  const second = decodeRecordsFile(bytes.subarray(offsets[1], offsets[2]), zlibCodec);
  expect(second.map((leaf) => Buffer.from(leaf).toString())).toEqual(committed(filled).slice(256, 512));
});

test('a large day is cut at fixed indices, whenever the runs happen', async () => {
  const filled = await open();
  await fill(filled, [FILE_RECORDS - 100, 50, 200], '2026-11-26T02:00:00Z');
  expect(await run(filled)).toMatchObject({ files: 2, caughtUp: true });
  expect(files(filled).map(parseRecordsObject)).toEqual([
    { day: '2026-11-24', first: 0, last: FILE_RECORDS - 1 },
    { day: '2026-11-24', first: FILE_RECORDS, last: FILE_RECORDS + 149 },
  ]);
  expect([...archived(filled).values()]).toEqual(committed(filled));
}, 60_000);

test('days that were missed are made up for, in order, over as many runs as it takes', async () => {
  const filled = await open();
  for (const day of ['25', '26', '27', '28']) await fill(filled, [4, 2], `2026-11-${day}T03:00:00Z`);
  const outcomes = [];
  for (let runs = 0; runs < 5; runs++) outcomes.push(await run(filled, 0)); // out of time after each file
  expect(outcomes.map(({ next, caughtUp }) => [next, caughtUp])).toEqual([
    [6, false],
    [12, false],
    [18, false],
    [24, true],
    [24, true],
  ]);
  expect([...archived(filled).keys()]).toEqual(Array.from({ length: 24 }, (_, index) => index));
});

test('a run that is repeated, late or beside another changes nothing', async () => {
  const filled = await open();
  await fill(filled, [4, 2], '2026-11-25T03:00:00Z');
  await Promise.all([run(filled), run(filled), run(filled)]);
  const before = [...filled.cloud.archived.keys()];
  expect(await run(filled)).toEqual({ files: 0, records: 0, next: 6, caughtUp: true });
  expect([...filled.cloud.archived.keys()]).toEqual(before);
});

test('a run that ended between its two objects is made good by the next', async () => {
  const filled = await open();
  await fill(filled, [4, 2], '2026-11-25T03:00:00Z');
  await run(filled);
  const [name = ''] = files(filled);
  filled.cloud.archived.delete(name);
  expect(await run(filled)).toMatchObject({ files: 1, next: 6 });
  expect(archived(filled).size).toBe(6);
});

test('a batch that is missing or of another tree stops it: there is never a hole', async () => {
  const filled = await open();
  await fill(filled, [4, 2, 3], '2026-11-25T03:00:00Z');
  const key = 'commit/00000000000000000004';
  const batch = filled.cloud.archived.get(key);
  filled.cloud.archived.delete(key);
  await expect(run(filled)).rejects.toMatchObject({ code: 'integrity' });
  filled.cloud.archived.set(key, { bytes: utf8('nonsense'), retainUntil: 0 });
  await expect(run(filled)).rejects.toMatchObject({ code: 'integrity' });
  expect(files(filled)).toEqual([]);
  if (batch) filled.cloud.archived.set(key, batch);
  expect(await run(filled)).toMatchObject({ next: 9 });
});

test('a day waits for a batch of it that is committed and not final', async () => {
  const filled = await open();
  await fill(filled, [4, 2], '2026-11-25T03:00:00Z');
  const { head } = filled.cloud;
  if (head) filled.cloud.head = { ...head, finalSize: 4, state: 'COMMITTED' };
  expect(await run(filled)).toEqual({ files: 0, records: 0, next: 0, caughtUp: false });
  filled.cloud.head = head;
  expect(await run(filled)).toMatchObject({ next: 6, caughtUp: true });
});

test('records of a day that come after its file get a file of their own', async () => {
  const filled = await open();
  await fill(filled, [4], '2026-11-25T03:00:00Z');
  await run(filled);
  await fill(filled, [], '2026-11-24T23:59:00Z'); // a writer's clock that was wrong
  await fill(filled, [2], '2026-11-25T03:00:00Z');
  expect(await run(filled)).toMatchObject({ files: 1, next: 6 });
  expect([...archived(filled).keys()]).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a file is of as many records as its name says, or is not made', () => {
  const made = () => encodeRecordsFile({ first: 3, last: 5 }, [Uint8Array.of(1)], zlibCodec);
  expect(made).toThrow('another number of records than its name');
});
