import { sha256OfText } from '#crypto';
import { equalBytes, fromUtf8, toDigestText, utf8 } from '../encoding.ts';
import { canonicalBytes } from '../event/canonical.ts';
import { canonicalTextOf } from '../event/canonical-text.ts';
import type { Disclosure } from '../event/commitment.ts';
import { checkValue } from '../event/json.ts';
import { LIMITS } from '../event/limits.ts';
import { type DisclosedRecord, discloseRecord } from '../record/disclosed.ts';
import type { AuditRecord } from '../record/record.ts';
import { type Entry, entrySchema, type UnreadEntry } from './entry.ts';
import type { FailureCode } from './failure.ts';
import type { InclusionRun } from './inclusion-run.ts';
import { TextPath } from './proof-path.ts';

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
 * the event is the one that was hashed on recording. `leaf` is the leaf where the record came as such, bytes or text.
 */
export function readRecord(
  value: unknown,
  claims: { leafHash?: string; leaf?: Uint8Array | string } = {},
): Outcome<ReadRecord> {
  const quick = canonicalTextOf(value, RECORD_LIMITS);
  if (quick === undefined) {
    const malformed = checkValue(value, RECORD_LIMITS);
    if (malformed) return { ok: false, code: 'record_malformed', detail: malformed.detail };
  }
  const parsed = entrySchema.shape.record.safeParse(value);
  if (!parsed.success) return { ok: false, code: 'record_malformed' };

  const record = parsed.data;
  const text = quick ?? fromUtf8(canonicalBytes(value));
  if (!fits(text)) return { ok: false, code: 'record_malformed' };
  const { leaf } = claims;
  if (leaf !== undefined && (typeof leaf === 'string' ? text !== leaf : !equalBytes(utf8(text), leaf)))
    return { ok: false, code: 'record_not_canonical' };
  const hash = sha256OfText(`\0${text}`); // RFC 6962, section 2.1: 0x00 before a leaf
  if (claims.leafHash !== undefined && toDigestText(hash) !== claims.leafHash)
    return { ok: false, code: 'leaf_hash_mismatch' };
  // The event of a record whose members stand in order has its own in order too.
  const event = quick === undefined ? fromUtf8(canonicalBytes(record.event)) : JSON.stringify(eventOf(value));
  if (toDigestText(sha256OfText(event)) !== record.content_hash)
    return { ok: false, code: 'content_hash_mismatch' };
  return { ok: true, record, leafHash: hash };
}

/** Whether a leaf has no more bytes than a record may have. A UTF-16 unit is one to three of them. */
function fits(text: string): boolean {
  if (text.length > LIMITS.recordBytes) return false;
  return 3 * text.length <= LIMITS.recordBytes || utf8(text).length <= LIMITS.recordBytes;
}

/** As it was parsed: the schema may give its members in another order. */
function eventOf(record: unknown): unknown {
  return Reflect.get(Object(record), 'event');
}

/** All steps for one record with its proof, in the tree of `run`, whose checkpoint was verified. */
export function verifyEntry(entry: UnreadEntry, tree: Tree, run: InclusionRun): Outcome<ReadRecord> {
  const { proof, leaf_hash, log_index, disclosures = [] } = entry;
  const read = readRecord(entry.record, leaf_hash === undefined ? {} : { leafHash: leaf_hash });
  if (!read.ok) return read;

  if (log_index !== undefined && log_index !== proof.index) return { ok: false, code: 'index_mismatch' };
  if (proof.tree_size !== tree.size) return { ok: false, code: 'proof_of_another_tree' };
  const inclusion = run.verify(read.leafHash, proof.index, new TextPath(proof.path));
  if (!inclusion.ok) return { ok: false, code: 'not_included', detail: inclusion.failure };

  const opened = openDisclosures(read.record, disclosures);
  return opened.ok ? read : opened;
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
