import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { TILE_WIDTH } from '../../core/log/tile.ts';
import type { LogFiles } from '../../core/receipt/verify-tiles.ts';
import { readInside } from './files.ts';

const MAX_OBJECT = TILE_WIDTH * (2 + 0xffff); // the longest bundle that the format allows

/** A folder that holds a log as C2SP tlog-tiles. Links that lead out of it are not followed. */
export function logDirectory(directory: string, longest = MAX_OBJECT): LogFiles {
  let root: string | undefined;
  return {
    async read(path) {
      root ??= await realpath(directory);
      return readInside(root, join(...path.split('/')), longest);
    },
  };
}
