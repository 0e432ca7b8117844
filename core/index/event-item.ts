import { AuditError } from '../errors.ts';
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
}

const WRITE_UNIT = 1_024;
const MAX_LEAF = 64 * 1_024; // four times what a record may have: a bound for decompression, not a rule
const OVERHEAD = 190; // keys, names and the other attributes, as DynamoDB counts them

/** The item of a record; compressed when that saves a write unit. */
export function eventItem(event: EventItem, codec: Codec): Item {
  const packed = codec.deflate(event.leaf);
  const compressed = writeUnits(packed.length) < writeUnits(event.leaf.length);
  return {
    ...eventKey(event.eventId),
    i: event.index,
    h: event.leafHash,
    d: event.dedupeTag,
    ...(compressed ? { z: packed } : { r: event.leaf }),
  };
}

function writeUnits(leafOctets: number): number {
  return Math.ceil((leafOctets + OVERHEAD) / WRITE_UNIT);
}

/** Index and dedupe tag of an event item, without its leaf. */
export function eventPosition(item: Item): { eventId: string; index: number; dedupeTag: Uint8Array } {
  const { i: index, d: dedupeTag } = item;
  if (typeof index !== 'number' || !(dedupeTag instanceof Uint8Array)) throw broken(item);
  return { eventId: item.sk, index, dedupeTag };
}

/** Reads an event item back; `integrity` where it is not one. */
export function unpackEvent(item: Item, codec: Codec): EventItem {
  const { h: leafHash, r: raw, z: packed } = item;
  if (!(leafHash instanceof Uint8Array)) throw broken(item);
  if (raw instanceof Uint8Array) return { ...eventPosition(item), leafHash, leaf: raw };
  if (packed instanceof Uint8Array)
    return { ...eventPosition(item), leafHash, leaf: codec.inflate(packed, MAX_LEAF) };
  throw broken(item);
}

function broken(item: Item): AuditError {
  return new AuditError('integrity', `not an event item: ${item.pk} ${item.sk}`);
}
