import { z } from 'zod';
import { equalBytes, fromUtf8, toDigestText } from '../encoding.ts';
import { parseJsonText } from '../event/json-text.ts';
import { LIMITS } from '../event/limits.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { appendToEdge, rootOf } from '../log/right-edge.ts';
import { TILE_HEIGHT, TILE_WIDTH, tilePath, tileWidth } from '../log/tile.ts';
import { type Failure, failure, type Where } from './failure.ts';
import { openTrusted, type Trust } from './key-chain.ts';
import { quickRecord } from './quick-record.ts';
import type { Stretch, StretchSignature, TreeWitness } from './stretch.ts';
import type { Shown, Verdict } from './verify.ts';
import { type Outcome, type ReadRecord, readRecord } from './verify-record.ts';
import { signatureFailure } from './verify-signature.ts';

/** What a whole log is judged by. */
export interface WholeTerms {
  /** The head that was verified: the tree that the leaves must make. */
  tree: Checkpoint;
  trust: Trust;
  witness: TreeWitness;
  /** A checkpoint of a smaller tree, verified, that the reader holds. */
  older?: Checkpoint;
  progress?: (records: number) => void;
  /** Records that come in files of so many are missing by the file: 1 where each may be missing by itself. */
  purgedInSteps?: number;
}

const RECORD_TEXT = { bytes: LIMITS.recordBytes, depth: LIMITS.depth + 2, keys: 2 * LIMITS.keys };
const HASH_OCTETS = 32;

/** What a record of a purge says: the first index from which all records are still there, rounded up to a tile or exactly. */
const purgeSchema = z.looseObject({
  ingest: z.looseObject({ source: z.literal('internal') }),
  event: z.looseObject({
    event_type: z.literal('RECORDS_PURGED'),
    payload: z.looseObject({
      after: z.looseObject({
        minimum_index: z.int().nonnegative(),
        purged_below: z.int().nonnegative().optional(),
      }),
    }),
  }),
});

/**
 * Verifies a whole log in one pass over its leaves: each is a record, together they make the signed root, and on the way
 * the root of every older tree that is known. Memory does not grow with the log: the right edge and a tile a level.
 */
export async function verifyWhole(stretches: AsyncIterable<Stretch>, terms: WholeTerms): Promise<Verdict> {
  const pass = new Pass(terms);
  for await (const stretch of stretches) {
    const failed = 'failure' in stretch ? stretch.failure : await pass.take(stretch);
    if (failed) return { verified: false, failure: failed, checked: pass.records };
    if (pass.size >= terms.tree.size) break;
  }
  const failed = pass.end();
  return failed
    ? { verified: false, failure: failed, checked: pass.records }
    : { verified: true, shown: pass.shown() };
}

class Pass {
  readonly #terms: WholeTerms;
  readonly #tiles = new Map<number, { index: number; hashes: Uint8Array | undefined }>();
  #edge: Uint8Array[] = [];
  /** As the records tell, and as is seen: nothing at or above it is purged. */
  #purgedBelow = 0;
  #purgedEnd = 0;
  #firstIndex: number | undefined;
  size = 0;
  records = 0;
  signatures = 0;

  constructor(terms: WholeTerms) {
    this.#terms = terms;
  }

