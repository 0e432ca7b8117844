import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditError } from '../../../core/errors.ts';
import { parseJsonText } from '../../../core/event/json-text.ts';
import { entriesPath, TILE_WIDTH, tilePath, tileWidth } from '../../../core/log/tile.ts';
import { openTrusted, type Trust, verifyKeyChain } from '../../../core/receipt/key-chain.ts';
import type { Shown } from '../../../core/receipt/verify.ts';
import { type LogFiles, verifyTiles } from '../../../core/receipt/verify-tiles.ts';
import { asText } from '../../../core/receipt/whole-tree.ts';
import { KEY_CHAIN } from '../../verifier/files.ts';
import { logDirectory } from '../../verifier/log-directory.ts';

/** What an export came to. */
export interface Exported {
  shown: Shown;
  /** Files that were fetched now, and that were there from an earlier run. */
  fetched: number;
  kept: number;
}

const AT_ONCE = 8;

/**
 * Writes the whole log that `from` publishes into `directory`, as C2SP tlog-tiles, and verifies every byte of it under
 * `verifierKey`. Run again it fetches what is new: a path names bytes that never change. The checkpoint is written last,
 * so a directory that has one is whole; where it had one, the log must extend it. Throws `integrity` where anything does
 * not verify.
 */
export async function exportTiles(
  from: LogFiles,
  directory: string,
  verifierKey: string,
  progress: (text: string) => void,
): Promise<Exported> {
  const checkpoint = await from.read('checkpoint');
  if (!checkpoint) throw new AuditError('unavailable', 'The API has no checkpoint of the log.');
  const keys = await from.read('keys');
  const trust = trustIn(asText(keys ?? new Uint8Array()) ?? '', verifierKey);
  const opened = openTrusted(asText(checkpoint) ?? '', trust);
  if (!opened.ok) throw new AuditError('integrity', `The checkpoint does not verify: ${opened.failure}.`);
  const { size } = opened.checkpoint;

  const paths = pathsOf(size);
  const missing = paths.filter((path) => !existsSync(join(directory, path)));
  progress(`${size} records, ${paths.length} files, ${missing.length} to fetch`);
  await inParallel(missing, async (path) => {
    const bytes = await from.read(path);
    if (!bytes)
      throw new AuditError('integrity', `The API does not have ${path}, which its checkpoint calls for.`);
    await store(directory, path, bytes);
  });

  const stored = logDirectory(directory);
  const earlier = asText((await stored.read('checkpoint')) ?? new Uint8Array()) ?? '';
  const files: LogFiles = {
    read: async (path) => (path === 'checkpoint' ? checkpoint : await stored.read(path)),
  };
  const verdict = await verifyTiles(files, trust, earlier === '' ? {} : { other: earlier });
  if (!verdict.verified) {
    const { code, meaning, where } = verdict.failure;
    const file =
      where.part === undefined
        ? ''
        : ` Remove ${join(directory, where.part)} and run it again if it was the disk.`;
    throw new AuditError('integrity', `${code} ${where.part ?? ''}: ${meaning}${file}`);
  }
  if (keys && typeof trust !== 'string') await store(directory, KEY_CHAIN, keys);
  await store(directory, 'verifier-key', new TextEncoder().encode(`${verifierKey}\n`));
  await store(directory, 'checkpoint', checkpoint);
  return { shown: verdict.shown, fetched: missing.length, kept: paths.length - missing.length };
}

/** The chain of keys that the API names, as far as it follows from the first key; a log of one key needs none. */
function trustIn(text: string, verifierKey: string): Trust {
  const parsed = parseJsonText(text, { bytes: 16 * 1024 * 1024, depth: 40, keys: 100_000 });
  const verdict = verifyKeyChain(parsed.ok ? parsed.value : undefined, verifierKey);
  return verdict.ok && verdict.chain.keys.length > 1 ? verdict.chain : verifierKey;
}

/** Every bundle and hash tile of a log of `size` leaves. */
function pathsOf(size: number): string[] {
  const paths: string[] = [];
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (let tile = 0; ; tile++) {
      const width = tileWidth(level, tile, size);
      if (width === 0) break;
      if (level === 0) paths.push(entriesPath(tile, width));
      paths.push(tilePath(level, tile, width));
      if (width < TILE_WIDTH) break;
    }
  }
  return paths;
}

/** A file is there whole or not at all. */
async function store(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
}

/** Does `work` on all values, some at a time. After a failure none is begun, and those under way are waited for. */
async function inParallel<T>(values: readonly T[], work: (value: T) => Promise<void>): Promise<void> {
  const waiting = [...values];
  const worker = async () => {
    for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) {
      try {
        await work(value);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
}
