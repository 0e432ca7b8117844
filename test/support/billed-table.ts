import type { Item, ItemKey, ItemRange, RecordsReader, RecordsTable } from '../../core/ports.ts';
import { octetsOfItem, readUnits } from './write-units.ts';

const PAGE_OCTETS = 1024 * 1024; // of one Query
const GET_KEYS = 100; // of one BatchGetItem

/** What reading has cost so far. */
export interface ReadBill {
  /** Calls to the table. */
  roundTrips: number;
  /** Units of strongly consistent reads. */
  readUnits: number;
}

/**
 * The records table in memory, for logs that are too large for the plain double: partitions are sorted, pages end at
 * 1 MB as DynamoDB's do, and every call is billed. `made` gives items that are only made when they are asked for.
 */
export class BilledTable implements RecordsTable, RecordsReader {
  readonly #partitions = new Map<string, Item[]>();
  readonly #unsorted = new Set<string>();
  readonly #made: (key: ItemKey) => Item | undefined;
  #bill: ReadBill = { roundTrips: 0, readUnits: 0 };

  constructor(made: (key: ItemKey) => Item | undefined = () => undefined) {
    this.#made = made;
  }

  async put(items: readonly Item[]): Promise<{ unprocessed: Item[] }> {
    for (const item of items) {
      const partition = this.#partitions.get(item.pk);
      if (partition) partition.push(item);
      else this.#partitions.set(item.pk, [item]);
      this.#unsorted.add(item.pk);
    }
    return { unprocessed: [] };
  }

  async get(keys: readonly ItemKey[]): Promise<{ items: Item[]; unprocessed: ItemKey[] }> {
    this.#bill.roundTrips += Math.ceil(keys.length / GET_KEYS);
    const items = keys.flatMap((key) => {
      const made = this.#made(key);
      const item = made ?? this.#sorted(key.pk).find(({ sk }) => sk === key.sk);
      this.#bill.readUnits += item ? readUnits(octetsOfItem(item)) : 1;
      return item ? [item] : [];
    });
    return { items, unprocessed: [] };
  }

  async query(range: ItemRange): Promise<{ items: Item[]; next?: string }> {
    const { pk, from = '', to, descending = false, limit = Number.POSITIVE_INFINITY, after } = range;
    const all = this.#sorted(pk);
    let first = lowerBound(all, from, false);
    let end = to === undefined ? all.length : lowerBound(all, to, true);
    if (after !== undefined && descending) end = Math.min(end, lowerBound(all, after, false));
    if (after !== undefined && !descending) first = Math.max(first, lowerBound(all, after, true));
    const items: Item[] = [];
    let octets = 0;
    const count = Math.max(0, end - first);
    for (let taken = 0; taken < count && taken < limit && octets < PAGE_OCTETS; taken++) {
      const item = all[descending ? end - 1 - taken : first + taken];
      if (!item) break;
      items.push(item);
      octets += octetsOfItem(item);
    }
    this.#bill.roundTrips += 1;
    this.#bill.readUnits += readUnits(octets);
    const last = items.at(-1);
    return items.length < count && last ? { items, next: last.sk } : { items };
  }

  /** All that was put, the last of each key. */
  *items(): Generator<Item> {
    for (const pk of this.#partitions.keys()) yield* this.#sorted(pk);
  }

  /** What was billed since the last time that it was taken. */
  take(): ReadBill {
    const bill = this.#bill;
    this.#bill = { roundTrips: 0, readUnits: 0 };
    return bill;
  }

  #sorted(pk: string): Item[] {
    const partition = this.#partitions.get(pk) ?? [];
    if (this.#unsorted.delete(pk)) {
      // The last of a key counts, as with a table; sorting is stable.
      const byKey = new Map(partition.map((item) => [item.sk, item]));
      partition.splice(0, partition.length, ...[...byKey.values()].sort((a, b) => (a.sk < b.sk ? -1 : 1)));
    }
    return partition;
  }
}

/** Position of the first item whose sort key is at or after `sk` (`past`: after it). */
function lowerBound(items: readonly Item[], sk: string, past: boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = items[middle]?.sk ?? '';
    if (key < sk || (past && key === sk)) low = middle + 1;
    else high = middle;
  }
  return low;
}
