import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { keyObject } from '../../core/archive/layout.ts';
import { fromUtf8 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { parseJsonText } from '../../core/event/json-text.ts';
import { parseVerifierKey } from '../../core/log/note.ts';

const JSON_LIMITS = { bytes: 16 * 1024 * 1024, depth: 40, keys: 2_000_000 };

const CHUNK = 256 * 1024;
const MISSING = new Set(['ENOENT', 'ENOTDIR']);
const NO_WAIT = constants.O_NONBLOCK ?? 0; // a pipe that nobody writes to could keep us for ever

/** A verifier key, and the file it came from where that lies beside the data. */
export interface UsedKey {
  key: string;
  beside?: string;
}

/** Where the chain of a log's keys lies beside data that a later key signed: what `/v1/audit/log/keys` answers. */
export const KEY_CHAIN = 'keys.json';

/** What stands at `path`; `not_found` where nothing does, or nothing that may be looked at. */
export async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
  try {
    const stats = await lstat(await realpath(path));
    if (stats.isDirectory()) return 'directory';
    return stats.isFile() ? 'file' : undefined; // a pipe or a device could keep us for ever
  } catch (cause) {
    if (isSystemError(cause) && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return undefined;
    throw new AuditError('not_found', 'it cannot be looked at', { cause });
  }
}

/** The octets of a file of at most `limit`. Throws `not_found` or `too_large`. */
export async function readSmall(path: string, limit: number): Promise<Uint8Array> {
  if ((await kindOf(path)) !== 'file') throw new AuditError('not_found', `there is no file ${path}`);
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > limit) throw new AuditError('too_large', `${path} is longer than ${limit} bytes`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    throw new AuditError('not_found', `${path} cannot be read`, { cause });
  }
}

/**
 * The octets of the file `path` of the folder `root`, which has no link in its name; undefined where there is none, it is no
 * plain file, or it leads out of the folder. At once, not asynchronously: a log has thousands of small files, and each wait would cost more than its reading.
 * Throws `not_found` or `too_large`.
 */
export function readInside(root: string, path: string, limit: number): Uint8Array | undefined {
  let file: number | undefined;
  try {
    const real = realpathSync.native(join(root, path));
    if (!real.startsWith(root + sep)) return undefined;
    file = openSync(real, constants.O_RDONLY | NO_WAIT);
    const stats = fstatSync(file);
    if (!stats.isFile()) return undefined;
    if (stats.size > limit) throw new AuditError('too_large', `${path} is longer than ${limit} bytes`);
    return readFully(file, stats.size);
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    if (isSystemError(cause) && MISSING.has(cause.code ?? '')) return undefined;
    throw new AuditError('not_found', `${path} cannot be read`, { cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** As many octets as the file had when it was looked at, or as there still are. */
function readFully(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let length = 0;
  for (let read = -1; read !== 0 && length < size; length += read)
    read = readSync(file, bytes, length, size - length, null);
  return bytes.subarray(0, length);
}

/** The parsed JSON of a file. Throws `malformed`, `not_found` or `too_large`. */
export async function readJson(path: string): Promise<unknown> {
  const parsed = parseJsonText(await readSmall(path, JSON_LIMITS.bytes), JSON_LIMITS);
  if (!parsed.ok) throw new AuditError('malformed', `${path}: ${parsed.detail}`);
  return parsed.value;
}

/** The text of a small file. Throws `malformed`, `not_found` or `too_large`. */
export async function readText(path: string, limit: number): Promise<string> {
  return fromUtf8(await readSmall(path, limit));
}

/** The octets of a file of any size, as they come. */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) yield chunk;
  } catch (cause) {
    if (isSystemError(cause)) throw new AuditError('not_found', `${path} cannot be read`, { cause });
    throw cause;
  }
}

/** Where the part `name` of a bundle lies; undefined where it is missing, no plain file, or leads out of the bundle. */
export async function partPath(directory: string, name: string): Promise<string | undefined> {
  const path = join(directory, name);
  if ((await kindOf(path)) !== 'file') return undefined;
  const root = await realpath(directory);
  return (await realpath(path)).startsWith(root + sep) ? path : undefined;
}

/** The key to verify with: `given` (a key, or a file that holds one), else the one that lies beside the data. */
export async function findKey(given: string | undefined, directory: string): Promise<UsedKey> {
  if (given !== undefined) {
    if (parseVerifierKey(given)) return { key: given };
    if ((await kindOf(given)) !== 'file')
      throw new AuditError('invalid_request', '--key is neither a verifier key nor a file that holds one');
    const key = (await readText(given, 4096)).trim();
    if (parseVerifierKey(key)) return { key };
    throw new AuditError('malformed', `${given} holds no verifier key`);
  }
  for (const name of ['verifier-key', 'key', keyObject(0)]) {
    const path = join(directory, name);
    if ((await kindOf(path)) === 'file') return { key: (await readText(path, 4096)).trim(), beside: path };
  }
  throw new AuditError('not_found', 'there is no verifier key beside it: give one with --key');
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
