import { AuditError } from '../errors.ts';
import type { EventType } from '../event/event.ts';
import type { Item } from '../ports.ts';
import { batchKey, nextBatchPartition } from './keys.ts';
import { packUuid, readUint48, unpackUuid, writeUint48 } from './packing.ts';
import { typeCode, typeOfCode } from './type-code.ts';

/** What a batch item says of each of its records. */
export interface BatchEntry {
  eventId: string;
  occurredAt: number;
  type: EventType;
  leafHash: Uint8Array;
}

/** What the table holds of a batch, or of a stretch of a large one, beside its entries. */
interface BatchHead {
  first: number;
  /** First index of the whole batch: `commit/` is named by it. */
  batchFirst: number;
  /** Size and root of the log after the batch; `checkpoint` is the signed note of that size. */
  size: number;
  root: Uint8Array;
  checkpoint: string;
  recordedAt: number;
  /** Object of the batch's disclosures in the work bucket, where there are any. */
  disclosures?: string;
}

/** A batch, or a stretch of a large one. */
export interface BatchItem extends BatchHead {
  entries: BatchEntry[];
}

/** A batch item as it was read. A batch has up to thousands of entries, and most readers look at none of them. */
export interface StoredBatch extends BatchHead {
  /** How many records it has. */
  count: number;
  packed: Uint8Array;
}

const ENTRY_OCTETS = 55; // 16 octets id, uint48 occurred_at, uint8 type, 32 octets leaf hash
const ITEM_ENTRIES = 4_000; // 220 KB, below DynamoDB's 400 KB

/** The items of one batch, cut where a partition ends or an item would grow too large. */
export function batchItems(batch: Omit<BatchItem, 'batchFirst'>): Item[] {
  const items: Item[] = [];
  const end = batch.first + batch.entries.length;
  for (let first = batch.first; first < end; ) {
    const stop = Math.min(end, first + ITEM_ENTRIES, nextBatchPartition(first));
    const packed = packEntries(batch.entries.slice(first - batch.first, stop - batch.first));
    items.push({
      ...batchKey(first),
      first,
      n: stop - first,
      batch_first: batch.first,
      size: batch.size,
      root: batch.root,
      checkpoint: batch.checkpoint,
      recorded_at: batch.recordedAt,
      ...(batch.disclosures === undefined ? {} : { disclosures: batch.disclosures }),
      entries: packed,
    });
    first = stop;
  }
  return items;
}

function packEntries(entries: readonly BatchEntry[]): Uint8Array {
  const packed = new Uint8Array(entries.length * ENTRY_OCTETS);
  const view = new DataView(packed.buffer);
  for (const [position, entry] of entries.entries()) {
    const offset = position * ENTRY_OCTETS;
    packed.set(packUuid(entry.eventId), offset);
    writeUint48(view, offset + 16, entry.occurredAt);
    view.setUint8(offset + 22, typeCode(entry.type));
    packed.set(entry.leafHash, offset + 23);
  }
  return packed;
}

/** Reads a batch item back; `integrity` where it is not one. `batchEntries` gives its entries. */
export function unpackBatch(item: Item): StoredBatch {
  const { first, batch_first, size, root, checkpoint, recorded_at, disclosures, entries: packed } = item;
  if (
    typeof first !== 'number' ||
    typeof batch_first !== 'number' ||
    typeof size !== 'number' ||
    typeof recorded_at !== 'number' ||
    typeof checkpoint !== 'string' ||
    !(root instanceof Uint8Array) ||
    !(packed instanceof Uint8Array) ||
    packed.length % ENTRY_OCTETS !== 0
  ) {
    throw new AuditError('integrity', `not a batch item: ${item.pk} ${item.sk}`);
  }
  const count = packed.length / ENTRY_OCTETS;
  const batch = {
    first,
    count,
    packed,
    batchFirst: batch_first,
    size,
    root,
    checkpoint,
    recordedAt: recorded_at,
  };
  return typeof disclosures === 'string' ? { ...batch, disclosures } : batch;
}

/** The entries of a batch item, in the order of the log. */
export function batchEntries({ packed }: Pick<StoredBatch, 'packed'>): BatchEntry[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const entries: BatchEntry[] = [];
  for (let offset = 0; offset < packed.length; offset += ENTRY_OCTETS) {
    entries.push({
      eventId: unpackUuid(packed.subarray(offset, offset + 16)),
      occurredAt: readUint48(view, offset + 16),
      type: typeOfCode(view.getUint8(offset + 22)),
      leafHash: packed.subarray(offset + 23, offset + ENTRY_OCTETS),
    });
  }
  return entries;
}
