import { AuditError } from '../errors.ts';
import { inclusionProof, type NodeReader, perfectSubtrees } from './proof.ts';
import { TILE_HEIGHT, TILE_WIDTH, type TileSource, tileWidth } from './tile.ts';

const HASH_OCTETS = 32;

/**
 * Reads nodes of the tree of `size` leaves from its tiles. Each tile is fetched once, and hashed up once, in the life
 * of the reader; make one for each answer, since it keeps everything that it read.
 */
export function nodesOfTiles(size: number, source: TileSource): NodeReader {
  const tiles = new Map<string, Promise<Uint8Array[][]>>();

  async function subtreesOf(level: number, tile: number): Promise<Uint8Array[][]> {
    const width = tileWidth(level, tile, size);
    if (width === 0) throw new AuditError('invalid_request', 'no such tile in the tree');
    const bytes = await source.hashes(level, tile, width);
    if (bytes.length !== width * HASH_OCTETS)
      throw new AuditError(
        'integrity',
        `tile ${level}/${tile} has ${bytes.length} octets, not ${width} hashes`,
      );
    const hashes = Array.from({ length: width }, (_, position) =>
      bytes.subarray(position * HASH_OCTETS, (position + 1) * HASH_OCTETS),
    );
    return perfectSubtrees(hashes);
  }

  return async ({ level, index }) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const height = level % TILE_HEIGHT;
    const perTile = TILE_WIDTH / 2 ** height; // nodes of this height in a tile
    const tile = Math.floor(index / perTile);
    const name = `${tileLevel}/${tile}`;
    const subtrees = tiles.get(name) ?? subtreesOf(tileLevel, tile);
    tiles.set(name, subtrees);
    const hash = (await subtrees)[height]?.[index % perTile];
    if (!hash) throw new AuditError('invalid_request', 'no complete subtree stands there');
    return hash;
  };
}

/** Inclusion proofs of many leaves in one tree, in the order of `indices`. Each tile is fetched once, all in parallel. */
export async function inclusionProofs(
  indices: readonly number[],
  size: number,
  source: TileSource,
): Promise<Uint8Array[][]> {
  const read = nodesOfTiles(size, source);
  return await Promise.all(indices.map((index) => inclusionProof(index, size, read)));
}
