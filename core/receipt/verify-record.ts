import { sha256 } from '#crypto';
import { equalBytes, fromDigestText, toDigestText } from '../encoding.ts';
import { canonicalBytes } from '../event/canonical.ts';
import type { Disclosure } from '../event/commitment.ts';
import { checkValue } from '../event/json.ts';
import { LIMITS } from '../event/limits.ts';
import { leafHash } from '../log/merkle.ts';
import { verifyInclusion } from '../log/proof.ts';
import { type DisclosedRecord, discloseRecord } from '../record/disclosed.ts';
import type { AuditRecord } from '../record/record.ts';
import { type Entry, entrySchema } from './entry.ts';
import type { FailureCode } from './failure.ts';

/** A tree whose head was verified. */
export interface Tree {
  size: number;
  root: Uint8Array;
}

/** A record and the hash of its leaf, once record, hash and content hash fit each other. */
export interface ReadRecord {
  record: Entry['record'];
  leafHash: Uint8Array;
}

export type Outcome<T> = ({ ok: true } & T) | { ok: false; code: FailureCode; detail?: string };

const RECORD_LIMITS = { depth: LIMITS.depth + 2, keys: 2 * LIMITS.keys };
const DISCLOSURE_LIMITS = { depth: LIMITS.depth + 2, keys: 20 * LIMITS.keys };

/**
 * Steps 1 to 3: the leaf is the RFC 8785 form of the record; its hash is what it is said to be, where that is said;
 * the event is the one that was hashed on recording. `leaf` are the bytes of the leaf where the record came as such.
 */
export function readRecord(
  value: unknown,
  claims: { leafHash?: string; leaf?: Uint8Array } = {},
): Outcome<ReadRecord> {
  const malformed = checkValue(value, RECORD_LIMITS);
  if (malformed) return { ok: false, code: 'record_malformed', detail: malformed.detail };
  const parsed = entrySchema.shape.record.safeParse(value);
  if (!parsed.success) return { ok: false, code: 'record_malformed' };

  const record = parsed.data;
  const leaf = canonicalBytes(value);
  if (leaf.length > LIMITS.recordBytes) return { ok: false, code: 'record_malformed' };
  if (claims.leaf && !equalBytes(leaf, claims.leaf)) return { ok: false, code: 'record_not_canonical' };
  const hash = leafHash(leaf);
  if (claims.leafHash !== undefined && toDigestText(hash) !== claims.leafHash)
    return { ok: false, code: 'leaf_hash_mismatch' };
  if (toDigestText(sha256(canonicalBytes(record.event))) !== record.content_hash)
    return { ok: false, code: 'content_hash_mismatch' };
  return { ok: true, record, leafHash: hash };
}

/** All steps for one record with its proof, in a tree whose checkpoint was verified. */
export function verifyEntry(entry: Entry, tree: Tree): Outcome<ReadRecord & { path: Uint8Array[] }> {
  const { proof, leaf_hash, log_index, disclosures = [] } = entry;
  const read = readRecord(entry.record, leaf_hash === undefined ? {} : { leafHash: leaf_hash });
  if (!read.ok) return read;

  if (log_index !== undefined && log_index !== proof.index) return { ok: false, code: 'index_mismatch' };
  if (proof.tree_size !== tree.size) return { ok: false, code: 'proof_of_another_tree' };
  const path = proof.path.map(fromDigestText);
  const inclusion = verifyInclusion(read.leafHash, proof.index, path, tree);
  if (!inclusion.ok) return { ok: false, code: 'not_included', detail: inclusion.failure };

  const opened = openDisclosures(read.record, disclosures);
  return opened.ok ? { ...read, path } : opened;
}

/** Each disclosure must open the commitment that stands at its pointer. */
export function openDisclosures(
  record: Entry['record'],
  disclosures: readonly Disclosure[],
): Outcome<Pick<DisclosedRecord, 'sourceHash'>> {
  if (disclosures.length === 0) return { ok: true };
  const malformed = checkValue(disclosures, DISCLOSURE_LIMITS);
  if (malformed) return { ok: false, code: 'disclosure_mismatch', detail: malformed.detail };
  // Only the event's commitments are read, through guards that take nothing for granted.
  const opened = discloseRecord(record as unknown as AuditRecord, disclosures);
  const [first] = opened.mismatched;
  if (first !== undefined)
    return { ok: false, code: 'disclosure_mismatch', detail: `at ${first.slice(0, 200)}` };
  return opened.sourceHash === undefined ? { ok: true } : { ok: true, sourceHash: opened.sourceHash };
}
