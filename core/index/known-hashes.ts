import { concatBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { TILE_WIDTH } from '../log/tile.ts';
import type { RecordsReader } from '../ports.ts';
import { batchEntries, unpackBatch } from './batch-item.ts';
import { batchPartition, nodeKey, nodePartition } from './keys.ts';
import { paddedIndex } from './packing.ts';

/**
 * The first `width` hashes of a hash tile, from the table: those of level 0 stand in the batch items, those of
 * higher levels as node items. 32 octets each, in order. `integrity` where one is missing.
 */
export async function knownHashes(
  table: Pick<RecordsReader, 'query'>,
  level: number,
  tile: number,
  width: number,
): Promise<Uint8Array> {
  const hashes =
    level === 0
      ? await leafHashes(table, tile * TILE_WIDTH, width)
      : await nodeHashes(table, level, tile, width);
  if (hashes.length !== width)
    throw new AuditError('integrity', `tile ${level}/${tile} has ${hashes.length} of ${width} hashes`);
  return concatBytes(...hashes);
}

const NOTHING = { first: 0, packed: new Uint8Array() };

async function leafHashes(
  table: Pick<RecordsReader, 'query'>,
  start: number,
  width: number,
): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (let index = start; index < start + width; ) {
    // The item that holds `index` is the last one that begins at or before it; items never cross a partition.
    const { items } = await table.query({
      pk: batchPartition(index),
      to: paddedIndex(index),
      descending: true,
      limit: 1,
    });
    const [item] = items;
    const batch = item ? unpackBatch(item) : NOTHING;
    const here = batchEntries(batch)
      .slice(index - batch.first, start + width - batch.first)
      .map((entry) => entry.leafHash);
    // Of purged records, a table that was made again has the hashes alone.
    if (here.length === 0)
      here.push(...(await nodeHashes(table, 0, start / TILE_WIDTH, start + width - index, index - start)));
    if (here.length === 0) return found;
    found.push(...here);
    index += here.length;
  }
  return found;
}

async function nodeHashes(
  table: Pick<RecordsReader, 'query'>,
  level: number,
  tile: number,
  width: number,
  from = 0,
): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  let after: string | undefined;
  do {
    const page = await table.query({
      pk: nodePartition(level, tile),
      ...(from > 0 && { from: nodeKey(level, tile, from).sk }),
      limit: width - found.length,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.items.map((item) => item['h']).filter((hash) => hash instanceof Uint8Array));
    after = page.next;
  } while (after !== undefined && found.length < width);
  return found;
}
