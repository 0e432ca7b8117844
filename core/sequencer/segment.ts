import { z } from 'zod';
import { concatBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Codec } from '../ports.ts';

/** A record on its way into the log: its exact bytes, and the keyed hash that tells a duplicate from a conflict. */
export interface Leaf {
  /** RFC 8785 bytes of the record. */
  bytes: Uint8Array;
  /** 16 octets. */
  dedupeTag: Uint8Array;
}

/** Days from `recorded_at`. */
export interface LockDays {
  /** Of the objects that hold records. */
  batches: number;
  /** Of hash tiles and checkpoints, which proofs of the oldest record need. */
  tiles: number;
}

/**
 * A batch with everything that finalising it needs, so that whoever finds it committed can finish it. It is what
 * the archive holds under `commit/<first>`.
 */
export interface Segment {
  first: number;
  /** Roots of the perfect subtrees of `first` leaves, largest first, and their tree's root. */
  previousEdge: Uint8Array[];
  previousRoot: Uint8Array;
  /** Root of the tree with this batch. */
  root: Uint8Array;
  /** Milliseconds, one for the batch. */
  recordedAt: number;
  /** Version of the tenant's policy that the events were redacted under. */
  policyVersion: number;
  /** For how many days the archive locks the batch and its tiles, by the policy that was in force. */
  lockDays?: LockDays;
  /** Verifier key of the checkpoint that will cover the batch. */
  verifierKey: string;
  /** The key that signs from the next batch on, and this batch's checkpoint too, where the batch hands over to it. */
  nextVerifierKey?: string;
  /** Each record has a signature of its own, in an object beside the batch (`signatures/<first>`). */
  signEach?: boolean;
  /** Object of the batch's disclosures in the work bucket. */
  disclosures?: string;
  leaves: Leaf[];
}

const TAG_OCTETS = 16;
const MAX_SEGMENT = 192 * 1024 * 1024; // 10,000 records of 16,000 octets, with room
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

const Header = z.strictObject({
  segment_version: z.literal(1),
  first: z.int().min(0),
  count: z.int().min(1).max(10_000),
  previous_edge: z.array(hex32).max(53),
  previous_root: hex32,
  root: hex32,
  recorded_at: z.int().min(0),
  policy_version: z.int().min(0),
  lock_days: z.strictObject({ batches: z.int().min(0), tiles: z.int().min(0) }).optional(),
  verifier_key: z.string().max(512),
  next_verifier_key: z.string().max(512).optional(),
  sign_each: z.literal(true).optional(),
  disclosures: z.string().max(1024).optional(),
  dedupe_tags: z.string(),
});

/** The bytes of a segment: gzip of NDJSON, a header line and then each leaf on a line (RFC 8785 leaves no raw line break). */
export function encodeSegment(segment: Segment, codec: Codec): Uint8Array {
  const header: z.infer<typeof Header> = {
    segment_version: 1,
    first: segment.first,
    count: segment.leaves.length,
    previous_edge: segment.previousEdge.map(toHex),
    previous_root: toHex(segment.previousRoot),
    root: toHex(segment.root),
    recorded_at: segment.recordedAt,
    policy_version: segment.policyVersion,
    ...(segment.lockDays === undefined ? {} : { lock_days: segment.lockDays }),
    verifier_key: segment.verifierKey,
    ...(segment.nextVerifierKey === undefined ? {} : { next_verifier_key: segment.nextVerifierKey }),
    ...(segment.signEach ? { sign_each: true } : {}),
    ...(segment.disclosures === undefined ? {} : { disclosures: segment.disclosures }),
    dedupe_tags: toBase64(concatBytes(...segment.leaves.map((leaf) => leaf.dedupeTag))),
  };
  const lineEnd = utf8('\n');
  return codec.gzip(
    concatBytes(
      utf8(JSON.stringify(header)),
      lineEnd,
      ...segment.leaves.flatMap((leaf) => [leaf.bytes, lineEnd]),
    ),
  );
}

/** Reads a segment back. Anything that is not one is `integrity`: the log itself would be damaged. */
export function decodeSegment(bytes: Uint8Array, codec: Pick<Codec, 'gunzip'>): Segment {
  try {
    const lines = splitLines(codec.gunzip(bytes, MAX_SEGMENT));
    const header = Header.parse(JSON.parse(fromUtf8(lines[0] ?? new Uint8Array())));
    const tags = fromBase64(header.dedupe_tags);
    const leaves = lines.slice(1).map((bytes, position): Leaf => {
      return { bytes, dedupeTag: tags.subarray(position * TAG_OCTETS, (position + 1) * TAG_OCTETS) };
    });
    if (leaves.length !== header.count || tags.length !== header.count * TAG_OCTETS)
      throw new AuditError('malformed', 'counts differ');
    return {
      first: header.first,
      previousEdge: header.previous_edge.map(fromHex),
      previousRoot: fromHex(header.previous_root),
      root: fromHex(header.root),
      recordedAt: header.recorded_at,
      policyVersion: header.policy_version,
      ...(header.lock_days === undefined ? {} : { lockDays: header.lock_days }),
      verifierKey: header.verifier_key,
      ...(header.next_verifier_key === undefined ? {} : { nextVerifierKey: header.next_verifier_key }),
      ...(header.sign_each === undefined ? {} : { signEach: header.sign_each }),
      ...(header.disclosures === undefined ? {} : { disclosures: header.disclosures }),
      leaves,
    };
  } catch (cause) {
    throw new AuditError('integrity', 'a committed segment cannot be read', { cause });
  }
}

/** Where a segment waits for its commit. Losers never delete theirs: it may be the winner's. */
export function stagingObject(size: number, root: Uint8Array): string {
  return `staging/${size}-${toHex(root)}`;
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) throw new AuditError('malformed', 'the last line has no end');
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
