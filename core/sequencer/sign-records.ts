import { concatBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { signaturesObject } from '../index/keys.ts';
import { leafHash } from '../log/merkle.ts';
import {
  recordSignatureMessage,
  type SignedRecord,
  unpackSignatures,
  verifyRecordSignature,
} from '../log/record-signature.ts';
import { type Log, lockDaysOf, lockUntil } from './log.ts';
import type { Segment } from './segment.ts';
import { signerOf } from './sign-size.ts';

const AT_ONCE = 16; // KMS takes 1,000 signatures a second of an account, from all tenants together

type SigningLog = Pick<Log, 'origin' | 'signers' | 'archive' | 'lockDays'>;

/**
 * The signature of each record of a committed batch, where records are signed each; none otherwise. What the archive
 * holds is taken, else they are made and archived before anybody is given one. Idempotent.
 */
export async function signRecords(segment: Segment, log: SigningLog): Promise<Uint8Array[]> {
  if (!segment.signEach) return [];
  const object = signaturesObject(segment.first);
  const standing = await log.archive.read(object);
  if (standing) return checked(standing, segment, log.origin);
  const made = concatBytes(...(await sign(segment, log)));
  // Tiles outlive their records, and so may these: they are hashes' signatures and tell nothing of a person.
  const locked = lockUntil(segment.recordedAt, lockDaysOf(segment, log).tiles);
  const outcome = await log.archive.create(object, made, locked);
  const archived = outcome === 'created' ? made : ((await log.archive.read(object)) ?? made);
  return checked(archived, segment, log.origin);
}

/** The signatures that `packed` holds for the records of `segment`; undefined where one of them is not good. */
export function readSignatures(
  packed: Uint8Array,
  segment: Segment,
  origin: string,
): Uint8Array[] | undefined {
  const signatures = unpackSignatures(packed, segment.leaves.length);
  const records = recordsOf(segment, origin);
  const good = records.every((record, position) => {
    const signature = signatures?.[position];
    return signature && verifyRecordSignature(signature, record, segment.verifierKey);
  });
  return good ? signatures : undefined;
}

async function sign(segment: Segment, log: SigningLog): Promise<Uint8Array[]> {
  const signer = await signerOf(segment.verifierKey, log);
  const records = recordsOf(segment, log.origin);
  const signatures: Uint8Array[] = [];
  for (let done = 0; done < records.length; done += AT_ONCE) {
    const some = records.slice(done, done + AT_ONCE);
    signatures.push(
      ...(await Promise.all(some.map((record) => signer.sign(recordSignatureMessage(record))))),
    );
  }
  return signatures;
}

function recordsOf({ first, leaves }: Segment, origin: string): SignedRecord[] {
  return leaves.map(({ bytes }, position) => ({
    origin,
    index: first + position,
    leafHash: leafHash(bytes),
  }));
}

function checked(packed: Uint8Array, segment: Segment, origin: string): Uint8Array[] {
  const signatures = readSignatures(packed, segment, origin);
  if (!signatures)
    throw new AuditError(
      'integrity',
      `the signatures of the batch at ${segment.first} are not by the key that signs it`,
    );
  return signatures;
}
