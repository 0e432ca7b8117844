import { readBase64 } from '../log/base64.ts';
import { type SignedRecord, verifyRecordSignature } from '../log/record-signature.ts';
import { type Failure, failure, type Where } from './failure.ts';
import type { Trust } from './key-chain.ts';

/**
 * What is wrong with a record's own signature (octets, or their base64); undefined where it is by the key that signed at
 * the record's index.
 */
export function signatureFailure(
  signature: Uint8Array | string,
  record: SignedRecord,
  trust: Trust,
  where: Where,
): Failure | undefined {
  const octets = typeof signature === 'string' ? readBase64(signature) : signature;
  if (octets && verifyRecordSignature(octets, record, keyAt(record.index, trust))) return undefined;
  const detail =
    typeof trust === 'string' ? 'if it is by an earlier key, give the first one and the chain' : undefined;
  return failure('record_signature_invalid', where, detail);
}

/** The key that signed the record at `index`: it took over at a size, and so with the record that comes next. */
function keyAt(index: number, trust: Trust): string {
  if (typeof trust === 'string') return trust;
  return trust.keys.findLast(({ firstSize }) => firstSize <= index)?.verifierKey ?? '';
}