  async take(stretch: Exclude<Stretch, { failure: Failure }>): Promise<Failure | undefined> {
    const { first, part, claims } = stretch;
    if (first !== this.size) return failure('entries_missing', { index: Math.min(first, this.size), part });
    if (claims && !equalBytes(claims.rootBefore, rootOf(this.#edge)))
      return failure('batch_of_another_tree', { part });
    const hashes: Uint8Array[] = [];
    if ('purged' in stretch) {
      hashes.push(...stretch.purged);
      this.#purgedEnd = first + stretch.purged.length;
    } else {
      for (const leaf of stretch.leaves) {
        const index = first + hashes.length;
        if (index >= this.#terms.tree.size) break; // not signed for yet
        const read = this.#record(leaf, { index, part });
        if (!read.ok) return read.failure;
        const unsigned = this.#signature(stretch.signatures?.[hashes.length], index, read.leafHash);
        if (unsigned) return unsigned;
        hashes.push(read.leafHash);
      }
    }
    const whole = 'purged' in stretch || hashes.length === stretch.leaves.length;
    const failed = await this.#append(hashes, part);
    if (failed) return failed;
    if (claims && whole && !equalBytes(claims.rootAfter, rootOf(this.#edge)))
      return failure('batch_of_another_tree', { part }, 'its own root is another one');
    return whole ? await this.#compareCheckpoint() : undefined;
  }

  /** What is left to say once no leaf is left. */
  end(): Failure | undefined {
    const { tree } = this.#terms;
    if (this.size < tree.size)
      return failure('entries_missing', { index: this.size }, `the checkpoint signs for ${tree.size}`);
    if (!equalBytes(rootOf(this.#edge), tree.root)) return failure('root_mismatch');
    const { purgedInSteps = 1 } = this.#terms;
    return this.#purgedEnd <= Math.ceil(this.#purgedBelow / purgedInSteps) * purgedInSteps
      ? undefined
      : failure(
          'purge_not_recorded',
          { index: this.#purgedBelow },
          `${this.size - this.records} records are not here`,
        );
  }

  shown(): Shown {
    const { tree, older } = this.#terms;
    const purged = this.size - this.records;
    return {
      origin: tree.origin,
      tree_size: tree.size,
      root: toDigestText(tree.root),
      count: this.records,
      ...(this.#firstIndex === undefined ? {} : { first_index: this.#firstIndex, last_index: tree.size - 1 }),
      missing: 0,
      holes: [],
      disclosures: 0,
      ...(this.signatures === 0 ? {} : { record_signatures: this.signatures }),
      ...(purged === 0 ? {} : { purged }),
      ...(older ? { consistent_with: older.size } : {}),
    };
  }

  #record(
    leaf: Uint8Array,
    where: Where,
  ): { ok: true; leafHash: Uint8Array } | { ok: false; failure: Failure } {
    const quick = quickRecord(leaf);
    const read = quick ? { ok: true as const, ...quick, record: undefined } : suspiciousRecord(leaf);
    if (!read.ok) return { ok: false, failure: failure(read.code, where, read.detail) };
    this.records++;
    this.#firstIndex ??= where.index ?? 0;
    if (this.records % 1_000 === 0) this.#terms.progress?.(this.records);
    this.#purgedBelow = Math.max(this.#purgedBelow, purgedUpTo(read.record));
    return read;
  }

  /** Looks at the record's own signature, where it has one. */
  #signature(signature: StretchSignature, index: number, leafHash: Uint8Array): Failure | undefined {
    if (!signature) return undefined;
    this.signatures++;
    const { tree, trust } = this.#terms;
    const signed = { origin: tree.origin, index, leafHash };
    return signatureFailure(signature.octets, signed, trust, { index, part: signature.part });
  }

  /** Adds hashes, cut at the older checkpoint's size, whose root must come by. */
  async #append(hashes: readonly Uint8Array[], part: string): Promise<Failure | undefined> {
    const { older } = this.#terms;
    const cut = older ? older.size - this.size : -1;
    const pieces = cut > 0 && cut <= hashes.length ? [hashes.slice(0, cut), hashes.slice(cut)] : [hashes];
    for (const piece of pieces) {
      const { edge, completed } = appendToEdge(this.#edge, this.size, piece);
      for (const node of completed) {
        if (node.level % TILE_HEIGHT !== 0) continue;
        const level = node.level / TILE_HEIGHT;
        const tile = Math.floor(node.index / TILE_WIDTH);
        // Nothing is waited for that is there: this is done for each record.
        const unread = this.#tiles.get(level)?.index === tile ? undefined : await this.#readTile(level, tile);
        const failed = unread ?? this.#compareTile(level, node.index, node.hash, part);
        if (failed) return failed;
      }
      this.#edge = edge;
      this.size += piece.length;
      if (this.size === older?.size && !equalBytes(rootOf(edge), older.root))
        return failure('older_checkpoint_inconsistent', { index: this.size - 1 });
    }
    return undefined;
  }

  async #readTile(level: number, tile: number): Promise<Failure | undefined> {
    const { tree, witness } = this.#terms;
    const width = tileWidth(level, tile, tree.size);
    const hashes = await witness.tile(level, tile, width);
    this.#tiles.set(level, { index: tile, hashes });
    const part = tilePath(level, tile, width);
    const end = Math.min((tile + 1) * TILE_WIDTH ** (level + 1), tree.size);
    if (!hashes) return end <= witness.tilesUpTo() ? failure('tile_missing', { part }) : undefined;
    return hashes.length === width * HASH_OCTETS
      ? undefined
      : failure('tile_altered', { part }, 'it has another length');
  }

  #compareTile(level: number, index: number, hash: Uint8Array, part: string): Failure | undefined {
    const hashes = this.#tiles.get(level)?.hashes;
    const offset = (index % TILE_WIDTH) * HASH_OCTETS;
    if (!hashes || equalBytes(hashes.subarray(offset, offset + HASH_OCTETS), hash)) return undefined;
    const tile = Math.floor(index / TILE_WIDTH);
    const width = tileWidth(level, tile, this.#terms.tree.size);
    const where = { part: tilePath(level, tile, width), ...(level === 0 ? { index } : {}) };
    return failure(
      'tile_altered',
      where,
      level === 0 ? `${part} has another record there` : 'the records make another hash',
    );
  }

  async #compareCheckpoint(): Promise<Failure | undefined> {
    const { trust, witness, tree } = this.#terms;
    if (this.size >= tree.size) return undefined; // that one is compared at the end
    const note = await witness.checkpoint?.(this.size);
    if (note === undefined) return undefined;
    const opened = openTrusted(note, trust);
    const where = { part: `the checkpoint of size ${this.size}` };
    if (!opened.ok) return failure(opened.failure, where);
    const { size, root } = opened.checkpoint;
    return size === this.size && equalBytes(root, rootOf(this.#edge))
      ? undefined
      : failure('checkpoint_of_another_tree', where);
  }
}

/** What is wrong with a leaf, read with all suspicion. */
function suspiciousRecord(leaf: Uint8Array): Outcome<ReadRecord> {
  const parsed = parseJsonText(leaf, RECORD_TEXT);
  return parsed.ok
    ? readRecord(parsed.value, { leaf })
    : { ok: false, code: 'record_malformed', detail: parsed.detail };
}

/** Below which index this record says that records were purged; 0 for a record of anything else. */
function purgedUpTo(record: ReadRecord['record'] | undefined): number {
  if (record?.event['event_type'] !== 'RECORDS_PURGED') return 0;
  const after = purgeSchema.safeParse(record).data?.event.payload.after;
  return after?.purged_below ?? after?.minimum_index ?? 0;
}

/** The text of a small file, as UTF-8; undefined where it is not. */
export function asText(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}
