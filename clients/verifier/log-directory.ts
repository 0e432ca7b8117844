import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { TILE_WIDTH } from '../../core/log/tile.ts';
import type { LogFiles } from '../../core/receipt/verify-tiles.ts';
import { kindOf, readInside } from './files.ts';

const MAX_OBJECT = TILE_WIDTH * (2 + 0xffff); // the longest bundle that the format allows

/** A folder that holds a log as C2SP tlog-tiles. Links that lead out of it are not followed. */
export function logDirectory(directory: string, longest = MAX_OBJECT): LogFiles {
  let root: string | undefined;
  return {
    async read(path) {
      root ??= await rootOf(directory);
      return root === undefined ? undefined : readInside(root, join(...path.split('/')), longest);
    },
  };
}

/** Where the folder lies, its own links followed; undefined where there is none yet. */
async function rootOf(directory: string): Promise<string | undefined> {
  return (await kindOf(directory)) === 'directory' ? await realpath(directory) : undefined;
}
