import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { BatchEntry } from '../index/batch-item.ts';
import { entryBundle } from '../log/entry-bundle.ts';
import { leafHash } from '../log/merkle.ts';
import { TILE_WIDTH, type TileAddress, tileWidth } from '../log/tile.ts';
import { minimumIndexOf } from '../retention/purged.ts';
import { batchOf, entriesFrom } from './batches.ts';
import { ColdLeaves } from './cold-leaves.ts';
import { type LogReader, readHead } from './log-reader.ts';
import { readRecords } from './records.ts';
import { tilesOf } from './tile-source.ts';

/**
 * A tile or an entry bundle as C2SP tlog-tiles has it, of the last final checkpoint's tree; undefined where that tree
 * has none of this width. A narrower form of a tile that has grown stays there: its bytes are the same for ever.
 */
export async function publishedTile(
  reader: LogReader,
  address: TileAddress,
): Promise<Uint8Array | undefined> {
  const { finalSize, purged } = await readHead(reader);
  const { index, width } = address;
  const level = address.kind === 'hashes' ? address.level : 0;
  if (width > tileWidth(level, index, finalSize)) return undefined;
  // A bundle below the minimum index holds records that are gone.
  if (address.kind === 'entries' && index * TILE_WIDTH < minimumIndexOf(purged?.below ?? 0)) return undefined;
  return address.kind === 'hashes'
    ? await tilesOf(finalSize, reader.table, reader.archive).hashes(level, index, width)
    : entryBundle(await leaves(reader, index * TILE_WIDTH, width));
}

/** Leaves from the table; those that have left it come out of their batches in the archive. */
async function leaves(reader: LogReader, first: number, count: number): Promise<Uint8Array[]> {
  const entries: (BatchEntry & { index: number })[] = [];
  for await (const entry of entriesFrom(reader.table, first, first + count)) entries.push(entry);
  const hot = await readRecords(
    reader,
    entries.map(({ eventId }) => eventId),
  );
  const cold = new ColdLeaves(reader);
  const found: Uint8Array[] = [];
  for (const { index, eventId, leafHash: expected } of entries) {
    const stored = hot.get(eventId);
    const leaf = stored?.leaf ?? (await cold.leaf(index, (await batchOf(reader.table, index)).batchFirst));
    if (!equalBytes(leafHash(leaf), expected))
      throw new AuditError('integrity', `the leaf at index ${index} is not the one that was hashed`);
    found.push(leaf);
  }
  return found;
}
