import { expect, test } from '@jest/globals';
import { concatBytes, utf8 } from '../../../core/encoding.ts';
import { checkpointText } from '../../../core/log/checkpoint.ts';
import { entryBundle, readEntryBundle } from '../../../core/log/entry-bundle.ts';
import { type LogFiles, verifyTiles, type WholeOptions } from '../../../core/receipt/verify-tiles.ts';
import {
  bent,
  madeFiles,
  madeLeaf,
  madeLeaves,
  ORIGIN,
  purgeLeaf,
  signedCheckpoint,
  signedText,
  VERIFIER_KEY,
} from '../../support/made-log.ts';

const SIZE = 700;
const leaves = madeLeaves(SIZE);
const files = await madeFiles(leaves);

function reading(map: ReadonlyMap<string, Uint8Array>): LogFiles {
  return { read: async (path) => map.get(path) };
}

async function verify(map: ReadonlyMap<string, Uint8Array>, options: WholeOptions = {}) {
  return await verifyTiles(reading(map), VERIFIER_KEY, options);
}

/** The log with some files replaced, or left out where they are undefined. */
function altered(changes: Record<string, Uint8Array | undefined>): Map<string, Uint8Array> {
  const map = new Map(files);
  for (const [path, bytes] of Object.entries(changes)) {
    if (bytes) map.set(path, bytes);
    else map.delete(path);
  }
  return map;
}

test.each([1, 2, 255, 256, 257, 700])('a whole log of %i records verifies, tile by tile', async (size) => {
  const map = await madeFiles(leaves.slice(0, size));
  expect(await verify(map)).toMatchObject({
    verified: true,
    shown: { origin: ORIGIN, tree_size: size, count: size, first_index: 0, last_index: size - 1, missing: 0 },
  });
});

test('the empty log verifies', async () => {
  expect(await verify(await madeFiles([]))).toMatchObject({
    verified: true,
    shown: { count: 0, tree_size: 0 },
  });
});

test.each([
  'checkpoint',
  'tile/0/000',
  'tile/0/002.p/188',
  'tile/1/000.p/2',
  'tile/entries/001',
  'tile/entries/002.p/188',
])('a bit of %s shows, wherever it is', async (path) => {
  const bytes = files.get(path) ?? new Uint8Array();
  for (let position = 0; position < bytes.length; position += 1 + Math.floor(bytes.length / 23)) {
    const verdict = await verify(altered({ [path]: bent(bytes, position) }));
    expect([position, verdict.verified]).toEqual([position, false]);
  }
});

test('what was changed is named', async () => {
  const other = [...leaves.slice(256, 511), madeLeaf(511, { task: { id: 'another' } })];
  const changed = await verify(altered({ 'tile/entries/001': entryBundle(other) }));
  expect(changed).toMatchObject({
    verified: false,
    checked: 512,
    failure: { code: 'tile_altered', where: { part: 'tile/0/001', index: 511 } },
  });
  const swapped = [...leaves.slice(256, 510), leaves[511] ?? utf8(''), leaves[510] ?? utf8('')];
  expect(await verify(altered({ 'tile/entries/001': entryBundle(swapped) }))).toMatchObject({
    failure: { code: 'tile_altered', where: { index: 510 } },
  });
});

test('records that were rewritten along with all their hashes are not what was signed', async () => {
  const rewritten = [
    ...leaves.slice(0, 300),
    madeLeaf(300, { task: { id: 'another' } }),
    ...leaves.slice(301),
  ];
  const map = await madeFiles(rewritten);
  map.set('checkpoint', files.get('checkpoint') ?? utf8(''));
  expect(await verify(map)).toMatchObject({ verified: false, failure: { code: 'root_mismatch' } });
});

test('a rewritten log that was signed again shows to the holder of an older checkpoint alone', async () => {
  const kept = await signedCheckpoint(leaves.slice(0, 400));
  const rewritten = await madeFiles([
    ...leaves.slice(0, 300),
    madeLeaf(300, { task: { id: 'x' } }),
    ...leaves.slice(301),
  ]);
  expect(await verify(rewritten)).toMatchObject({ verified: true });
  expect(await verify(rewritten, { other: kept })).toMatchObject({
    verified: false,
    failure: { code: 'older_checkpoint_inconsistent', where: { index: 399 } },
  });
});

test.each([0, 1, 255, 256, 257, 512, 699, 700])(
  'a log extends its own checkpoint of size %i',
  async (size) => {
    const other = await signedCheckpoint(leaves.slice(0, size));
    expect(await verify(files, { other })).toMatchObject({
      verified: true,
      shown: { consistent_with: size },
    });
  },
);

test('a log that is shorter than the checkpoint that is held was cut, or is old', async () => {
  const other = await signedCheckpoint(madeLeaves(701));
  expect(await verify(files, { other })).toMatchObject({
    verified: false,
    failure: { code: 'consistency_not_shown' },
  });
});

test.each([
  ['tile/entries/001', 'entries_missing'],
  ['tile/entries/002.p/188', 'entries_missing'],
  ['tile/0/001', 'tile_missing'],
  ['tile/1/000.p/2', 'tile_missing'],
])('%s is missed', async (path, code) => {
  expect(await verify(altered({ [path]: undefined }))).toMatchObject({ verified: false, failure: { code } });
});

