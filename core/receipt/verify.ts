import { equalBytes, fromDigestText, toDigestText } from '../encoding.ts';
import { disclosuresSchema } from '../event/commitment.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { verifyConsistency, verifyInclusion } from '../log/proof.ts';
import { EntriesPass, type EntrySource } from './entries-pass.ts';
import { type Consistency, pageSchema } from './entry.ts';
import { type Failure, failure } from './failure.ts';
import { IndexSet } from './index-set.ts';
import { openTrusted, type Trust } from './key-chain.ts';
import { receiptSchema } from './receipt.ts';
import { parseTlogProof } from './tlog-proof.ts';
import { openDisclosures, readRecord } from './verify-record.ts';
import { signatureFailure } from './verify-signature.ts';

/**
 * Verification, offline. Nothing is trusted but the verifier key that the caller gives, or the chain of keys that was shown
 * to follow from it (`verifyKeyChain`); everything else may be an attacker's. Nothing here throws on what it reads: what does not verify is a verdict.
 */

/** What was shown. */
export interface Shown {
  origin: string;
  /** The checkpoint under which everything was verified; `root` as `sha256:` + hex. */
  tree_size: number;
  root: string;
  /** Records that verified. */
  count: number;
  first_index?: number;
  last_index?: number;
  /** Indices between first and last that were not there; a filtered answer has many. */
  missing: number;
  holes: { first: number; last: number }[];
  disclosures: number;
  /** Records whose own signature was verified; absent where none had one. */
  record_signatures?: number;
  /** Records of a whole log that were purged, as a record of the log tells: their hashes alone are left. */
  purged?: number;
  /** Whether it was shown that the log extends the other checkpoint. */
  consistent_with?: number;
}

export type Verdict =
  | { verified: true; shown: Shown }
  | { verified: false; failure: Failure; checked: number };

/** Another checkpoint of the log that the reader holds, and what may connect it with this one. */
export interface Other {
  checkpoint: string;
  /** A consistency proof, where there is one; of use only where it is between the two sizes. */
  consistency?: Consistency;
}

const SHOWN_HOLES = 20;
const EVERYTHING: Consistency = { from: 0, to: 0, path: [] }; // every tree extends the empty one, without a proof

/**
 * A receipt: its proof's checkpoint is signed by the key, and its leaf hash is in that tree. Only with the `record` does
 * it say something about content: without one, event id, content hash and time are the receipt's mere words.
 */
export function verifyReceipt(
  given: { receipt: unknown; record?: unknown; disclosures?: unknown },
  trust: Trust,
): Verdict {
  const parsed = receiptSchema.safeParse(given.receipt);
  if (!parsed.success) return refuse(failure('receipt_malformed'));
  const receipt = parsed.data;
  const where = { index: receipt.log_index, event_id: receipt.event_id };

  const proof = parseTlogProof(receipt.proof);
  if (!proof) return refuse(failure('proof_malformed', where));
  const opened = openTrusted(proof.checkpoint, trust);
  if (!opened.ok) return refuse(failure(opened.failure, where));
  if (proof.index !== receipt.log_index) return refuse(failure('index_mismatch', where));
  const leafHash = fromDigestText(receipt.leaf_hash);
  const inclusion = verifyInclusion(leafHash, proof.index, proof.path, opened.checkpoint);
  if (!inclusion.ok) return refuse(failure('not_included', where, inclusion.failure));
  const { record_signature: signature } = receipt;
  const signed = { origin: opened.checkpoint.origin, index: proof.index, leafHash };
  const unsigned = signature === undefined ? undefined : signatureFailure(signature, signed, trust, where);
  if (unsigned) return refuse(unsigned);

  const disclosures = disclosuresSchema.safeParse(given.disclosures ?? []);
  if (!disclosures.success) return refuse(failure('disclosure_mismatch', where));
  if (given.record !== undefined) {
    const read = readRecord(given.record, { leafHash: receipt.leaf_hash });
    if (!read.ok) return refuse(failure(read.code, where, read.detail));
    const { record } = read;
    const same =
      record.event.event_id === receipt.event_id &&
      record.content_hash === receipt.content_hash &&
      record.recorded_at === receipt.recorded_at;
    if (!same) return refuse(failure('receipt_of_another_record', where));
    const source = openDisclosures(record, disclosures.data);
    if (!source.ok) return refuse(failure(source.code, where, source.detail));
    const hashes = [source.sourceHash, receipt.source_hash].filter((hash) => hash !== undefined);
    if (new Set(hashes).size > 1)
      return refuse(failure('receipt_of_another_record', where, 'its source hash is another one'));
  }
  const indices = new IndexSet();
  indices.add(proof.index);
  const counts = { disclosures: disclosures.data.length, signatures: signature === undefined ? 0 : 1 };
  return { verified: true, shown: summary(opened.checkpoint, indices, counts) };
}

