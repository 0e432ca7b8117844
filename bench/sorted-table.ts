import type { Item, ItemKey, ItemRange, RecordsReader, RecordsTable } from '../core/ports.ts';

const PAGE_ITEMS = 1_000;

interface Partition {
  bySortKey: Map<string, Item>;
  /** In order; undefined since something was put. */
  sorted: Item[] | undefined;
}

/** The records table in memory, as cheap as can be: what is measured beside it is ours. */
export class SortedTable implements RecordsTable, RecordsReader {
  readonly #partitions = new Map<string, Partition>();

  async put(items: readonly Item[]): Promise<{ unprocessed: Item[] }> {
    for (const item of items) {
      const partition = this.#partitions.get(item.pk);
      if (partition) {
        partition.bySortKey.set(item.sk, item);
        partition.sorted = undefined;
      } else {
        this.#partitions.set(item.pk, { bySortKey: new Map([[item.sk, item]]), sorted: undefined });
      }
    }
    return { unprocessed: [] };
  }

  async get(keys: readonly ItemKey[]): Promise<{ items: Item[]; unprocessed: ItemKey[] }> {
    const items = keys.flatMap(({ pk, sk }) => this.#partitions.get(pk)?.bySortKey.get(sk) ?? []);
    return { items, unprocessed: [] };
  }

  async query(range: ItemRange): Promise<{ items: Item[]; next?: string }> {
    const { pk, from = '', to, descending = false, after } = range;
    const partition = this.#partitions.get(pk);
    if (!partition) return { items: [] };
    partition.sorted ??= [...partition.bySortKey.values()].sort((a, b) => (a.sk < b.sk ? -1 : 1));
    const all = partition.sorted;
    let first = firstAtOrAfter(all, from, false);
    let end = to === undefined ? all.length : firstAtOrAfter(all, to, true);
    if (after !== undefined && descending) end = Math.min(end, firstAtOrAfter(all, after, false));
    if (after !== undefined && !descending) first = Math.max(first, firstAtOrAfter(all, after, true));
    const limit = Math.min(range.limit ?? PAGE_ITEMS, PAGE_ITEMS);
    const count = Math.max(0, end - first);
    const items = descending
      ? all.slice(Math.max(first, end - limit), Math.max(first, end)).reverse()
      : all.slice(first, Math.min(end, first + limit));
    const last = items.at(-1);
    return items.length < count && last ? { items, next: last.sk } : { items };
  }
}

/** Position of the first item whose sort key is at or after `sk` (`past`: after it). */
function firstAtOrAfter(items: readonly Item[], sk: string, past: boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = items[middle]?.sk ?? '';
    if (key < sk || (past && key === sk)) low = middle + 1;
    else high = middle;
  }
  return low;
}
