import { beforeAll, expect, test } from '@jest/globals';
import { writeDailyRecords } from '../../../core/archive/daily-records.ts';
import { encodeRecordsFile } from '../../../core/archive/records-file.ts';
import { fromUtf8, utf8 } from '../../../core/encoding.ts';
import { verifyArchive } from '../../../core/receipt/verify-archive.ts';
import type { WholeOptions } from '../../../core/receipt/verify-tiles.ts';
import { decodeSegment, encodeSegment, type Segment } from '../../../core/sequencer/segment.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { type ArchiveCopy, copyOf, filesOf } from '../../support/archive-copy.ts';
import { bent } from '../../support/made-log.ts';
import { FilledLog } from '../query/filled-log.ts';

const BATCHES = [3, 252, 1, 300, 40, 9];
const SIZE = 605;
const THIRD = 'commit/00000000000000000255';
const DAILY = 'records/dt=2026-11-24/00000000000000000000-00000000000000000555.ndjson.gz';

let objects: ArchiveCopy;
let key: string;

/** What the real writer leaves in an archive: four batches on one day, which has its file, and two on the next. */
beforeAll(async () => {
  const filled = await FilledLog.open(31);
  for (const size of BATCHES.slice(0, 4)) await filled.appendBatch(size);
  filled.now = Date.parse('2026-11-25T02:00:00Z');
  await writeDailyRecords({ ...filled.log, clock: { now: () => filled.now } }, Number.MAX_SAFE_INTEGER);
  for (const size of BATCHES.slice(4)) await filled.appendBatch(size);
  objects = copyOf(filled.cloud);
  key = filled.verifierKey;
});

async function verify(map: ArchiveCopy, options: WholeOptions = {}) {
  return await verifyArchive(filesOf(map), key, options);
}

function altered(changes: Record<string, Uint8Array | undefined>): ArchiveCopy {
  const map = new Map(objects);
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes) map.set(name, bytes);
    else map.delete(name);
  }
  return map;
}

function segmentAt(name: string): Segment {
  return decodeSegment(objects.get(name) ?? new Uint8Array(), zlibCodec);
}

test('a copy of the bucket verifies by itself, and says what it is of', async () => {
  expect(await verify(objects)).toMatchObject({
    verified: true,
    shown: { count: SIZE, tree_size: SIZE, missing: 0 },
  });
  const readme = fromUtf8(objects.get('README.txt') ?? new Uint8Array());
  expect(readme).toContain(key);
  expect(fromUtf8(objects.get('key/00000000000000000000') ?? new Uint8Array())).toBe(`${key}\n`);
  const prefixes = new Set([...objects.keys()].map((name) => name.split('/')[0]));
  for (const prefix of prefixes) expect(readme).toContain(prefix);
});

test('a batch whose record was changed is named', async () => {
  const segment = segmentAt(THIRD);
  const leaves = segment.leaves.map((leaf) => ({
    ...leaf,
    bytes: utf8(fromUtf8(leaf.bytes).replace('"1"', '"2"')),
  }));
  const verdict = await verify(
    altered({ [THIRD]: encodeSegment({ ...segment, leaves }, zlibCodec), [DAILY]: undefined }),
  );
  expect(verdict).toMatchObject({
    verified: false,
    failure: { code: 'content_hash_mismatch', where: { part: THIRD, index: 255 } },
  });
});

test.each([
  ['is bent', () => bent(objects.get(THIRD), 40), 'batch_malformed'],
  ['is another batch', () => objects.get('commit/00000000000000000556'), 'batch_of_another_tree'],
  ['is missing', () => undefined, 'entries_missing'],
])('a batch that %s shows', async (_what, change, code) => {
  const verdict = await verify(altered({ [THIRD]: change(), [DAILY]: undefined }));
  expect(verdict).toMatchObject({ verified: false, failure: { code } });
});

test('a batch that was left out along with its place in the order shows', async () => {
  const third = segmentAt(THIRD);
  const fourth = {
    ...segmentAt('commit/00000000000000000256'),
    first: third.first,
    previousRoot: third.previousRoot,
  };
  const verdict = await verify(altered({ [THIRD]: encodeSegment(fourth, zlibCodec), [DAILY]: undefined }));
  expect(verdict).toMatchObject({ verified: false });
});

