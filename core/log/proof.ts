import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { nodeHash } from './merkle.ts';
import { rootOf } from './right-edge.ts';

/** A perfect subtree: `level` 0 is a leaf, `index` counts the subtrees of that level from the left. */
export interface NodePosition {
  level: number;
  index: number;
}

/** The hash (32 octets) of a perfect subtree that is complete in the tree that is read. */
export type NodeReader = (position: NodePosition) => Promise<Uint8Array>;

/** Whether a proof holds. `root_mismatch`: it is well formed and leads elsewhere. */
export type ProofVerdict = { ok: true } | { ok: false; failure: ProofFailure };

export type ProofFailure =
  | 'index_out_of_range' // the leaf lies beyond the tree, or a size is impossible
  | 'length_mismatch' // more or fewer hashes than a proof at this place has, or hashes of another length
  | 'root_mismatch';

/** The inclusion proof (RFC 6962, section 2.1.1) of leaf `index` in the tree of `size` leaves, leaf's sibling first. */
export async function inclusionProof(index: number, size: number, read: NodeReader): Promise<Uint8Array[]> {
  checkSizes(index + 1, size);
  if (index < 0) throw new AuditError('invalid_request', 'an index is negative');
  return await readRanges(inclusionRanges(index, size), read);
}

/**
 * The consistency proof (RFC 6962, section 2.1.2) between the trees of the first `first` and of all `size` leaves.
 * Empty from the empty tree and from the tree to itself.
 */
export async function consistencyProof(first: number, size: number, read: NodeReader): Promise<Uint8Array[]> {
  checkSizes(first, size);
  return await readRanges(first === 0 ? [] : consistencyRanges(first, size), read);
}

/** Reads nodes of the tree with these leaf hashes, all of which are in memory. */
export function nodesOf(leafHashes: readonly Uint8Array[]): NodeReader {
  const levels = perfectSubtrees(leafHashes);
  return async ({ level, index }) => {
    const hash = levels[level]?.[index];
    if (!hash) throw new AuditError('invalid_request', 'no complete subtree stands there');
    return hash;
  };
}

/** The hashes of all perfect subtrees over `hashes`, by height; `hashes` themselves are height 0. */
export function perfectSubtrees(hashes: readonly Uint8Array[]): Uint8Array[][] {
  const levels: Uint8Array[][] = [];
  for (let below = [...hashes]; below.length > 0; ) {
    levels.push(below);
    const above: Uint8Array[] = [];
    for (const [index, right] of below.entries()) {
      const left = below[index - 1];
      if (index % 2 === 1 && left) above.push(nodeHash(left, right));
    }
    below = above;
  }
  return levels;
}

/** Whether `proof` shows that the leaf with this hash stands at `index` of the tree (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leafHash: Uint8Array,
  index: number,
  proof: readonly Uint8Array[],
  tree: { size: number; root: Uint8Array },
): ProofVerdict {
  if (!isCount(index) || !isCount(tree.size) || index >= tree.size) return fails('index_out_of_range');
  if ([leafHash, ...proof].some((hash) => hash.length !== 32)) return fails('length_mismatch');
  let fn = index;
  let sn = tree.size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (sn === 0) return fails('length_mismatch');
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      [fn, sn] = skipLeftEdge(fn, sn);
    } else hash = nodeHash(hash, sibling);
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) return fails('length_mismatch');
  return equalBytes(hash, tree.root) ? { ok: true } : fails('root_mismatch');
}

/**
 * Root of the tree that ends with leaf `index`, out of the leaf's inclusion proof in a larger tree: the siblings to the
 * left of its path are all that the smaller tree had. So a proof that holds also shows which tree the larger one extends.
 */
export function prefixRoot(
  leafHash: Uint8Array,
  index: number,
  proof: readonly Uint8Array[],
  size: number,
): Uint8Array {
  let fn = index;
  let sn = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      [fn, sn] = skipLeftEdge(fn, sn);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return hash;
}

