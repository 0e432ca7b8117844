import { equalBytes, toHex } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Item } from '../ports.ts';
import { packUuid, paddedIndex, unpackUuid } from './packing.ts';

/** A record under the keyed hash of its content, so that a receipt can be asked for by content hash. */
export interface HashEntry {
  /** 16 octets, see `hashTag`. */
  tag: Uint8Array;
  index: number;
  eventId: string;
}

const ENTRY_OCTETS = 34; // 16 octets tag, uint16 index - first, 16 octets id
const ITEM_ENTRIES = 4_000;

/**
 * Partition that a tag falls into. Sixteen of them: a batch of any size adds at most as many items (of up to 4,000
 * entries), and a look-up walks one of them from its newest end, where what is asked for mostly lies.
 */
export function hashPartition(tag: Uint8Array): string {
  return `C#${toHex(tag.subarray(0, 1)).charAt(0)}`;
}

/** The items that a batch adds to the hash index. */
export function hashItems(first: number, entries: readonly HashEntry[]): Item[] {
  const partitions = new Map<string, HashEntry[]>();
  for (const entry of entries) {
    const pk = hashPartition(entry.tag);
    partitions.set(pk, [...(partitions.get(pk) ?? []), entry]);
  }
  const items: Item[] = [];
  for (const [pk, all] of partitions) {
    for (let start = 0; start < all.length; start += ITEM_ENTRIES) {
      const packed = pack(first, all.slice(start, start + ITEM_ENTRIES));
      items.push({
        pk,
        sk: `${paddedIndex(first)}#${String(start / ITEM_ENTRIES).padStart(2, '0')}`,
        first,
        entries: packed,
      });
    }
  }
  return items;
}

function pack(first: number, entries: readonly HashEntry[]): Uint8Array {
  const packed = new Uint8Array(entries.length * ENTRY_OCTETS);
  const view = new DataView(packed.buffer);
  for (const [position, entry] of entries.entries()) {
    const offset = position * ENTRY_OCTETS;
    packed.set(entry.tag, offset);
    view.setUint16(offset + 16, entry.index - first);
    packed.set(packUuid(entry.eventId), offset + 18);
  }
  return packed;
}

/** The entries of an item of the hash index whose tag is `tag`. */
export function findByTag(item: Item, tag: Uint8Array): HashEntry[] {
  const { first, entries: packed } = item;
  if (typeof first !== 'number' || !(packed instanceof Uint8Array) || packed.length % ENTRY_OCTETS !== 0) {
    throw new AuditError('integrity', `not an item of the hash index: ${item.pk} ${item.sk}`);
  }
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const found: HashEntry[] = [];
  for (let offset = 0; offset < packed.length; offset += ENTRY_OCTETS) {
    const here = packed.subarray(offset, offset + 16);
    if (!equalBytes(here, tag)) continue;
    found.push({
      tag: here,
      index: first + view.getUint16(offset + 16),
      eventId: unpackUuid(packed.subarray(offset + 18, offset + ENTRY_OCTETS)),
    });
  }
  return found;
}
