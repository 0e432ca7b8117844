import { AuditError } from '../errors.ts';
import { EMPTY_ROOT, nodeHash } from './merkle.ts';

/** A perfect subtree that an append completed: `level` 0 is a leaf, `index` counts subtrees of that level from the left. */
export interface CompletedNode {
  level: number;
  index: number;
  hash: Uint8Array;
}

/**
 * Appends leaf hashes to a tree of which only the right edge is kept: the roots of its perfect subtrees, largest
 * first, one for each bit of `size`. Returns the new edge, and every perfect subtree that became complete.
 */
export function appendToEdge(
  edge: readonly Uint8Array[],
  size: number,
  leafHashes: readonly Uint8Array[],
): { edge: Uint8Array[]; completed: CompletedNode[] } {
  if (edge.length !== bitCount(size))
    throw new AuditError('integrity', `a tree of ${size} leaves has no edge of ${edge.length} hashes`);
  const next = [...edge];
  const completed: CompletedNode[] = [];
  for (const [position, leaf] of leafHashes.entries()) {
    let index = size + position;
    let hash = leaf;
    completed.push({ level: 0, index, hash });
    // Each trailing one of the index is a perfect subtree that this leaf pairs up with.
    for (let level = 1; index % 2 === 1; level++) {
      const left = next.pop();
      if (!left) throw new AuditError('integrity', 'an edge ended early');
      hash = nodeHash(left, hash);
      index = (index - 1) / 2;
      completed.push({ level, index, hash });
    }
    next.push(hash);
  }
  return { edge: next, completed };
}

/** Root of the tree with this right edge. */
export function rootOf(edge: readonly Uint8Array[]): Uint8Array {
  let root: Uint8Array | undefined;
  for (const hash of edge.toReversed()) root = root ? nodeHash(hash, root) : hash;
  return root ?? EMPTY_ROOT;
}

function bitCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
