import { utf8 } from '../../../core/encoding.ts';
import { leafHash, nodeHash } from '../../../core/log/merkle.ts';
import { perfectSubtrees } from '../../../core/log/proof.ts';
import type { TileSource } from '../../../core/log/tile.ts';

/** Leaf hashes of a log of `size` leaves that are all different. */
export function leavesOf(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, index) => leafHash(utf8(`leaf ${index}`)));
}

/** MTH of RFC 6962, section 2.1, by its own recursion: slow, and with nothing in common with what is tested. */
export function recursiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (!first) throw new Error('the empty tree has a constant root');
  if (hashes.length === 1) return first;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(recursiveRoot(hashes.slice(0, split)), recursiveRoot(hashes.slice(split)));
}

/** The tiles of a log that is all in memory; `asked` lists what was fetched. */
export function tilesOf(leaves: readonly Uint8Array[]): TileSource & { asked: string[] } {
  const levels = perfectSubtrees(leaves);
  const asked: string[] = [];
  return {
    asked,
    hashes: async (level, index, width) => {
      asked.push(`${level}/${index}.p/${width}`);
      const hashes = (levels[8 * level] ?? []).slice(256 * index, 256 * index + width);
      return new Uint8Array(hashes.flatMap((hash) => [...hash]));
    },
  };
}
