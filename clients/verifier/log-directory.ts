import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { TILE_WIDTH } from '../../core/log/tile.ts';
import type { LogFiles } from '../../core/receipt/verify-tiles.ts';
import { kindOf, readSmall } from './files.ts';

const MAX_OBJECT = TILE_WIDTH * (2 + 0xffff); // the longest bundle that the format allows

/** A folder that holds a log as C2SP tlog-tiles. Links that lead out of it are not followed. */
export function logDirectory(directory: string, longest = MAX_OBJECT): LogFiles {
  return {
    async read(path) {
      const file = join(directory, ...path.split('/'));
      if ((await kindOf(file)) !== 'file') return undefined;
      if (!(await realpath(file)).startsWith((await realpath(directory)) + sep)) return undefined;
      return await readSmall(file, longest);
    },
  };
}
