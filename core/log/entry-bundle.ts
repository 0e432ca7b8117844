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

/** The `count` leaves of an entry bundle; undefined where it holds fewer or more, or ends amid one. */
export function readEntryBundle(bytes: Uint8Array, count: number): Uint8Array[] | undefined {
  const leaves: Uint8Array[] = [];
  let offset = 0;
  while (offset + 2 <= bytes.length && leaves.length < count) {
    const end = offset + 2 + (((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0));
    if (end > bytes.length) return undefined;
    leaves.push(bytes.subarray(offset + 2, end));
    offset = end;
  }
  return offset === bytes.length && leaves.length === count ? leaves : undefined;
}
