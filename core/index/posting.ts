import { AuditError } from '../errors.ts';
import type { EventType } from '../event/event.ts';
import type { Item } from '../ports.ts';
import { hourOf, minuteOf } from './keys.ts';
import { packUuid, paddedIndex, readUint48, unpackUuid, writeUint48 } from './packing.ts';
import { typeCode, typeOfCode } from './type-code.ts';

/** One line of a posting list. */
export interface PostingEntry {
  index: number;
  eventId: string;
  /** Milliseconds. */
  occurredAt: number;
  type: EventType;
}

const ENTRY_OCTETS = 25; // uint16 index - first, 16 octets id, uint48 occurred_at, uint8 type
const HOUR_ITEM_BELOW = 64; // so many entries of a batch in an hour, or more, are split by minute
const ITEM_ENTRIES = 4_000; // 100 KB: an item is written and read whole

/**
 * The items that one batch adds to one list. Keys follow from the batch, so writing twice is harmless. Sort keys
 * are `<hour>#<first>` or `<minute>#<first>#<part>`; an hour's items sort together, because `#` is below `:`.
 */
export function postingItems(pk: string, first: number, entries: readonly PostingEntry[]): Item[] {
  return [...groupBy(entries, (entry) => hourOf(entry.occurredAt))].flatMap(([hour, ofHour]) =>
    ofHour.length < HOUR_ITEM_BELOW
      ? [postingItem(pk, `${hour}#${paddedIndex(first)}`, first, ofHour)]
      : [...groupBy(ofHour, (entry) => minuteOf(entry.occurredAt))].flatMap(([minute, ofMinute]) =>
          minuteItems(pk, minute, first, ofMinute),
        ),
  );
}

function minuteItems(pk: string, minute: string, first: number, entries: PostingEntry[]): Item[] {
  const items: Item[] = [];
  for (let start = 0; start < entries.length; start += ITEM_ENTRIES) {
    const part = String(start / ITEM_ENTRIES).padStart(2, '0');
    items.push(
      postingItem(
        pk,
        `${minute}#${paddedIndex(first)}#${part}`,
        first,
        entries.slice(start, start + ITEM_ENTRIES),
      ),
    );
  }
  return items;
}

function postingItem(pk: string, sk: string, first: number, entries: readonly PostingEntry[]): Item {
  const packed = new Uint8Array(entries.length * ENTRY_OCTETS);
  const view = new DataView(packed.buffer);
  for (const [position, entry] of entries.entries()) {
    const offset = position * ENTRY_OCTETS;
    view.setUint16(offset, entry.index - first);
    packed.set(packUuid(entry.eventId), offset + 2);
    writeUint48(view, offset + 18, entry.occurredAt);
    view.setUint8(offset + 24, typeCode(entry.type));
  }
  return { pk, sk, first, n: entries.length, entries: packed };
}

/** How many entries a posting item holds, without unpacking it. */
export function postingCount(item: Item): number {
  return Number(item['n']);
}

/** The entries of a posting item, in log order. */
export function unpackPosting(item: Item): PostingEntry[] {
  const { first, entries: packed } = item;
  if (typeof first !== 'number' || !(packed instanceof Uint8Array) || packed.length % ENTRY_OCTETS !== 0) {
    throw new AuditError('integrity', `not a posting item: ${item.pk} ${item.sk}`);
  }
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const entries: PostingEntry[] = [];
  for (let offset = 0; offset < packed.length; offset += ENTRY_OCTETS) {
    entries.push({
      index: first + view.getUint16(offset),
      eventId: unpackUuid(packed.subarray(offset + 2, offset + 18)),
      occurredAt: readUint48(view, offset + 18),
      type: typeOfCode(view.getUint8(offset + 24)),
    });
  }
  return entries;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
