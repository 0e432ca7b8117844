import { expect, test } from '@jest/globals';
import { equalBytes } from '../../../core/encoding.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { perfectSubtrees } from '../../../core/log/proof.ts';
import { rootOf } from '../../../core/log/right-edge.ts';
import { parseTilePath, tileWidth } from '../../../core/log/tile.ts';
import { nodesOfTiles } from '../../../core/log/tile-reader.ts';
import { publishedTile } from '../../../core/query/published-tile.ts';
import { FilledLog } from './filled-log.ts';

const SEED = 11;
const SIZES = [1, 255, 1, 40, 300, 3]; // batches that end before, at and beyond a tile's end

async function open(): Promise<FilledLog> {
  const filled = await FilledLog.open(SEED);
  for (const size of SIZES) await filled.appendBatch(size);
  return filled;
}

async function read(filled: FilledLog, path: string): Promise<Uint8Array | undefined> {
  const address = parseTilePath(path);
  if (!address) throw new Error(`${path} is no path`);
  return await publishedTile(filled.reader, address);
}

/** The entries of a bundle, taken apart as the specification says and not by our own code. */
function entriesOf(bundle: Uint8Array | undefined): Uint8Array[] {
  const entries: Uint8Array[] = [];
  const view = Buffer.from(bundle ?? []);
  for (let offset = 0; offset < view.length; ) {
    const length = view.readUInt16BE(offset);
    entries.push(view.subarray(offset + 2, offset + 2 + length));
    offset += 2 + length;
  }
  return entries;
}

test('a stranger rebuilds the signed root from the tiles, and finds the bundles in them', async () => {
  const filled = await open();
  const { checkpoint } = openedHead(filled);
  expect(checkpoint.size).toBe(600);
  const hashes: Uint8Array[] = [];
  for (const [bundle, tile] of [
    ['tile/entries/000', 'tile/0/000'],
    ['tile/entries/001', 'tile/0/001'],
    ['tile/entries/002.p/88', 'tile/0/002.p/88'],
  ] as const) {
    const entries = entriesOf(await read(filled, bundle)).map((entry) => leafHash(entry));
    expect(Buffer.concat(entries)).toEqual(Buffer.from((await read(filled, tile)) ?? []));
    hashes.push(...entries);
  }
  const edge: Uint8Array[] = [];
  const levels = perfectSubtrees(hashes);
  for (let level = levels.length - 1, rest = checkpoint.size, from = 0; level >= 0; level--) {
    if (rest < 2 ** level) continue;
    edge.push(levels[level]?.[from / 2 ** level] ?? new Uint8Array());
    from += 2 ** level;
    rest -= 2 ** level;
  }
  expect(equalBytes(rootOf(edge), checkpoint.root)).toBe(true);
  const top = await read(filled, 'tile/1/000.p/2');
  expect(top).toHaveLength(64);
  const node = nodesOfTiles(600, {
    hashes: async (level, index, width) =>
      (await read(filled, `tile/${level}/00${index}${width === 256 ? '' : `.p/${width}`}`)) ??
      new Uint8Array(),
  });
  expect(Buffer.from(await node({ level: 8, index: 0 }))).toEqual(Buffer.from(top?.subarray(0, 32) ?? []));
});

test('every width that some size of the log had stays there, and nothing beyond the checkpoint is', async () => {
  const filled = await open();
  const whole = await read(filled, 'tile/0/000');
  for (const width of [1, 40, 255]) {
    expect(Buffer.from((await read(filled, `tile/0/000.p/${width}`)) ?? [])).toEqual(
      Buffer.from(whole?.subarray(0, 32 * width) ?? []),
    );
    expect(entriesOf(await read(filled, `tile/entries/000.p/${width}`))).toHaveLength(width);
  }
  for (const path of [
    'tile/0/002',
    'tile/0/002.p/89',
    'tile/entries/002.p/89',
    'tile/entries/003.p/1',
    'tile/1/000',
    'tile/1/000.p/3',
    'tile/2/000.p/1',
    'tile/63/000.p/1',
    'tile/0/x999/x999/999',
  ])
    expect([path, await read(filled, path)]).toEqual([path, undefined]);
});

test('what is committed and not final is not published', async () => {
  const filled = await open();
  const head = filled.cloud.head;
  if (!head) throw new Error('no head');
  filled.cloud.head = { ...head, finalSize: 557 };
  expect(tileWidth(0, 2, 557)).toBe(45);
  expect(await read(filled, 'tile/entries/002.p/46')).toBeUndefined();
  expect(await read(filled, 'tile/0/002.p/45')).toHaveLength(45 * 32);
});

test('records that have left the table come out of the archive, the same bytes', async () => {
  const filled = await open();
  const before = await read(filled, 'tile/entries/000');
  for (const [key, item] of filled.cloud.items) if (item.pk.startsWith('E#')) filled.cloud.items.delete(key);
  expect(Buffer.from((await read(filled, 'tile/entries/000')) ?? [])).toEqual(Buffer.from(before ?? []));
});

test('a record that was altered in the table, or is gone from both, is not given out', async () => {
  const filled = await open();
  const gone = [...filled.cloud.items].filter(([, item]) => item.pk.startsWith('E#') && item['i'] === 300);
  for (const [key] of gone) filled.cloud.items.delete(key);
  expect(gone).toHaveLength(1);
  expect(await read(filled, 'tile/entries/001')).toBeInstanceOf(Uint8Array);
  for (const key of filled.cloud.archived.keys())
    if (key.startsWith('commit/')) filled.cloud.archived.delete(key);
  await expect(read(filled, 'tile/entries/001')).rejects.toMatchObject({ code: 'integrity' });
  const items = [...filled.cloud.items];
  const [key = '', third] = items.find(([, item]) => item['i'] === 3) ?? [];
  const [, fourth] = items.find(([, item]) => item['i'] === 4) ?? [];
  if (!third || !fourth) throw new Error('no such records');
  const { r: _, z: __, ...rest } = third;
  const content = Object.entries(fourth).filter(([name]) => name === 'r' || name === 'z');
  filled.cloud.items.set(key, { ...rest, ...Object.fromEntries(content) });
  await expect(read(filled, 'tile/entries/000')).rejects.toMatchObject({ code: 'integrity' });
});

function openedHead(filled: FilledLog) {
  const opened = openCheckpoint(filled.cloud.head?.checkpoint ?? '', filled.verifierKey);
  if (!opened.ok) throw new Error(opened.failure);
  return opened;
}
