import { expect, test } from '@jest/globals';
import { fromHex, toHex } from '../../../core/encoding.ts';
import { EMPTY_ROOT, leafHash } from '../../../core/log/merkle.ts';
import { consistencyProof, inclusionProof, nodesOf } from '../../../core/log/proof.ts';
import { appendToEdge, rootOf } from '../../../core/log/right-edge.ts';
import vectors from '../../vectors/rfc6962.json' with { type: 'json' };
import { leavesOf, recursiveRoot } from './trees.ts';

const leaves = vectors.leaves.map((leaf) => leafHash(fromHex(leaf)));

test('the empty tree has the root of the specification', () => {
  expect(toHex(EMPTY_ROOT)).toBe(vectors.empty_root);
  expect(toHex(rootOf([]))).toBe(vectors.empty_root);
});

test('the roots of the published leaves are the published roots', () => {
  const roots = leaves.map((_, last) => toHex(rootOf(appendToEdge([], 0, leaves.slice(0, last + 1)).edge)));

  expect(roots).toEqual(vectors.roots);
});

test.each(vectors.inclusion)(
  'the inclusion proof of leaf $index in $size leaves is the published one',
  async (vector) => {
    const proof = await inclusionProof(vector.index, vector.size, nodesOf(leaves.slice(0, vector.size)));

    expect(proof.map(toHex)).toEqual(vector.path);
  },
);

test.each(vectors.consistency)(
  'the consistency proof from $first to $size is the published one',
  async (vector) => {
    const proof = await consistencyProof(vector.first, vector.size, nodesOf(leaves.slice(0, vector.size)));

    expect(proof.map(toHex)).toEqual(vector.path);
  },
);

test('a tree that grows by any batches has the root of the recursive definition', () => {
  const all = leavesOf(300);
  let edge: Uint8Array[] = [];
  for (let size = 0, step = 1; size < all.length; step = (step % 7) + 1) {
    const batch = all.slice(size, size + step);
    edge = appendToEdge(edge, size, batch).edge;
    size += batch.length;
    expect(toHex(rootOf(edge))).toBe(toHex(recursiveRoot(all.slice(0, size))));
  }
});

test('an append names every perfect subtree that it completed, once, with its hash', () => {
  const all = leavesOf(40);
  const { edge } = appendToEdge([], 0, all.slice(0, 13));
  const { completed } = appendToEdge(edge, 13, all.slice(13));

  const expected: string[] = [];
  for (let level = 0; 2 ** level <= 40; level++) {
    for (let index = 0; (index + 1) * 2 ** level <= 40; index++) {
      if ((index + 1) * 2 ** level <= 13) continue;
      const hashes = all.slice(index * 2 ** level, (index + 1) * 2 ** level);
      expected.push(`${level} ${index} ${toHex(recursiveRoot(hashes))}`);
    }
  }
  const found = completed.map(({ level, index, hash }) => `${level} ${index} ${toHex(hash)}`);
  expect(found.sort()).toEqual(expected.sort());
});

test('an edge that does not belong to the size is refused', () => {
  expect(() => appendToEdge([], 1, [])).toThrow('has no edge of 0 hashes');
});
