import { parseRecordsObject, type RecordsFile } from '../../core/archive/layout.ts';
import { isNamedIndex } from '../../core/index/packing.ts';
import type { ArchiveFiles } from '../../core/receipt/verify-archive.ts';
import { isOrder } from '../../core/retention/purge-order.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import type { MemoryCloud } from './memory-cloud.ts';

/** A copy of an archive: its objects by name. */
export type ArchiveCopy = Map<string, Uint8Array>;

export function copyOf({ archived }: Pick<MemoryCloud, 'archived'>): ArchiveCopy {
  return new Map([...archived].map(([name, { bytes }]) => [name, bytes]));
}

/** The copy as a verifier sees it. */
export function filesOf(copy: ArchiveCopy): ArchiveFiles {
  const under = (folder: string, ending = '') =>
    [...copy.keys()]
      .filter((name) => name.startsWith(folder) && name.endsWith(ending))
      .map((name) => name.slice(folder.length, name.length - ending.length))
      .filter(isNamedIndex)
      .map(Number)
      .sort((a, b) => a - b);
  const records = [...copy.keys()]
    .map(parseRecordsObject)
    .filter((file): file is RecordsFile => file !== undefined);
  return {
    read: async (path: string) => copy.get(path),
    names: {
      commits: under('commit/'),
      checkpoints: under('checkpoint/'),
      records,
      signatures: under('signatures/'),
      keys: under('key/', '.json'),
      purges: [...copy.keys()].filter(isOrder),
    },
    codec: zlibCodec,
  };
}