/** A page of the API, which carries its own checkpoint. */
export async function verifyPage(page: unknown, trust: Trust, other?: Other): Promise<Verdict> {
  const parsed = pageSchema.safeParse(page);
  if (!parsed.success) return refuse(failure('page_malformed'));
  const entries = parsed.data.events.map((value, position) => ({ line: position + 1, value }));
  return await verifyEntries(entries, parsed.data.checkpoint, trust, other);
}

/**
 * Any number of records with their proofs under one checkpoint, at once or, where they come asynchronously, some at a time;
 * stops at the first that does not verify.
 */
export async function verifyEntries(
  entries: Iterable<EntrySource> | AsyncIterable<Iterable<EntrySource>>,
  checkpoint: string,
  trust: Trust,
  other?: Other,
): Promise<Verdict> {
  const opened = openTrusted(checkpoint, trust);
  if (!opened.ok) return refuse(failure(opened.failure));
  const tree = opened.checkpoint;
  const relation = other ? relate(tree, other, trust) : { connected: true };
  if ('refused' in relation) return refuse(relation.refused);

  const pass = new EntriesPass(tree, trust, relation.older);
  const batches = Symbol.asyncIterator in entries ? entries : [entries];
  for await (const batch of batches) {
    for (const source of batch) {
      const failed = pass.take(source);
      if (failed) return refuse(failed, pass.indices.count);
    }
  }
  if (!relation.connected && !pass.connected)
    return refuse(failure('consistency_not_shown'), pass.indices.count);
  const shown = summary(tree, pass.indices, pass.counts);
  if (relation.size !== undefined) shown.consistent_with = relation.size;
  return { verified: true, shown };
}

/** How the tree stands to the other checkpoint; `older` where a record may still connect them. */
type Relation = { connected: boolean; size?: number; older?: Checkpoint } | { refused: Failure };

function relate(tree: Checkpoint, other: Other, trust: Trust): Relation {
  const opened = openTrusted(other.checkpoint, trust);
  if (!opened.ok) return { refused: failure('older_checkpoint_invalid', {}, opened.failure) };
  const [older, newer] =
    opened.checkpoint.size <= tree.size ? [opened.checkpoint, tree] : [tree, opened.checkpoint];
  const { size } = opened.checkpoint;
  if (older.size === newer.size) {
    // Two signed roots for one size: no proof can help.
    const same = equalBytes(older.root, newer.root);
    return same ? { connected: true, size } : { refused: failure('older_checkpoint_inconsistent') };
  }
  const { from, to, path } = older.size === 0 ? EVERYTHING : (other.consistency ?? EVERYTHING);
  if (from === older.size && (to === newer.size || from === 0)) {
    const verdict = verifyConsistency(older, newer, path.map(fromDigestText));
    if (verdict.ok) return { connected: true, size };
    return { refused: failure('consistency_not_shown', {}, verdict.failure) };
  }
  return newer === tree ? { connected: false, size, older } : { connected: false, size };
}

function summary(
  checkpoint: Checkpoint,
  indices: IndexSet,
  counts: { disclosures: number; signatures: number },
): Shown {
  const { missing, ranges } = indices.holes(SHOWN_HOLES);
  return {
    origin: checkpoint.origin,
    tree_size: checkpoint.size,
    root: toDigestText(checkpoint.root),
    count: indices.count,
    ...(indices.first === undefined ? {} : { first_index: indices.first }),
    ...(indices.last === undefined ? {} : { last_index: indices.last }),
    missing,
    holes: ranges,
    disclosures: counts.disclosures,
    ...(counts.signatures === 0 ? {} : { record_signatures: counts.signatures }),
  };
}

function refuse(first: Failure, checked = 0): Verdict {
  return { verified: false, failure: first, checked };
}
