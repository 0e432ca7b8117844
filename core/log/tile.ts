import { concatBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { CompletedNode } from './right-edge.ts';

/** C2SP tlog-tiles: where a tile stands, and how wide it is. */

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
const HASH_OCTETS = 32;

/** Levels of the tree in one level of tiles: 2^8 is the width. */
export const TILE_HEIGHT = 8;

/** Where the hashes of tiles come from: the archive for full tiles, the table for partial ones. */
export interface TileSource {
  /**
   * The first `width` (1 to 256) hashes of the tile `index` at tile level `level`, `width` × 32 octets. Asked only
   * for what the tree that is read has.
   */
  hashes(level: number, index: number, width: number): Promise<Uint8Array>;
}

/** A tile as its path names it. `width` is 256 for a full tile. */
export type TileAddress =
  | { kind: 'hashes'; level: number; index: number; width: number }
  | { kind: 'entries'; index: number; width: number };

/** `tile/<L>/<N>`, with `.p/<W>` where `width` is below 256. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  return `tile/${level}/${groups(index)}${suffix(width)}`;
}

/** `tile/entries/<N>`, with `.p/<W>` where `width` is below 256. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${groups(index)}${suffix(width)}`;
}

/** Reads what `tilePath` and `entriesPath` write, in that one form; undefined on anything else. */
export function parseTilePath(path: string): TileAddress | undefined {
  const match =
    /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (!match) return undefined;
  const [, kind = '', number = '', partial] = match;
  const index = Number(number.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  // One tile, one path: no leading zero groups, and a full tile has no `.p`.
  if (number !== groups(index) || !Number.isSafeInteger(index * TILE_WIDTH)) return undefined;
  if (partial !== undefined && width >= TILE_WIDTH) return undefined;
  if (kind === 'entries') return { kind: 'entries', index, width };
  return Number(kind) > 63 ? undefined : { kind: 'hashes', level: Number(kind), index, width };
}

/** Hashes that tile `index` at tile level `level` has in the tree of `size` leaves: 0 to 256. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
  return Math.max(0, Math.min(TILE_WIDTH, hashes));
}

/**
 * The full hash tiles that become complete when the tree grows from `from` leaves by the batch that `completed` (of
 * `appendToEdge`) describes: path in the archive and 8,192 octets each. Only hashes that older batches gave are asked
 * of `source`, as partial tiles of the tree of `from` leaves.
 */
export async function completedTiles(
  from: number,
  completed: readonly CompletedNode[],
  source: TileSource,
): Promise<{ path: string; bytes: Uint8Array }[]> {
  const fresh = new Map<string, Uint8Array>();
  for (const { level, index, hash } of completed) {
    if (level % TILE_HEIGHT === 0) fresh.set(`${level / TILE_HEIGHT}/${index}`, hash);
  }
  const roots = completed.filter(({ level }) => level > 0 && level % TILE_HEIGHT === 0);
  return await Promise.all(
    roots.map(async (root) => {
      // The root of a full tile is the first hash of the batch's that the tile above gets, so it names the tile.
      const level = root.level / TILE_HEIGHT - 1;
      const known = tileWidth(level, root.index, from);
      const older = known === 0 ? new Uint8Array(0) : await source.hashes(level, root.index, known);
      if (older.length !== known * HASH_OCTETS)
        throw new AuditError('integrity', `tile ${tilePath(level, root.index, known)} has another width`);
      const newer: Uint8Array[] = [];
      for (let offset = known; offset < TILE_WIDTH; offset++) {
        const hash = fresh.get(`${level}/${root.index * TILE_WIDTH + offset}`);
        if (!hash) throw new AuditError('integrity', 'a batch lacks a hash of a tile that it completes');
        newer.push(hash);
      }
      return { path: tilePath(level, root.index), bytes: concatBytes(older, ...newer) };
    }),
  );
}

/** 1234067 is `x001/x234/067`. */
function groups(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  return padded.replaceAll(/\d{3}(?=\d)/g, 'x$&/');
}

function suffix(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`;
}