test('batches that have lapsed are read from the daily records', async () => {
  const lapsed = altered(
    Object.fromEntries(
      ['000', '003', '255', '256'].map((end) => [`commit/00000000000000000${end}`, undefined]),
    ),
  );
  expect(await verify(lapsed)).toMatchObject({ verified: true, shown: { count: SIZE } });
  lapsed.delete(DAILY);
  expect(await verify(lapsed)).toMatchObject({ failure: { code: 'entries_missing', where: { index: 0 } } });
});

test('daily records that differ from what was committed show', async () => {
  const leaves = [0, 3, 255, 256].flatMap((first) =>
    segmentAt(`commit/${String(first).padStart(20, '0')}`).leaves.map(({ bytes }) => bytes),
  );
  const file = (changed: Uint8Array[]) =>
    encodeRecordsFile({ first: 0, last: 555 }, changed, zlibCodec).bytes;
  expect(await verify(altered({ [DAILY]: file(leaves) }))).toMatchObject({ verified: true });
  const other = leaves.with(300, leaves[301] ?? new Uint8Array());
  expect(await verify(altered({ [DAILY]: file(other) }))).toMatchObject({
    failure: { code: 'daily_records_altered', where: { part: DAILY, index: 300 } },
  });
  const short = encodeRecordsFile({ first: 0, last: 554 }, leaves.slice(0, 555), zlibCodec).bytes;
  expect(await verify(altered({ [DAILY]: short }))).toMatchObject({ failure: { code: 'batch_malformed' } });
});

test('a tile that was altered or taken away shows', async () => {
  expect(await verify(altered({ 'tile/0/000': bent(objects.get('tile/0/000'), 8_000) }))).toMatchObject({
    failure: { code: 'tile_altered', where: { part: 'tile/0/000', index: 250 } },
  });
  expect(await verify(altered({ 'tile/0/000': objects.get('tile/0/000')?.subarray(0, 32) }))).toMatchObject({
    failure: { code: 'tile_altered', detail: 'it has another length' },
  });
  expect(await verify(altered({ 'tile/0/001': undefined }))).toMatchObject({
    failure: { code: 'tile_missing', where: { part: 'tile/0/001' } },
  });
});

test('every checkpoint on the way must be of this log, and be signed', async () => {
  const at = (size: number) => `checkpoint/${String(size).padStart(20, '0')}`;
  expect(await verify(altered({ [at(256)]: objects.get(at(255)) }))).toMatchObject({
    failure: { code: 'checkpoint_of_another_tree' },
  });
  const [origin, size, root = '', ...rest] = fromUtf8(objects.get(at(256)) ?? new Uint8Array()).split('\n');
  const another = [origin, size, root.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')), ...rest].join(
    '\n',
  );
  expect(await verify(altered({ [at(256)]: utf8(another) }))).toMatchObject({
    failure: { code: 'signature_invalid' },
  });
  expect(await verify(altered({ [at(605)]: objects.get(at(596)) }))).toMatchObject({
    failure: { code: 'checkpoint_of_another_tree' },
  });
});

test('a batch that is not signed for yet is no fault, a tail that was cut is one to who kept its checkpoint', async () => {
  const at = 'checkpoint/00000000000000000605';
  expect(await verify(altered({ [at]: undefined }))).toMatchObject({
    verified: true,
    shown: { tree_size: 596 },
  });
  const cut = altered({ [at]: undefined, 'commit/00000000000000000596': undefined });
  expect(await verify(cut)).toMatchObject({ verified: true, shown: { count: 596 } });
  const other = fromUtf8(objects.get(at) ?? new Uint8Array());
  expect(await verify(cut, { other })).toMatchObject({ failure: { code: 'consistency_not_shown' } });
  expect(await verify(objects, { other })).toMatchObject({ verified: true, shown: { consistent_with: 605 } });
});

test('an archive in which nothing was ever signed for is nothing to judge', async () => {
  await expect(verify(new Map([['README.txt', utf8('hello')]]))).rejects.toMatchObject({ code: 'not_found' });
});

test.each(['17\n', '-256\n', '0x100\n', 'none'])('a minimum index of %j is none', async (text) => {
  expect(await verify(altered({ 'minimum-index': utf8(text) }))).toMatchObject({
    verified: false,
    failure: { code: 'entries_missing', where: { part: 'minimum-index' } },
  });
  expect(await verify(altered({ 'minimum-index': utf8('0\n') }))).toMatchObject({ verified: true });
});

test('a checkpoint that is no text is of no log', async () => {
  const name = [...objects.keys()].filter((key) => key.startsWith('checkpoint/')).at(-1) ?? '';
  expect(await verify(altered({ [name]: Uint8Array.of(0xff) }))).toMatchObject({ verified: false });
});
