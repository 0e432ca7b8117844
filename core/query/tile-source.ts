import { concatBytes } from '../encoding.ts';
import { isAuditError } from '../errors.ts';
import { knownHashes } from '../index/known-hashes.ts';
import { TILE_WIDTH, type TileSource, tilePath, tileWidth } from '../log/tile.ts';
import type { Archive, RecordsReader } from '../ports.ts';
import { entriesFrom } from './batches.ts';

const HASH_OCTETS = 32;

/**
 * The tiles of the tree of `size` leaves, which must be final: those that are full come from the archive, the
 * others from the table. A full tile that the archive does not give is taken from the table too.
 */
export function tilesOf(
  size: number,
  table: Pick<RecordsReader, 'query'>,
  archive: Pick<Archive, 'read'>,
): TileSource {
  return {
    async hashes(level, index, width) {
      if (tileWidth(level, index, size) === TILE_WIDTH) {
        const tile = await archive.read(tilePath(level, index));
        if (tile) return tile.subarray(0, width * HASH_OCTETS);
      }
      if (level > 0) return await knownHashes(table, level, index, width);
      // Many small batches may share a tile: their items are read as one range, not one by one.
      const first = index * TILE_WIDTH;
      const hashes: Uint8Array[] = [];
      try {
        for await (const { leafHash } of entriesFrom(table, first, first + width)) hashes.push(leafHash);
        return concatBytes(...hashes);
      } catch (error) {
        // A table that was made again has no batch items of purged records, but their hashes.
        if (!isAuditError(error, 'integrity')) throw error;
        return await knownHashes(table, 0, index, width);
      }
    },
  };
}
