import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecordsObject, type RecordsFile } from '../../core/archive/layout.ts';
import { isNamedIndex } from '../../core/index/packing.ts';
import type { ArchiveFiles } from '../../core/receipt/verify-archive.ts';
import { isOrder } from '../../core/retention/purge-order.ts';
import { boundedCodec } from './codec.ts';
import { kindOf } from './files.ts';
import { logDirectory } from './log-directory.ts';

/** A batch has at most 10,000 records of 16,000 octets; gzip makes them no longer. */
const MAX_OBJECT = 192 * 1024 * 1024;

/** A folder that holds a copy of an archive bucket, as `aws s3 sync` makes it. */
export async function archiveDirectory(directory: string): Promise<ArchiveFiles> {
  return {
    ...logDirectory(directory, MAX_OBJECT),
    names: {
      commits: await indicesIn(join(directory, 'commit')),
      checkpoints: await indicesIn(join(directory, 'checkpoint')),
      records: await recordsIn(directory),
      signatures: await indicesIn(join(directory, 'signatures')),
      keys: await indicesIn(join(directory, 'key'), '.json'),
      purges: await purgesIn(directory),
    },
    codec: boundedCodec,
  };
}

async function namesIn(directory: string): Promise<string[]> {
  return (await kindOf(directory)) === 'directory' ? (await readdir(directory)).sort() : [];
}

async function indicesIn(directory: string, ending = ''): Promise<number[]> {
  const names = (await namesIn(directory)).filter((name) => name.endsWith(ending));
  return names
    .map((name) => name.slice(0, name.length - ending.length))
    .filter(isNamedIndex)
    .map(Number);
}

async function purgesIn(directory: string): Promise<string[]> {
  const orders: string[] = [];
  for (const line of await namesIn(join(directory, 'purge'))) {
    const names = await namesIn(join(directory, 'purge', line));
    orders.push(...names.map((name) => `purge/${line}/${name}`).filter(isOrder));
  }
  return orders;
}

async function recordsIn(directory: string): Promise<RecordsFile[]> {
  const files: RecordsFile[] = [];
  for (const day of await namesIn(join(directory, 'records'))) {
    for (const name of await namesIn(join(directory, 'records', day))) {
      const file = parseRecordsObject(`records/${day}/${name}`);
      if (file) files.push(file);
    }
  }
  return files.sort((a, b) => a.first - b.first);
}
