import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fromUtf8, toDigestText } from '../../core/encoding.ts';
import { entryBundle } from '../../core/log/entry-bundle.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { inclusionProof, type NodeReader, perfectSubtrees } from '../../core/log/proof.ts';
import { entriesPath, TILE_WIDTH, tilePath, tileWidth } from '../../core/log/tile.ts';
import { madeLeaf, signedRoot, VERIFIER_KEY } from './made-log.ts';

const PROGRESS = 100_000;

/** A log of `count` records, of which only the hashes are kept in memory: made for measuring. */
class MadeLog {
  readonly count: number;
  readonly levels: Uint8Array[][];

  constructor(count: number) {
    this.count = count;
    this.levels = perfectSubtrees(Array.from({ length: count }, (_, index) => leafHash(madeLeaf(index))));
  }

  async checkpoint(): Promise<string> {
    return await signedRoot(this.count, this.levels);
  }

  readonly node: NodeReader = async ({ level, index }) => {
    const hash = this.levels[level]?.[index];
    if (!hash) throw new Error('no such subtree');
    return hash;
  };
}

/** Writes a log of `count` records into `directory` as C2SP tlog-tiles. */
export async function writeTiles(directory: string, count: number): Promise<void> {
  const log = new MadeLog(count);
  const put = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  };
  for (let first = 0; first < count; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, count - first);
    const leaves = Array.from({ length: width }, (_, position) => madeLeaf(first + position));
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
    const path = (await inclusionProof(index, count, log.node)).map(toDigestText);
    const proof = JSON.stringify({ index, tree_size: count, path });
    const more = out.write(`{"record":${fromUtf8(madeLeaf(index))},"proof":${proof}}\n`);
    if (!more) await once(out, 'drain');
    if (index > 0 && index % PROGRESS === 0) process.stderr.write(`made ${index} records\n`);
  }
  out.end();
  await finished(out);
  await writeFile(join(directory, 'checkpoint'), await log.checkpoint());
  await writeFile(join(directory, 'verifier-key'), `${VERIFIER_KEY}\n`);
}
