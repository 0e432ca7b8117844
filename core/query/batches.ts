import { AuditError } from '../errors.ts';
import { type BatchEntry, batchEntries, type StoredBatch, unpackBatch } from '../index/batch-item.ts';
import { batchPartition, nextBatchPartition } from '../index/keys.ts';
import { paddedIndex } from '../index/packing.ts';
import type { RecordsReader } from '../ports.ts';

/** The batch item that holds `index`, which must be below the final size; `integrity` where there is none. */
export async function batchOf(table: Pick<RecordsReader, 'query'>, index: number): Promise<StoredBatch> {
  const { items } = await table.query({
    pk: batchPartition(index),
    to: paddedIndex(index),
    descending: true,
    limit: 1,
  });
  const [item] = items;
  const batch = item && unpackBatch(item);
  if (!batch || index >= batch.first + batch.count)
    throw new AuditError('integrity', `no batch item holds index ${index}`);
  return batch;
}

/** The entries of the log from `first` to below `size`, in order, each with its index. */
export async function* entriesFrom(
  table: Pick<RecordsReader, 'query'>,
  first: number,
  size: number,
): AsyncGenerator<BatchEntry & { index: number }> {
  if (first >= size) return;
  let from = (await batchOf(table, first)).first; // batches begin where they begin: the first one is entered midway
  for (let expected = first; expected < size; from = expected) {
    const pk = batchPartition(expected);
    let after: string | undefined;
    do {
      const page = await table.query({
        pk,
        from: paddedIndex(from),
        to: paddedIndex(size - 1),
        ...(after === undefined ? {} : { after }),
      });
      for (const batch of page.items.map(unpackBatch)) {
        for (const [position, entry] of batchEntries(batch).entries()) {
          const index = batch.first + position;
          if (index < expected) continue;
          if (index >= size) return;
          if (index > expected) throw new AuditError('integrity', `no batch item holds index ${expected}`);
          yield { ...entry, index };
          expected++;
        }
      }
      after = page.next;
    } while (after !== undefined);
    if (expected < size && expected !== nextBatchPartition(expected - 1))
      throw new AuditError('integrity', `no batch item holds index ${expected}`);
  }
}
