import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fromUtf8, toDigestText } from '../../core/encoding.ts';
import { entryBundle } from '../../core/log/entry-bundle.ts';
import { leafHash, nodeHash } from '../../core/log/merkle.ts';
import { perfectSubtrees } from '../../core/log/proof.ts';
import { entriesPath, TILE_WIDTH, tilePath, tileWidth } from '../../core/log/tile.ts';
import { madeLeaf, signedRoot, VERIFIER_KEY } from './made-log.ts';

/** The leaf of a record, by its index. */
export type LeafOf = (index: number) => Uint8Array;

/** A log of `count` records, of which only the hashes are kept in memory: made for measuring. */
class MadeLog {
  readonly count: number;
  readonly levels: Uint8Array[][];
  readonly #texts: string[][];

  constructor(count: number, leafOf: LeafOf = madeLeaf) {
    this.count = count;
    this.levels = perfectSubtrees(Array.from({ length: count }, (_, index) => leafHash(leafOf(index))));
    this.#texts = Array.from({ length: this.levels.length + 1 }, () => []); // the root may be of no perfect subtree
  }

  async checkpoint(): Promise<string> {
    return await signedRoot(this.count, this.levels);
  }

  /** The digests of the inclusion proof of leaf `index` (RFC 6962, section 2.1.1). */
  path(index: number): string[] {
    const path: string[] = [];
    let last = this.count - 1;
    for (let at = index, level = 0; last > 0; level++) {
      if (at % 2 === 1) path.push(this.#text(level, at - 1));
      else if (at < last) path.push(this.#text(level, at + 1));
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
    }
    return path;
  }

  /** Root of the leaves below the node `index` of `level`, of which the last may have fewer than its height allows. */
  #hash(level: number, index: number): Uint8Array {
    const perfect = this.levels[level]?.[index];
    if (perfect) return perfect;
    const right = 2 * index + 1;
    if (right * 2 ** (level - 1) >= this.count) return this.#hash(level - 1, 2 * index);
    return nodeHash(this.#hash(level - 1, 2 * index), this.#hash(level - 1, right));
  }

  /** Near the root a digest stands in many proofs. */
  #text(level: number, index: number): string {
    const known = this.#texts[level]?.[index];
    if (known !== undefined) return known;
    const text = toDigestText(this.#hash(level, index));
    const texts = level > 4 ? this.#texts[level] : undefined;
    if (texts) texts[index] = text;
    return text;
  }
}

/** Writes a log of `count` records into `directory` as C2SP tlog-tiles. */
export async function writeTiles(directory: string, count: number, leafOf: LeafOf = madeLeaf): Promise<void> {
  const log = new MadeLog(count, leafOf);
  const put = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  };
  for (let first = 0; first < count; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, count - first);
    const leaves = Array.from({ length: width }, (_, position) => leafOf(first + position));
    await put(entriesPath(first / TILE_WIDTH, width), entryBundle(leaves));
  }
  for (let level = 0; tileWidth(level, 0, count) > 0; level++) {
    const hashes = log.levels[8 * level] ?? [];
    for (let first = 0; first < hashes.length; first += TILE_WIDTH) {
      const own = hashes.slice(first, first + TILE_WIDTH);
      await put(tilePath(level, first / TILE_WIDTH, own.length), Buffer.concat(own));
    }
  }
  await put('checkpoint', await log.checkpoint());
  await put('verifier-key', `${VERIFIER_KEY}\n`);
}

/** Writes an export bundle of `count` records, without a manifest, into `directory`. */
export async function writeBundle(directory: string, count: number): Promise<void> {
  const log = new MadeLog(count);
  await mkdir(directory, { recursive: true });
  const out = createWriteStream(join(directory, 'events.ndjson'));
  for (let index = 0; index < count; index++) {
    const proof = JSON.stringify({ index, path: log.path(index), tree_size: count });
    const more = out.write(`{"proof":${proof},"record":${fromUtf8(madeLeaf(index))}}\n`);
    if (!more) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  await writeFile(join(directory, 'checkpoint'), await log.checkpoint());
  await writeFile(join(directory, 'verifier-key'), `${VERIFIER_KEY}\n`);
}
