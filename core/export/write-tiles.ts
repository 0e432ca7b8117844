import { AuditError } from '../errors.ts';
import { entriesPath, TILE_WIDTH, type TileAddress, tilePath, tileWidth } from '../log/tile.ts';
import { type LogReader, readHead } from '../query/log-reader.ts';
import { publishedTile } from '../query/published-tile.ts';
import { minimumIndexOf } from '../retention/purged.ts';
import type { ExportJob, ExportTree } from './export-job.ts';
import { type FilesProgress, type Part, readProgress, storeProgress, writePart } from './parts.ts';
import type { RecordsWriter } from './write-records.ts';

/** Octets of tiles between two notes of how far it is. */
const NOTE_BYTES = 16 * 1024 * 1024;
/** A manifest names 10,000 files; beside the tiles there are a few more. */
const MOST_TILES = 9_900;

/**
 * Writes the log of `tree` as C2SP tlog-tiles, from where the files stand: the bundles with their hash tiles in their
 * order, then the tiles above them. A name has the same octets for ever, so writing one again changes nothing. Bundles
 * whose records were purged are left out; their hashes stay.
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
  let next = 1 + addresses.findIndex(({ path }) => path === progress.parts.at(-1)?.name);
  while (next < addresses.length) {
    const written: Part[] = [];
    let octets = 0;
    for (const { path, address } of addresses.slice(next)) {
      next++;
      const bytes = await publishedTile(reader, address);
      if (bytes) {
        written.push(await writePart(files, job.exportId, path, bytes));
        octets += bytes.length;
      } else if (address.kind === 'hashes' || address.index * TILE_WIDTH >= (await minimumIndex(reader)))
        throw new AuditError('integrity', `the log has no ${path}, which its checkpoint calls for`);
      if (octets >= partBytes || mustStop()) break;
    }
    const parts = [...progress.parts, ...written];
    progress = { ...progress, parts, ...shownBy(parts, addresses, tree.size) };
    await storeProgress(files, job.exportId, progress);
    if (!(await onPart(progress.records)) || mustStop())
      return { progress, complete: next === addresses.length };
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

/** The first index from which all records are there. */
export async function minimumIndex(reader: Pick<LogReader, 'heads'>): Promise<number> {
  const { purged } = await readHead(reader);
  return minimumIndexOf(purged?.below ?? 0);
}

/** What the bundles among `parts` hold. */
function shownBy(
  parts: readonly Part[],
  addresses: readonly { path: string; address: TileAddress }[],
  size: number,
) {
  const written = new Set(parts.map(({ name }) => name));
  const bundles = addresses.filter(({ path, address }) => address.kind === 'entries' && written.has(path));
  const [first] = bundles;
  return {
    records: bundles.reduce((sum, { address }) => sum + address.width, 0),
    first: first ? first.address.index * TILE_WIDTH : null,
    last: first ? size - 1 : null,
  };
}
