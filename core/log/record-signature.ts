import { verifyEd25519 } from '#crypto';
import { toDigestText, utf8 } from '../encoding.ts';
import { parseVerifierKey } from './note.ts';

/** Octets of one signature. */
export const SIGNATURE_OCTETS = 64;

/** What a signature of a record is over: the log, the place in it, and the leaf that stands there. */
export interface SignedRecord {
  origin: string;
  index: number;
  /** 32 octets. */
  leafHash: Uint8Array;
}

/**
 * The text that the log's key signs for one record, where records are signed each. No checkpoint can say the same: an
 * origin, which is a checkpoint's first line, holds no space.
 */
export function recordSignatureMessage({ origin, index, leafHash }: SignedRecord): Uint8Array {
  return utf8(`audit-record v1\n${origin}\n${index}\n${toDigestText(leafHash)}\n`);
}

/** Whether `signature` is by `verifierKey` over this record. Never throws. */
export function verifyRecordSignature(
  signature: Uint8Array,
  record: SignedRecord,
  verifierKey: string,
): boolean {
  const key = parseVerifierKey(verifierKey);
  if (!key || key.name !== record.origin) return false;
  return verifyEd25519(key.publicKey, recordSignatureMessage(record), signature);
}

/** The signatures that `packed` holds one behind the other; undefined where there are not `count` of them. */
export function unpackSignatures(packed: Uint8Array, count: number): Uint8Array[] | undefined {
  if (packed.length !== count * SIGNATURE_OCTETS) return undefined;
  return Array.from({ length: count }, (_, position) =>
    packed.subarray(position * SIGNATURE_OCTETS, (position + 1) * SIGNATURE_OCTETS),
  );
}
