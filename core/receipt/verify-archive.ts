import { type RecordsFile, recordsObject } from '../archive/layout.ts';
import { decodeRecordsFile } from '../archive/records-file.ts';
import { equalBytes, fromHex } from '../encoding.ts';
import { AuditError, isAuditError } from '../errors.ts';
import { checkpointObject, commitObject } from '../index/keys.ts';
import { TILE_WIDTH, tilePath } from '../log/tile.ts';
import type { Codec } from '../ports.ts';
import { decodeOrder, orderObject, type PurgeOrder } from '../retention/purge-order.ts';
import { decodeSegment } from '../sequencer/segment.ts';
import { trustIn } from './archive-keys.ts';
import { ArchiveSignatures } from './archive-signatures.ts';
import { type Failure, failure } from './failure.ts';
import type { Trust } from './key-chain.ts';
import type { Stretch } from './stretch.ts';
import type { Verdict } from './verify.ts';
import { headOf, type LogFiles, purgedStretch, readMinimumIndex, type WholeOptions } from './verify-tiles.ts';
import { asText, verifyWhole } from './whole-tree.ts';

/** What there is under each prefix, ascending. */
export interface ArchiveNames {
  /** Firsts of the batches. */
  commits: readonly number[];
  /** Sizes. */
  checkpoints: readonly number[];
  records: readonly RecordsFile[];
  /** Firsts of the batches whose records are signed each. */
  signatures: readonly number[];
  /** Sizes at which a key took over from another, by the names of the links (`key/<size>.json`). */
  keys: readonly number[];
  /** Orders of purges, by their whole names. */
  purges: readonly string[];
}

/** A copy of an archive: its files by their names in the bucket, and which names there are. */
export interface ArchiveFiles extends LogFiles {
  names: ArchiveNames;
  codec: Pick<Codec, 'gunzip'>;
}

/**
 * A copy of a tenant's archive, and nothing else: the batches in their order, or the daily records where batches have
 * lapsed, under the last checkpoint; every checkpoint and every full tile on the way; and each file of daily records,
 * which must hold exactly the records of the batches.
 */
export async function verifyArchive(
  files: ArchiveFiles,
  given: Trust,
  options: WholeOptions = {},
): Promise<Verdict> {
  const { commits, checkpoints } = files.names;
  const last = checkpoints.at(-1);
  const note = last === undefined ? undefined : await files.read(checkpointObject(last));
  if (last === undefined || !note)
    throw new AuditError('not_found', 'there is no checkpoint in it: no record was ever signed for');
  const trusted = await trustIn(files, files.names.keys, given);
  if ('failure' in trusted) return refused(trusted.failure);
  const { trust } = trusted;
  const where = { part: checkpointObject(last) };
  const head = headOf(asText(note) ?? '', trust, options.other);
  if ('failure' in head) return refused(failure(head.failure.code, where, head.failure.detail));
  const { tree, older } = head;
  if (tree.size !== last)
    return refused(failure('checkpoint_of_another_tree', where, `it is of size ${tree.size}`));
  const purged = await purgedPart(files);
  if ('failure' in purged) return refused(purged.failure);

  const signed = new Set(checkpoints);
  const lastBatch = commits.filter((first) => first < tree.size).at(-1) ?? tree.size;
  const witness = {
    tile: async (level: number, index: number, width: number) =>
      width === TILE_WIDTH ? await files.read(tilePath(level, index)) : undefined,
    // Partial tiles are not stored, and those that the last batch completed may have been on their way when it was copied.
    tilesUpTo: () => Math.floor(lastBatch / TILE_WIDTH) * TILE_WIDTH,
    checkpoint: async (size: number) => {
      const bytes = signed.has(size) ? await files.read(checkpointObject(size)) : undefined;
      return bytes && (asText(bytes) ?? '');
    },
  };
  return await verifyWhole(new Walk(files, tree.size, purged).stretches(), {
    tree,
    trust,
    witness,
    ...(older ? { older } : {}),
    ...(options.progress ? { progress: options.progress } : {}),
  });
}

type Leaves = Extract<Stretch, { leaves: Uint8Array[] }>;

/** One walk over the leaves of an archive, with one file of daily records in memory. */
class Walk {
  readonly #files: ArchiveFiles;
  readonly #size: number;
  readonly #purged: PurgedPart;
  readonly #commits: ReadonlySet<number>;
  readonly #signatures: ArchiveSignatures;
  #daily: { file: RecordsFile; leaves: Uint8Array[] } | undefined;
  #nextDaily = 0;

  constructor(files: ArchiveFiles, size: number, purged: PurgedPart) {
    this.#files = files;
    this.#size = size;
    this.#purged = purged;
    this.#commits = new Set(files.names.commits);
    this.#signatures = new ArchiveSignatures(files, files.names.signatures);
  }

