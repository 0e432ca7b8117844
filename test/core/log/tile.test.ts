import { expect, test } from '@jest/globals';
import { toHex } from '../../../core/encoding.ts';
import { inclusionProof, nodesOf } from '../../../core/log/proof.ts';
import { appendToEdge } from '../../../core/log/right-edge.ts';
import { completedTiles, entriesPath, parseTilePath, tilePath, tileWidth } from '../../../core/log/tile.ts';
import { inclusionProofs, nodesOfTiles } from '../../../core/log/tile-reader.ts';
import vectors from '../../vectors/c2sp.json' with { type: 'json' };
import { leavesOf, tilesOf } from './trees.ts';

test.each(vectors.tiles)('$path names its tile, both ways', ({ level, index, width, path }) => {
  expect(tilePath(level, index, width)).toBe(path);
  expect(parseTilePath(path)).toEqual({ kind: 'hashes', level, index, width });
});

test('entry bundles are named like tiles', () => {
  expect(entriesPath(1_234_067)).toBe('tile/entries/x001/x234/067');
  expect(entriesPath(5, 7)).toBe('tile/entries/005.p/7');
  expect(parseTilePath('tile/entries/005.p/7')).toEqual({ kind: 'entries', index: 5, width: 7 });
});

test.each([
  'tile/0/1',
  'tile/0/x000/001',
  'tile/00/001',
  'tile/64/001',
  'tile/0/001/002',
  'tile/0/001.p/256',
  'tile/0/001.p/0',
  'tile/0/001.p/01',
  'tile/0/../001',
  'tile/0/x999/x999/x999/x999/x999/999',
  '/tile/0/001',
  'tile/0/001\n',
])('%j is no path of a tile', (path) => {
  expect(parseTilePath(path)).toBeUndefined();
});

test('a tree of 70,000 leaves has the tiles that the specification counts', () => {
  for (const [level, [full, index, partial]] of Object.entries(vectors.widths_of_70000)) {
    if (full === undefined || index === undefined || partial === undefined)
      throw new Error('a vector is short');
    if (index > 0) expect(tileWidth(Number(level), index - 1, 70_000)).toBe(full);
    expect(tileWidth(Number(level), index, 70_000)).toBe(partial);
    expect(tileWidth(Number(level), index + 1, 70_000)).toBe(0);
  }
});

test('a batch yields exactly the tiles that it completes, with what the tree before it had', async () => {
  const leaves = leavesOf(66_000);
  const source = tilesOf(leaves);
  const { edge } = appendToEdge([], 0, leaves.slice(0, 65_300));
  const { completed } = appendToEdge(edge, 65_300, leaves.slice(65_300));

  const tiles = await completedTiles(65_300, completed, source);

  // 65,300 leaves are 255 full tiles and 20 hashes; the 256th tile also fills the first tile of level 1.
  expect(tiles.map((tile) => tile.path).sort()).toEqual(['tile/0/255', 'tile/0/256', 'tile/1/000']);
  expect(source.asked.sort()).toEqual(['0/255.p/20', '1/0.p/255']);
  for (const tile of tiles) {
    const address = parseTilePath(tile.path);
    if (address?.kind !== 'hashes') throw new Error('not a hash tile');
    expect(toHex(tile.bytes)).toBe(toHex(await source.hashes(address.level, address.index, 256)));
  }
});

test('a source that gives another width, or a batch with a gap, is corruption', async () => {
  const leaves = leavesOf(300);
  const { edge } = appendToEdge([], 0, leaves.slice(0, 200));
  const { completed } = appendToEdge(edge, 200, leaves.slice(200));
  const short = { hashes: async () => new Uint8Array(32) };
  const gap = completed.filter(({ level, index }) => level !== 0 || index !== 210);

  await expect(completedTiles(200, completed, short)).rejects.toMatchObject({ code: 'integrity' });
  await expect(completedTiles(200, gap, tilesOf(leaves))).rejects.toMatchObject({ code: 'integrity' });
  await expect(nodesOfTiles(300, short)({ level: 0, index: 0 })).rejects.toMatchObject({ code: 'integrity' });
});

test('proofs of a page come from tiles, each fetched once, and equal those from the leaves', async () => {
  const leaves = leavesOf(70_000);
  const source = tilesOf(leaves);
  const read = nodesOf(leaves);
  const indices = [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999, 1];

  const proofs = await inclusionProofs(indices, 70_000, source);

  for (const [position, index] of indices.entries()) {
    const expected = await inclusionProof(index, 70_000, read);
    expect(proofs[position]?.map(toHex)).toEqual(expected.map(toHex));
  }
  expect(new Set(source.asked).size).toBe(source.asked.length);
});

test('a node that is not in the tree is refused', async () => {
  const read = nodesOfTiles(300, tilesOf(leavesOf(300)));

  await expect(read({ level: 8, index: 1 })).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(read({ level: 0, index: 512 })).rejects.toMatchObject({ code: 'invalid_request' });
});