/** Whether `proof` shows that `older` is a prefix of `newer` (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(
  older: { size: number; root: Uint8Array },
  newer: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): ProofVerdict {
  if (!isCount(older.size) || !isCount(newer.size) || older.size > newer.size)
    return fails('index_out_of_range');
  if (proof.some((hash) => hash.length !== 32)) return fails('length_mismatch');
  if (older.size === newer.size || older.size === 0) {
    if (proof.length > 0) return fails('length_mismatch');
    // Everything extends the empty tree, whose root is a constant.
    const expected = older.size === 0 ? rootOf([]) : newer.root;
    return equalBytes(older.root, expected) ? { ok: true } : fails('root_mismatch');
  }

  let fn = older.size - 1;
  let sn = newer.size - 1;
  while (fn % 2 === 1) {
    fn = half(fn);
    sn = half(sn);
  }
  // A tree of 2^k leaves is itself the first node, which the proof leaves out.
  const [start, ...rest] = fn === 0 ? [older.root, ...proof] : proof;
  if (!start) return fails('length_mismatch');
  let olderHash = start;
  let newerHash = start;
  for (const hash of rest) {
    if (sn === 0) return fails('length_mismatch');
    if (fn % 2 === 1 || fn === sn) {
      olderHash = nodeHash(hash, olderHash);
      newerHash = nodeHash(hash, newerHash);
      [fn, sn] = skipLeftEdge(fn, sn);
    } else newerHash = nodeHash(newerHash, hash);
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) return fails('length_mismatch');
  return equalBytes(olderHash, older.root) && equalBytes(newerHash, newer.root)
    ? { ok: true }
    : fails('root_mismatch');
}

/** Each hash of the proof is the root of a range of leaves; a range is given as its perfect subtrees, largest first. */
function inclusionRanges(index: number, size: number): NodePosition[][] {
  const ranges: NodePosition[][] = [];
  for (let start = 0, end = size; end - start > 1; ) {
    const split = start + largestPowerBelow(end - start);
    if (index < split) {
      ranges.unshift(perfectCover(split, end));
      end = split;
    } else {
      ranges.unshift(perfectCover(start, split));
      start = split;
    }
  }
  return ranges;
}

function consistencyRanges(first: number, size: number): NodePosition[][] {
  const ranges: NodePosition[][] = [];
  let start = 0;
  let end = size;
  while (first !== end) {
    const split = start + largestPowerBelow(end - start);
    if (first <= split) {
      ranges.unshift(perfectCover(split, end));
      end = split;
    } else {
      ranges.unshift(perfectCover(start, split));
      start = split;
    }
  }
  // The verifier holds the older root, so a subtree that is the whole older tree is left out.
  return start === 0 ? ranges : [perfectCover(start, end), ...ranges];
}

/** The perfect subtrees that make up the leaves from `start` to before `end`, in a tree's own cut: largest first. */
function perfectCover(start: number, end: number): NodePosition[] {
  const cover: NodePosition[] = [];
  for (let at = start; at < end; ) {
    const level = heightWithin(end - at);
    cover.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return cover;
}

async function readRanges(ranges: NodePosition[][], read: NodeReader): Promise<Uint8Array[]> {
  return await Promise.all(ranges.map(async (range) => rootOf(await Promise.all(range.map(read)))));
}

function checkSizes(first: number, size: number): void {
  if (!isCount(first) || !isCount(size) || first > size)
    throw new AuditError('invalid_request', 'a proof is asked for beyond the size of the tree');
}

/** On the right edge a node without a right neighbour moves up unhashed. */
function skipLeftEdge(fn: number, sn: number): [number, number] {
  let low = fn;
  let high = sn;
  while (low % 2 === 0 && low !== 0) {
    low = half(low);
    high = half(high);
  }
  return [low, high];
}

function largestPowerBelow(count: number): number {
  return 2 ** heightWithin(count - 1);
}

/** Height of the largest perfect subtree of at most `count` leaves; `Math.log2` is not exact enough near 2^53. */
function heightWithin(count: number): number {
  let height = 0;
  while (2 ** (height + 1) <= count) height++;
  return height;
}

function half(value: number): number {
  return Math.floor(value / 2); // not a shift: sizes go beyond 32 bits
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function fails(failure: ProofFailure): ProofVerdict {
  return { ok: false, failure };
}