  async *stretches(): AsyncGenerator<Stretch> {
    let next = 0;
    while (next < this.#size) {
      const stretch = await this.#stretch(next);
      yield stretch;
      if ('failure' in stretch) break;
      next += ('leaves' in stretch ? stretch.leaves : stretch.purged).length;
    }
  }

  async #stretch(first: number): Promise<Stretch> {
    const part = commitObject(first);
    try {
      if (this.#commits.has(first)) return await this.#batch(first, part);
      const daily = await this.#dailyAt(first);
      if (daily) {
        const leaves = daily.leaves.slice(first - daily.file.first);
        return await this.#withSignatures({ first, part: recordsObject(daily.file), leaves }, false);
      }
      if (first < this.#purged.below) return await this.#purgedFrom(first);
      return { failure: failure('entries_missing', { index: first, part }) };
    } catch (error) {
      if (!isAuditError(error, 'integrity', 'malformed', 'too_large')) throw error;
      return {
        failure: failure('batch_malformed', {
          index: first,
          part: this.#commits.has(first) ? part : 'records/',
        }),
      };
    }
  }

  /** Hashes in the place of purged records, up to what was kept, or to the line. */
  async #purgedFrom(first: number): Promise<Stretch> {
    const { below, order } = this.#purged;
    const { commits, records } = this.#files.names;
    const kept = commits.find((commit) => commit > first) ?? below;
    const end = Math.min(below, kept, records.find((file) => file.first > first)?.first ?? below);
    const tile = Math.floor(below / TILE_WIDTH) * TILE_WIDTH;
    if (!order || first < tile) return await purgedStretch(this.#files, first, TILE_WIDTH, end);
    // The last tile may not be full, and then it is not stored: the order holds its hashes.
    const purged = order.tree.hashes.slice(first - tile, end - tile).map(fromHex);
    const part = orderObject(order);
    return purged.length === end - first
      ? { first, part, purged }
      : { failure: failure('purge_order_malformed', { part }) };
  }

  async #batch(first: number, part: string): Promise<Stretch> {
    const bytes = await this.#files.read(part);
    if (!bytes) return { failure: failure('entries_missing', { index: first, part }) };
    const segment = decodeSegment(bytes, this.#files.codec);
    if (segment.first !== first) return { failure: failure('batch_of_another_tree', { index: first, part }) };
    const leaves = segment.leaves.map((leaf) => leaf.bytes);
    for (const [position, leaf] of leaves.entries()) {
      const index = first + position;
      const daily = await this.#dailyAt(index);
      const copy = daily?.leaves[index - daily.file.first];
      if (daily && !(copy && equalBytes(copy, leaf)))
        return { failure: failure('daily_records_altered', { index, part: recordsObject(daily.file) }) };
    }
    const claims = { rootBefore: segment.previousRoot, rootAfter: segment.root };
    return await this.#withSignatures({ first, part, leaves, claims }, segment.signEach ?? false);
  }

  async #withSignatures(stretch: Leaves, demanded: boolean): Promise<Stretch> {
    const found = await this.#signatures.of(stretch.first, stretch.leaves.length, demanded);
    return 'failure' in found ? found : { ...stretch, ...found };
  }

  /** The file of daily records that holds `index`; indices are asked for in order. */
  async #dailyAt(index: number): Promise<{ file: RecordsFile; leaves: Uint8Array[] } | undefined> {
    const { records } = this.#files.names;
    while ((records[this.#nextDaily]?.last ?? Number.POSITIVE_INFINITY) < index) this.#nextDaily++;
    const file = records[this.#nextDaily];
    if (!file || index < file.first) return undefined;
    if (this.#daily?.file !== file) {
      const bytes = await this.#files.read(recordsObject(file));
      const leaves = bytes ? decodeRecordsFile(bytes, this.#files.codec) : [];
      if (leaves.length !== file.last - file.first + 1)
        throw new AuditError('malformed', 'a file of daily records does not hold what its name says');
      this.#daily = { file, leaves };
    }
    return this.#daily;
  }
}

/** What is said to be purged: all below a line, with the order that drew it; 0 where nothing is. */
interface PurgedPart {
  below: number;
  order?: PurgeOrder;
}

async function purgedPart(files: ArchiveFiles): Promise<PurgedPart | { failure: Failure }> {
  const last = files.names.purges.toSorted().at(-1);
  if (last === undefined) {
    const below = readMinimumIndex(await files.read('minimum-index'));
    return below === undefined
      ? { failure: failure('entries_missing', { part: 'minimum-index' }, 'not a multiple of 256') }
      : { below };
  }
  try {
    const order = decodeOrder((await files.read(last)) ?? new Uint8Array());
    return { below: order.purged_below, order };
  } catch (error) {
    if (!isAuditError(error, 'integrity')) throw error;
    return { failure: failure('purge_order_malformed', { part: last }) };
  }
}

function refused(first: ReturnType<typeof failure>): Verdict {
  return { verified: false, failure: first, checked: 0 };
}
