import { equalBytes, fromDigestText } from '../encoding.ts';
import { nodeHash } from '../log/merkle.ts';
import { type ProofVerdict, prefixRoot, verifyInclusion } from '../log/proof.ts';

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
  #path: readonly string[] = [];
  #steps: Step[] = [];

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** As `verifyInclusion`; `path` are digests as text. */
  verify(leafHash: Uint8Array, index: number, path: readonly string[]): ProofVerdict {
    const steps: Step[] = [];
    if (this.#meets(leafHash, index, path, steps)) {
      const joined = this.#steps.length - (path.length - steps.length);
      this.#steps = [...steps, ...this.#steps.slice(joined)];
      this.#path = path;
      return { ok: true };
    }
    const verdict = verifyInclusion(leafHash, index, path.map(fromDigestText), this.#tree);
    if (verdict.ok) {
      this.#steps = stepsOf(leafHash, index, path, this.#tree.size);
      this.#path = path;
    }
    return verdict;
  }

  /** Root of the tree that ends with leaf `index`, out of a proof that was verified. */
  prefixRoot(leafHash: Uint8Array, index: number, path: readonly string[]): Uint8Array {
    return prefixRoot(leafHash, index, path.map(fromDigestText), this.#tree.size);
  }

  /** Whether the proof comes to a node of the one before, and then goes on as that one did. False leaves it open. */
  #meets(leafHash: Uint8Array, index: number, path: readonly string[], steps: Step[]): boolean {
    if (this.#steps.length === 0 || path.length === 0 || index >= this.#tree.size) return false;
    for (const step of walk(leafHash, index, path, this.#tree.size)) {
      steps.push(step);
      const rest = path.length - steps.length;
      const known = this.#steps[this.#steps.length - 1 - rest];
      if (known?.sn === step.sn && known.fn === step.fn)
        return equalBytes(known.hash, step.hash) && sameEnd(path, this.#path, rest);
    }
    return false;
  }
}

function stepsOf(leafHash: Uint8Array, index: number, path: readonly string[], size: number): Step[] {
  return [...walk(leafHash, index, path, size)];
}

/** The nodes that a proof makes on its way up (RFC 9162, section 2.1.3.2). */
function* walk(
  leafHash: Uint8Array,
  index: number,
  path: readonly string[],
  size: number,
): Generator<Step, void> {
  let fn = index;
  let sn = size - 1;
  let hash = leafHash;
  for (const text of path) {
    if (sn === 0) return;
    const sibling = fromDigestText(text);
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else hash = nodeHash(hash, sibling);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
    yield { fn, sn, hash };
  }
}

function sameEnd(a: readonly string[], b: readonly string[], count: number): boolean {
  for (let back = 1; back <= count; back++) if (a[a.length - back] !== b[b.length - back]) return false;
  return true;
}
