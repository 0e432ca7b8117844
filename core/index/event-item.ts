import { AuditError } from '../errors.ts';
import { SIGNATURE_OCTETS } from '../log/record-signature.ts';
import type { Codec, Item } from '../ports.ts';
import { eventKey } from './keys.ts';

/** A record as the table holds it, under its event id. Never changed: holds and erasures are items of their own. */
export interface EventItem {
  eventId: string;
  index: number;
  leafHash: Uint8Array;
  /** Keyed hash of what the sender hashed: tells a duplicate from a conflict (16 octets). */
  dedupeTag: Uint8Array;
  /** The exact leaf: RFC 8785 bytes of the record. */
  leaf: Uint8Array;
  /** Of the record itself, 64 octets, where records are signed each. */
  signature?: Uint8Array;
}

const WRITE_UNIT = 1_024;
const MAX_LEAF = 64 * 1_024; // four times what a record may have: a bound for decompression, not a rule
const OVERHEAD = 190; // keys, names and the other attributes, as DynamoDB counts them

const SIGNATURE = SIGNATURE_OCTETS + 1; // and its name

/** The item of a record; compressed when that saves a write unit. `signEach`: it gets a signature, with `withSignature`. */
export function eventItem(event: EventItem, codec: Codec, { signEach = false } = {}): Item {
  const packed = codec.deflate(event.leaf);
  const more = signEach ? SIGNATURE : 0;
  const compressed = writeUnits(packed.length + more) < writeUnits(event.leaf.length + more);
  return {
    ...eventKey(event.eventId),
    i: event.index,
    h: event.leafHash,
    d: event.dedupeTag,
    ...(compressed ? { z: packed } : { r: event.leaf }),
  };
}

/** The item of a record with its signature. */
export function withSignature(item: Item, signature: Uint8Array | undefined): Item {
  return signature ? { ...item, s: signature } : item;
}

function writeUnits(leafOctets: number): number {
  return Math.ceil((leafOctets + OVERHEAD) / WRITE_UNIT);
}

/** The item of a record whose leaf is read out of its batch in the archive: all the rest stays, and so do index and proofs. */
export function cooled(item: Item, batchFirst: number): Item {
  const { z: _z, r: _r, ...rest } = item;
  return { ...rest, c: batchFirst };
}

/** The first index of the batch that holds the leaf, where the table does not hold it any more. */
export function coldBatchOf({ c: batchFirst }: Item): number | undefined {
  return typeof batchFirst === 'number' ? batchFirst : undefined;
}

/** Index and dedupe tag of an event item, without its leaf. */
export function eventPosition(item: Item): { eventId: string; index: number; dedupeTag: Uint8Array } {
  const { i: index, d: dedupeTag } = item;
  if (typeof index !== 'number' || !(dedupeTag instanceof Uint8Array)) throw broken(item);
  return { eventId: item.sk, index, dedupeTag };
}

/** Reads an event item back, one that has gone cold with the leaf `archived`; `integrity` where it is not one. */
export function unpackEvent(item: Item, codec: Codec, archived?: Uint8Array): EventItem {
  const { h: leafHash, r: raw, z: packed, s: signature } = item;
  if (!(leafHash instanceof Uint8Array)) throw broken(item);
  const leaf = packed instanceof Uint8Array ? codec.inflate(packed, MAX_LEAF) : (raw ?? archived);
  if (!(leaf instanceof Uint8Array)) throw broken(item);
  const event = { ...eventPosition(item), leafHash, leaf };
  return signature instanceof Uint8Array ? { ...event, signature } : event;
}

function broken(item: Item): AuditError {
  return new AuditError('integrity', `not an event item: ${item.pk} ${item.sk}`);
}
