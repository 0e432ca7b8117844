import { sha256Hex } from '#crypto';
import { fromUtf8, utf8 } from '../encoding.ts';
import { LIMITS } from '../event/limits.ts';
import { leafHash } from '../log/merkle.ts';
import { CanonicalScan, type Span } from './canonical-scan.ts';

/** A record that is in every way as it should be. */
export interface QuickRecord {
  leafHash: Uint8Array;
  eventId(): string;
}

const DEPTH = LIMITS.depth + 2;
const KEYS = 2 * LIMITS.keys;
const DIGEST_PREFIX = utf8('"sha256:');
const DIGEST_DIGITS = 64;

/**
 * The record of a leaf, judged by its octets alone: most of what a verifier does is this. Undefined for what is not plainly
 * right, and for a record that has to be looked into (of a purge): `readRecord` then says what it is.
 */
export function quickRecord(leaf: Uint8Array): QuickRecord | undefined {
  if (leaf.length > LIMITS.recordBytes) return undefined;
  const found = new CanonicalScan(leaf, KEYS).record(DEPTH);
  if (!found || isPurge(leaf, found.eventType)) return undefined;
  const { event, contentHash, eventId } = found;
  if (!isDigest(leaf, contentHash, sha256Hex(leaf.subarray(event.start, event.end)))) return undefined;
  return {
    leafHash: leafHash(leaf),
    eventId: () => fromUtf8(leaf.subarray(eventId.start, eventId.end)),
  };
}

const PURGE = utf8('RECORDS_PURGED');

function isPurge(leaf: Uint8Array, type: Span | undefined): boolean {
  return (
    type?.end === (type?.start ?? 0) + PURGE.length &&
    PURGE.every((octet, index) => leaf[(type?.start ?? 0) + index] === octet)
  );
}

/** Whether `span` is the text of this digest, with its quotes. */
function isDigest(leaf: Uint8Array, { start, end }: Span, digits: string): boolean {
  const first = start + DIGEST_PREFIX.length;
  if (end - first !== DIGEST_DIGITS + 1) return false;
  for (let index = 0; index < DIGEST_PREFIX.length; index++)
    if (leaf[start + index] !== DIGEST_PREFIX[index]) return false;
  for (let index = 0; index < DIGEST_DIGITS; index++)
    if (leaf[first + index] !== digits.charCodeAt(index)) return false;
  return true;
}
