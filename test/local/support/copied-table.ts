import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Item, ItemKey, ItemRange, RecordsReader } from '../../../core/ports.ts';

/** A copy of a records table in memory, for tests that look up thousands of records, which the emulator does slowly. */
export class CopiedTable implements RecordsReader {
  /** By partition, in the order of the sort keys. */
  readonly #partitions: ReadonlyMap<string, Item[]>;

  private constructor(items: readonly Item[]) {
    this.#partitions = Map.groupBy(items, ({ pk }) => pk);
    for (const partition of this.#partitions.values()) partition.sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  static async of(client: DynamoDBDocumentClient, table: string): Promise<CopiedTable> {
    const items: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
      items.push(...(Items as Item[]));
    return new CopiedTable(items);
  }

  async get(keys: readonly ItemKey[]): Promise<{ items: Item[]; unprocessed: ItemKey[] }> {
    const items = keys.flatMap(({ pk, sk }) => {
      const found = this.#partitions.get(pk)?.find((item) => item.sk === sk);
      return found ? [found] : [];
    });
    return { items, unprocessed: [] };
  }

  async query(range: ItemRange): Promise<{ items: Item[]; next?: string }> {
    const {
      pk,
      from = '',
      to = '\uffff',
      descending = false,
      limit = Number.POSITIVE_INFINITY,
      after,
    } = range;
    const inRange = (this.#partitions.get(pk) ?? []).filter(({ sk }) => from <= sk && sk <= to);
    const ordered = descending ? inRange.toReversed() : inRange;
    const rest =
      after === undefined ? ordered : ordered.filter(({ sk }) => (descending ? sk < after : sk > after));
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return last && items.length < rest.length ? { items, next: last.sk } : { items };
  }
}
