import { AuditError } from '../errors.ts';
import { entriesPath, TILE_WIDTH, type TileAddress, tilePath, tileWidth } from '../log/tile.ts';
import { publishedTile } from '../query/published-tile.ts';
import type { ExportJob, ExportTree } from './export-job.ts';
import { type FilesProgress, type Part, readProgress, storeProgress, writePart } from './parts.ts';
import type { RecordsWriter } from './write-records.ts';

/** Octets of tiles between two notes of how far it is. */
const NOTE_BYTES = 16 * 1024 * 1024;
/** A manifest names 10,000 files; beside the tiles there are a few more. */
const MOST_TILES = 9_900;

/**
 * Writes the log of `tree` as C2SP tlog-tiles, from where the files stand: the bundles with their hash tiles in their
 * order, then the tiles above them. A name has the same octets for ever, so writing one again changes nothing.
 */
export async function writeTiles(
  job: ExportJob,
  tree: ExportTree,
  { files, reader, mustStop, onPart, partBytes = NOTE_BYTES }: RecordsWriter,
): Promise<{ progress: FilesProgress; complete: boolean }> {
  let progress = await readProgress(files, job.exportId);
  const addresses = addressesOf(tree.size);
  if (addresses.length > MOST_TILES)
    throw new AuditError(
      'too_large',
      'The log is too long for one zip. Fetch it tile by tile: GET /v1/audit/log/tile, as npm run tenant -- export does.',
    );
  while (progress.parts.length < addresses.length) {
    const written: Part[] = [];
    let octets = 0;
    for (const { path, address } of addresses.slice(progress.parts.length)) {
      const bytes = await publishedTile(reader, address);
      if (!bytes) throw new AuditError('integrity', `the log has no ${path}, which its checkpoint calls for`);
      written.push(await writePart(files, job.exportId, path, bytes));
      octets += bytes.length;
      if (octets >= partBytes || mustStop()) break;
    }
    const parts = [...progress.parts, ...written];
    const records = recordsIn(parts.length, tree.size);
    progress = { ...progress, parts, records, first: 0, last: tree.size - 1 };
    await storeProgress(files, job.exportId, progress);
    if (!(await onPart(records)) || mustStop())
      return { progress, complete: parts.length === addresses.length };
  }
  return { progress, complete: await onPart(progress.records) };
}

/** Every bundle and tile of a log of `size` leaves, in the order in which they are written. */
function addressesOf(size: number): { path: string; address: TileAddress }[] {
  const addresses: { path: string; address: TileAddress }[] = [];
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (let index = 0; tileWidth(level, index, size) > 0; index++) {
      const width = tileWidth(level, index, size);
      if (level === 0)
        addresses.push({
          path: entriesPath(index, width),
          address: { kind: 'entries', index, width },
        });
      addresses.push({
        path: tilePath(level, index, width),
        address: { kind: 'hashes', level, index, width },
      });
    }
  }
  return addresses;
}

/** Records in the first `count` files: two files hold a bundle of them and its hashes. */
function recordsIn(count: number, size: number): number {
  return Math.min(size, Math.ceil(count / 2) * TILE_WIDTH);
}