test('without a checkpoint there is nothing to judge', async () => {
  await expect(verify(altered({ checkpoint: undefined }))).rejects.toMatchObject({ code: 'not_found' });
});

test.each([
  [
    'a length beyond its end',
    (bytes: Uint8Array) => concatBytes(Uint8Array.of(0xff, 0xff), bytes.subarray(2)),
  ],
  ['an octet behind', (bytes: Uint8Array) => concatBytes(bytes, Uint8Array.of(0))],
  ['an octet less', (bytes: Uint8Array) => bytes.subarray(0, -1)],
  ['an entry twice', () => entryBundle([...leaves.slice(256, 512), leaves[511] ?? utf8('')])],
  ['an entry less', () => entryBundle(leaves.slice(256, 511))],
  ['nothing', () => new Uint8Array()],
])('a bundle with %s is refused', async (_what, change) => {
  const bundle = change(files.get('tile/entries/001') ?? new Uint8Array());
  const verdict = await verify(altered({ 'tile/entries/001': bundle }));
  expect(verdict).toMatchObject({
    verified: false,
    failure: { code: 'bundle_malformed', where: { index: 256 } },
  });
});

test.each([
  ['text that is no JSON', utf8('{')],
  ['another order of members', utf8(`${new TextDecoder().decode(leaves[3]).replace('{', '{"z":1,')}`)],
  ['a blank', utf8(` ${new TextDecoder().decode(leaves[3])}`)],
  ['nothing', new Uint8Array()],
  ['a record of another shape', utf8('{}')],
  ['a record beyond the limit', utf8(`"${'x'.repeat(20_000)}"`)],
])('an entry that is %s is no record, though it be signed for', async (_what, entry) => {
  const map = await madeFiles([entry]);
  expect(await verify(map)).toMatchObject({ verified: false, failure: { where: { index: 0 } } });
});

test('purged is not missing: records below the minimum index, where a record of the log tells of the purge', async () => {
  const log = [...leaves.slice(0, 600), purgeLeaf(600, 512)];
  const map = await madeFiles(log);
  map.set('minimum-index', utf8('512\n'));
  expect(await verify(map)).toMatchObject({ verified: true, shown: { count: 601 } });
  map.delete('tile/entries/000');
  map.delete('tile/entries/001');
  expect(await verify(map)).toMatchObject({
    verified: true,
    shown: { count: 89, purged: 512, first_index: 512, last_index: 600, missing: 0 },
  });
  // Their hashes are still the log's: another one would show.
  const bentTile = new Map(map).set('tile/0/001', bent(map.get('tile/0/001'), 100));
  expect(await verify(bentTile)).toMatchObject({ verified: false, failure: { code: 'tile_altered' } });
  const other = await signedCheckpoint(log.slice(0, 300));
  expect(await verify(map, { other })).toMatchObject({ verified: true, shown: { consistent_with: 300 } });
});

test.each([
  ['nothing says so', undefined, purgeLeaf(600, 512), 'entries_missing'],
  ['no record of the log tells of it', '512', madeLeaf(600), 'purge_not_recorded'],
  ['the record tells of fewer', '512', purgeLeaf(600, 256), 'purge_not_recorded'],
  ['an agent says so', '512', purgeLeaf(600, 512, 'sqs'), 'purge_not_recorded'],
  ['the minimum is no multiple of a tile', '511', purgeLeaf(600, 512), 'entries_missing'],
  ['the minimum is no number', '0x200', purgeLeaf(600, 512), 'entries_missing'],
])('missing is not purged where %s', async (_why, minimum, last, code) => {
  const map = await madeFiles([...leaves.slice(0, 600), last]);
  map.delete('tile/entries/000');
  map.delete('tile/entries/001');
  if (minimum !== undefined) map.set('minimum-index', utf8(minimum));
  expect(await verify(map)).toMatchObject({ verified: false, failure: { code } });
});

test('files that answer differently each time they are asked do not verify, and end', async () => {
  let turn = 0;
  const shifting: LogFiles = {
    read: async (path) => {
      const bytes = files.get(path);
      return bytes && path !== 'checkpoint' ? bent(bytes, turn++) : bytes;
    },
  };
  expect(await verifyTiles(shifting, VERIFIER_KEY)).toMatchObject({ verified: false });
});

test('a checkpoint of an impossible size ends at the first file that is not there', async () => {
  const note = await signedText(checkpointText(ORIGIN, Number.MAX_SAFE_INTEGER, new Uint8Array(32)));
  const verdict = await verify(altered({ checkpoint: utf8(note) }));
  expect(verdict).toMatchObject({ verified: false, failure: { code: 'tile_missing' } });
});

test('a bundle is read as it was written', () => {
  const bundle = leaves.slice(0, 3);
  expect(readEntryBundle(entryBundle(bundle), 3)?.map((leaf) => Buffer.from(leaf))).toEqual(
    bundle.map((leaf) => Buffer.from(leaf)),
  );
  expect(readEntryBundle(new Uint8Array(), 0)).toEqual([]);
});
