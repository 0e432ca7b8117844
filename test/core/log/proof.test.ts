import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../../core/encoding.ts';
import {
  consistencyProof,
  inclusionProof,
  nodesOf,
  prefixRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/log/proof.ts';
import { appendToEdge, rootOf } from '../../../core/log/right-edge.ts';
import { leavesOf } from './trees.ts';

const MAX = 300;
const leaves = leavesOf(MAX);
const read = nodesOf(leaves);
const roots = Array.from({ length: MAX + 1 }, (_, size) =>
  rootOf(appendToEdge([], 0, leaves.slice(0, size)).edge),
);
const tree = (size: number) => ({ size, root: roots[size] ?? new Uint8Array(32) });
const leaf = (index: number) => leaves[index] ?? new Uint8Array(32);

test('every inclusion proof of every size verifies, and gives the root of the tree that ends with its leaf', async () => {
  for (let size = 1; size <= MAX; size++) {
    for (let index = size % 3; index < size; index += 3) {
      const proof = await inclusionProof(index, size, read);
      expect(verifyInclusion(leaf(index), index, proof, tree(size))).toEqual({ ok: true });
      expect(toHex(prefixRoot(leaf(index), index, proof, size))).toBe(toHex(tree(index + 1).root));
    }
  }
});

test('every consistency proof between any two sizes verifies', async () => {
  for (let size = 0; size <= MAX; size++) {
    for (let first = size % 3; first <= size; first += 3) {
      const proof = await consistencyProof(first, size, read);
      expect(verifyConsistency(tree(first), tree(size), proof)).toEqual({ ok: true });
    }
  }
});

const place = fc
  .integer({ min: 2, max: MAX })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));

test('an inclusion proof with any bit, its index or its length changed does not verify', async () => {
  await fc.assert(
    fc.asyncProperty(place, fc.nat(), fc.nat(), async ([size, index], which, bit) => {
      const proof = await inclusionProof(index, size, read);
      const flipped = proof.map((hash, position) =>
        position === which % proof.length ? flip(hash, bit) : hash,
      );

      expect(verifyInclusion(leaf(index), index, flipped, tree(size)).ok).toBe(false);
      expect(verifyInclusion(flip(leaf(index), bit), index, proof, tree(size)).ok).toBe(false);
      expect(verifyInclusion(leaf(index), which % size, proof, tree(size)).ok).toBe(which % size === index);
      expect(verifyInclusion(leaf(index), index, proof.slice(1), tree(size)).ok).toBe(false);
      expect(verifyInclusion(leaf(index), index, [...proof, leaf(0)], tree(size)).ok).toBe(false);
      const other = { size, root: flip(tree(size).root, bit) };
      expect(verifyInclusion(leaf(index), index, proof, other)).toEqual({
        ok: false,
        failure: 'root_mismatch',
      });
    }),
  );
});

test('a consistency proof with any bit, root or length changed does not verify', async () => {
  await fc.assert(
    fc.asyncProperty(place, fc.nat(), fc.nat(), async ([size, before], which, bit) => {
      const first = Math.max(1, before);
      const proof = await consistencyProof(first, size, read);
      const flipped = proof.map((hash, position) =>
        position === which % proof.length ? flip(hash, bit) : hash,
      );
      const forked = { size: first, root: flip(tree(first).root, bit) };
      const rewritten = { size, root: flip(tree(size).root, bit) };

      expect(verifyConsistency(tree(first), tree(size), flipped).ok).toBe(false);
      expect(verifyConsistency(forked, tree(size), proof).ok).toBe(false);
      expect(verifyConsistency(tree(first), rewritten, proof).ok).toBe(false);
      expect(verifyConsistency(tree(first), tree(size), proof.slice(1)).ok).toBe(false);
      expect(verifyConsistency(tree(first), tree(size), [...proof, leaf(0)]).ok).toBe(false);
    }),
  );
});

test('a tree is consistent with itself and with the empty tree, without a proof, and with no other', () => {
  const other = { size: 7, root: tree(8).root };
  expect(verifyConsistency(tree(7), tree(7), [])).toEqual({ ok: true });
  expect(verifyConsistency(tree(0), tree(7), [])).toEqual({ ok: true });
  expect(verifyConsistency({ size: 0, root: leaf(0) }, tree(7), []).ok).toBe(false);
  expect(verifyConsistency(tree(7), other, [])).toEqual({ ok: false, failure: 'root_mismatch' });
  expect(verifyConsistency(tree(7), tree(7), [leaf(0)])).toEqual({ ok: false, failure: 'length_mismatch' });
  expect(verifyConsistency(tree(8), tree(7), [])).toEqual({ ok: false, failure: 'index_out_of_range' });
  expect(verifyConsistency(tree(3), tree(7), [])).toEqual({ ok: false, failure: 'length_mismatch' });
});

test('impossible indices and hashes of another length are refused before anything is hashed', () => {
  const failure = 'index_out_of_range';
  for (const index of [-1, 0.5, 7, 2 ** 53, Number.NaN])
    expect(verifyInclusion(leaf(0), index, [], tree(7))).toEqual({ ok: false, failure });
  expect(verifyInclusion(leaf(0).subarray(1), 0, [], tree(1))).toEqual({
    ok: false,
    failure: 'length_mismatch',
  });
  expect(verifyConsistency(tree(3), tree(7), [new Uint8Array(31)]).ok).toBe(false);
});

test('a proof in a tree of 2^53 - 1 leaves takes no more than its depth', async () => {
  const asked: number[] = [];
  const proof = await inclusionProof(2 ** 53 - 2, 2 ** 53 - 1, async ({ level }) => {
    asked.push(level);
    return new Uint8Array(32);
  });

  expect(proof).toHaveLength(52);
  expect(Math.max(...asked)).toBe(52);
});

test('a proof that cannot exist is refused to whoever asks for it', async () => {
  await expect(inclusionProof(7, 7, read)).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(inclusionProof(-1, 7, read)).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(consistencyProof(8, 7, read)).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(read({ level: 9, index: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
});

function flip(hash: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(hash);
  const position = (bit >> 3) % 32;
  changed[position] = (changed[position] ?? 0) ^ (1 << (bit % 8));
  return changed;
}
