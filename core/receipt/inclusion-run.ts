import { equalBytes } from '../encoding.ts';
import { nodeHash } from '../log/merkle.ts';
import { type ProofVerdict, prefixRoot, verifyInclusion } from '../log/proof.ts';
import type { ProofPath } from './proof-path.ts';

/** A tree whose head was verified. */
interface Tree {
  size: number;
  root: Uint8Array;
}

/** How far a proof has come: place of the node that was just made, and what it hashes to. */
interface Step {
  fn: number;
  sn: number;
  hash: Uint8Array;
}

/**
 * Verifies inclusion proofs in one tree, one after the other. Proofs of neighbours meet after a few hashes: from there on
 * the new one holds exactly if it says, word for word, what the one before said, which was verified to the root.
 */
export class InclusionRun {
  readonly #tree: Tree;
  #path: ProofPath | undefined;
  /** Of the last proof that was verified, its last step first: the place in it is how many hashes are left there. */
  #steps: Step[] = [];

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** As `verifyInclusion`. */
  verify(leafHash: Uint8Array, index: number, path: ProofPath): ProofVerdict {
    if (this.#meets(leafHash, index, path)) {
      this.#path = path;
      return { ok: true };
    }
    const hashes = hashesOf(path);
    if (!hashes) return { ok: false, failure: 'length_mismatch' };
    const verdict = verifyInclusion(leafHash, index, hashes, this.#tree);
    if (verdict.ok) {
      this.#steps = stepsUntil(leafHash, index, path, this.#tree.size, () => false).steps.reverse();
      this.#path = path;
    }
    return verdict;
  }

  /** Root of the tree that ends with leaf `index`, out of a proof that was verified. */
  prefixRoot(leafHash: Uint8Array, index: number, path: ProofPath): Uint8Array {
    return prefixRoot(leafHash, index, hashesOf(path) ?? [], this.#tree.size);
  }

  /** Whether the proof comes to a node of the one before, and then goes on as that one did. False leaves it open. */
  #meets(leafHash: Uint8Array, index: number, path: ProofPath): boolean {
    const before = this.#path;
    if (!before || path.length === 0 || index >= this.#tree.size) return false;
    const meetsAt = ({ fn, sn }: Step, left: number) => {
      const known = this.#steps[left];
      return known?.fn === fn && known.sn === sn;
    };
    const { steps, met } = stepsUntil(leafHash, index, path, this.#tree.size, meetsAt);
    const last = steps.at(-1);
    const left = path.length - steps.length;
    const known = this.#steps[left];
    if (!met || !last || !known || !equalBytes(known.hash, last.hash) || !path.endsAs(before, left))
      return false;
    this.#steps.length = left;
    for (let position = steps.length - 1; position >= 0; position--) {
      const step = steps[position];
      if (step) this.#steps.push(step);
    }
    return true;
  }
}

/** The nodes that a proof makes on its way up (RFC 9162, section 2.1.3.2), until `meets` says so of one; `left` counts the hashes after it. */
function stepsUntil(
  leafHash: Uint8Array,
  index: number,
  path: ProofPath,
  size: number,
  meets: (step: Step, left: number) => boolean,
): { steps: Step[]; met: boolean } {
  const steps: Step[] = [];
  let fn = index;
  let sn = size - 1;
  let hash = leafHash;
  for (let position = 0; position < path.length && sn > 0; position++) {
    const sibling = path.hash(position);
    if (!sibling) break;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else hash = nodeHash(hash, sibling);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
    const step = { fn, sn, hash };
    steps.push(step);
    if (meets(step, path.length - steps.length)) return { steps, met: true };
  }
  return { steps, met: false };
}

/** All hashes of a path; undefined where one is none. */
function hashesOf(path: ProofPath): Uint8Array[] | undefined {
  const hashes: Uint8Array[] = [];
  for (let position = 0; position < path.length; position++) {
    const hash = path.hash(position);
    if (!hash) return undefined;
    hashes.push(hash);
  }
  return hashes;
}
