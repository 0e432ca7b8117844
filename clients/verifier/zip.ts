import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { AuditError } from '../../core/errors.ts';
import { isPartName } from '../../core/receipt/manifest.ts';

const MAX_ENTRIES = 10_100; // the parts that a manifest may name, and the manifest
const FREE_OCTETS = 64 * 1024 * 1024;
const MAX_RATIO = 100; // NDJSON with proofs shrinks to a tenth; a bomb to a thousandth
const MAX_OCTETS = 1024 ** 4;

/**
 * Unpacks a zip into a folder of its own, runs `use` with it, and takes the folder away. Nothing of the zip is believed:
 * names lead nowhere but down, no name comes twice, and what comes out ends at a hundred times what went in. Throws
 * `malformed` or `too_large`.
 */
export async function withUnzipped<T>(file: string, use: (directory: string) => Promise<T>): Promise<T> {
  const { size } = await stat(file);
  const limit = Math.min(MAX_OCTETS, Math.max(FREE_OCTETS, MAX_RATIO * size));
  const directory = await mkdtemp(join(tmpdir(), 'verify-'));
  try {
    await unzip(file, directory, limit);
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function unzip(file: string, directory: string, limit: number): Promise<void> {
  let zip: ZipFile;
  try {
    zip = await openPromise(file, {
      lazyEntries: true,
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
    });
  } catch (cause) {
    throw new AuditError('malformed', 'it is not a zip', { cause });
  }
  const names = new Set<string>();
  let left = limit;
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith('/')) continue; // a folder: made where a file needs it
      if (!isPartName(name)) throw new AuditError('malformed', 'a name in the zip is not one of a bundle');
      const known = name.toLowerCase(); // some disks would take two spellings for one file
      if (names.has(known) || names.size >= MAX_ENTRIES)
        throw new AuditError('malformed', 'the zip holds a name twice, or too many');
      names.add(known);
      if (entry.uncompressedSize > left) throw tooLarge(limit);
      left -= await extract(zip, entry, join(directory, name), left);
    }
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    throw new AuditError('malformed', 'the zip was altered or cut off', { cause });
  } finally {
    zip.close();
  }
}

/** Writes one file and returns its length, which ends at `limit` whatever the zip says. */
async function extract(zip: ZipFile, entry: Entry, path: string, limit: number): Promise<number> {
  let octets = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      octets += chunk.length;
      if (octets > limit) done(tooLarge(limit));
      else done(null, chunk);
    },
  });
  await mkdir(dirname(path), { recursive: true });
  await pipeline(await zip.openReadStreamPromise(entry), counted, createWriteStream(path, { flags: 'wx' }));
  return octets;
}

function tooLarge(limit: number): AuditError {
  return new AuditError('too_large', `the zip holds more than ${limit} bytes`);
}
