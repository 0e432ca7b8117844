import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { readEntryBundle } from '../log/entry-bundle.ts';
import { EMPTY_ROOT } from '../log/merkle.ts';
import { entriesPath, TILE_WIDTH, tilePath } from '../log/tile.ts';
import { type Failure, failure } from './failure.ts';
import { openTrusted, type Trust } from './key-chain.ts';
import type { Stretch } from './stretch.ts';
import type { Verdict } from './verify.ts';
import { asText, verifyWhole } from './whole-tree.ts';

/** A published log: the bytes under a path of C2SP tlog-tiles; undefined where nothing is. Each may be a lie. */
export interface LogFiles {
  read(path: string): Promise<Uint8Array | undefined>;
}

/** What a reader brings along. */
export interface WholeOptions {
  /** A checkpoint that the reader holds; the log must extend it. */
  other?: string;
  progress?: (records: number) => void;
}

const HASH_OCTETS = 32;

/**
 * A whole log as a tlog-tiles directory or prefix: each bundle, each tile, and the checkpoint. Where the file
 * `minimum-index` says that records below it were purged, their hashes take their place.
 */
export async function verifyTiles(
  files: LogFiles,
  trust: Trust,
  options: WholeOptions = {},
): Promise<Verdict> {
  const note = await files.read('checkpoint');
  if (!note) throw new AuditError('not_found', 'there is no checkpoint in it');
  const head = headOf(asText(note) ?? '', trust, options.other);
  if ('failure' in head) return { verified: false, failure: head.failure, checked: 0 };
  const { tree, older } = head;
  const minimumIndex = readMinimumIndex(await files.read('minimum-index'));
  if (minimumIndex === undefined)
    return {
      verified: false,
      failure: failure('entries_missing', { part: 'minimum-index' }, 'not a multiple of 256'),
      checked: 0,
    };
  const witness = {
    tile: (level: number, index: number, width: number) => files.read(tilePath(level, index, width)),
    tilesUpTo: () => tree.size,
  };
  return await verifyWhole(bundlesOf(files, tree.size, minimumIndex), {
    tree,
    trust,
    witness,
    purgedInSteps: TILE_WIDTH, // a bundle is there or not, also where some of its records are
    ...(older ? { older } : {}),
    ...(options.progress ? { progress: options.progress } : {}),
  });
}

/** The head that everything is verified under, and the older tree that it must extend. */
export function headOf(
  note: string,
  trust: Trust,
  other: string | undefined,
): { tree: Checkpoint; older?: Checkpoint } | { failure: Failure } {
  const opened = openTrusted(note, trust);
  if (!opened.ok) return { failure: failure(opened.failure) };
  const tree = opened.checkpoint;
  if (other === undefined) return { tree };
  const held = openTrusted(other, trust);
  if (!held.ok) return { failure: failure('older_checkpoint_invalid', {}, held.failure) };
  const older = held.checkpoint;
  if (older.size > tree.size)
    return {
      failure: failure(
        'consistency_not_shown',
        {},
        `yours is of ${older.size} records, this log of ${tree.size}`,
      ),
    };
  const constant = older.size === tree.size ? tree.root : older.size === 0 ? EMPTY_ROOT : undefined;
  if (constant && !equalBytes(constant, older.root))
    return { failure: failure('older_checkpoint_inconsistent') };
  return { tree, older };
}

async function* bundlesOf(files: LogFiles, size: number, minimumIndex: number): AsyncGenerator<Stretch> {
  for (let first = 0; first < size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - first);
    const part = entriesPath(first / TILE_WIDTH, width);
    const bytes = await files.read(part);
    if (bytes) {
      const leaves = readEntryBundle(bytes, width);
      yield leaves
        ? { first, part, leaves }
        : { failure: failure('bundle_malformed', { part, index: first }) };
    } else if (first + width <= minimumIndex) yield await purgedStretch(files, first, width);
    else yield { failure: failure('entries_missing', { part, index: first }) };
  }
}

/**
 * The hashes of records that are said to be purged, out of the tile of `width` hashes that they are in: from `first` up to
 * `end` (exclusive) or the tile's end. That they are the log's shows at its root.
 */
export async function purgedStretch(
  files: LogFiles,
  first: number,
  width: number,
  end = Number.POSITIVE_INFINITY,
): Promise<Stretch> {
  const part = tilePath(0, Math.floor(first / TILE_WIDTH), width);
  const tile = await files.read(part);
  if (!tile) return { failure: failure('tile_missing', { part }) };
  if (tile.length !== width * HASH_OCTETS)
    return { failure: failure('tile_altered', { part }, 'it has another length') };
  const offset = first % TILE_WIDTH;
  const hashes = Array.from({ length: Math.min(width - offset, end - first) }, (_, position) =>
    tile.subarray((offset + position) * HASH_OCTETS, (offset + position + 1) * HASH_OCTETS),
  );
  return { first, part, purged: hashes };
}

/** The first index from which all records are there: 0 where nothing is said; undefined where it makes no sense. */
export function readMinimumIndex(bytes: Uint8Array | undefined): number | undefined {
  if (!bytes) return 0;
  const [, digits] = /^(0|[1-9][0-9]{0,15})\n?$/.exec(asText(bytes) ?? '') ?? [];
  const index = Number(digits ?? Number.NaN);
  return Number.isSafeInteger(index) && index % TILE_WIDTH === 0 ? index : undefined;
}
