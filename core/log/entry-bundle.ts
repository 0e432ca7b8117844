import { concatBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';

const MAX_ENTRY = 0xffff;

/** An entry bundle (C2SP tlog-tiles): each leaf behind its length as a big-endian uint16. Throws `too_large`. */
export function entryBundle(leaves: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...leaves.flatMap((leaf) => {
      if (leaf.length > MAX_ENTRY) throw new AuditError('too_large', 'a leaf is longer than 65,535 octets');
      return [new Uint8Array([leaf.length >> 8, leaf.length & 0xff]), leaf];
    }),
  );
}
