import { dirname, join } from 'node:path';
import { AuditError, isAuditError } from '../../core/errors.ts';
import { type Consistency, consistencySchema } from '../../core/receipt/entry.ts';
import { failure } from '../../core/receipt/failure.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import {
  compareManifest,
  comparePart,
  type Manifest,
  manifestSchema,
  type PartRead,
} from '../../core/receipt/manifest.ts';
import { type EntrySource, type Other, type Verdict, verifyEntries } from '../../core/receipt/verify.ts';
import { kindOf, partPath, readChunks, readJson, readText } from './files.ts';
import { joinDisclosures, measured, parseLines } from './lines.ts';

const MAX_CHECKPOINT = 1_000_000;
const EVENTS_PART = /^events(?:-\d{1,6})?\.ndjson$/;
const DISCLOSURES = 'disclosures.ndjson';
const DISCLOSURES_PART = /^disclosures(?:-\d{1,6})?\.ndjson$/;

/** Hears of each thousand records. */
export type Progress = (records: number) => void;

/** Records of one file, under the checkpoint beside it, or under `other` where there is none beside it. */
export async function verifyRecordsFile(
  path: string,
  trust: Trust,
  other: Other | undefined,
  progress: Progress,
): Promise<Verdict> {
  const beside = join(dirname(path), 'checkpoint');
  const entries = counted(parseLines(readChunks(path)), progress);
  if ((await kindOf(beside)) === 'file')
    return await verifyEntries(entries, await readText(beside, MAX_CHECKPOINT), trust, other);
  if (!other)
    throw new AuditError('not_found', 'there is no checkpoint beside it: give one with --checkpoint');
  return await verifyEntries(entries, other.checkpoint, trust);
}

/** A bundle: its records under its checkpoint, then what its manifest says of them and of its files. */
export async function verifyBundle(
  directory: string,
  { key: verifierKey, trust }: { key: string; trust: Trust },
  olderCheckpoint: string | undefined,
  progress: Progress,
): Promise<{ verdict: Verdict; hasManifest: boolean }> {
  const checkpoint = await readText(join(directory, 'checkpoint'), MAX_CHECKPOINT);
  const manifest = await readManifest(directory);
  const names = manifest.value?.parts.map((part) => part.name).filter((name) => EVENTS_PART.test(name));
  const eventFiles = names && names.length > 0 ? names : ['events.ndjson'];
  const reads = new Map<string, PartRead>();
  const entries = entriesOf(directory, [...eventFiles].sort(), reads);
  const named = manifest.value?.parts.map((part) => part.name).filter((name) => DISCLOSURES_PART.test(name));
  const disclosureFiles = named ?? ((await partPath(directory, DISCLOSURES)) ? [DISCLOSURES] : []);
  const joined =
    disclosureFiles.length > 0
      ? joinDisclosures(entries, entriesOf(directory, [...disclosureFiles].sort(), reads))
      : entries;

  const consistency = await readConsistency(directory);
  const other = olderCheckpoint === undefined ? undefined : { checkpoint: olderCheckpoint, ...consistency };
  const verdict = await verifyEntries(counted(joined, progress), checkpoint, trust, other);
  const hasManifest = manifest.value !== undefined;
  if (!verdict.verified) return { verdict, hasManifest };
  if (manifest.malformed)
    return refuse(failure('manifest_malformed', { part: 'manifest.json' }), verdict.shown.count);
  if (!manifest.value) return { verdict, hasManifest };

  const different =
    compareManifest(manifest.value, verdict.shown, verifierKey) ??
    (await compareParts(directory, manifest.value, reads));
  return different ? refuse(different, verdict.shown.count) : { verdict, hasManifest };

  function refuse(first: ReturnType<typeof failure>, checked: number) {
    return { verdict: { verified: false as const, failure: first, checked }, hasManifest };
  }
}

async function* entriesOf(
  directory: string,
  names: readonly string[],
  reads: Map<string, PartRead>,
): AsyncGenerator<EntrySource> {
  for (const name of names) {
    const path = await partPath(directory, name);
    if (!path) throw new AuditError('not_found', `there is no file ${name} in the bundle`);
    const { chunks, read } = measured(readChunks(path));
    yield* parseLines(chunks);
    reads.set(name, read());
  }
}

async function compareParts(directory: string, manifest: Manifest, reads: ReadonlyMap<string, PartRead>) {
  for (const part of manifest.parts) {
    const different = comparePart(part, reads.get(part.name) ?? (await measure(directory, part.name)));
    if (different) return different;
  }
  return undefined;
}

async function measure(directory: string, name: string): Promise<PartRead | undefined> {
  const path = await partPath(directory, name);
  if (!path) return undefined;
  const { chunks, read } = measured(readChunks(path));
  for await (const _ of chunks);
  return read();
}

async function readManifest(directory: string): Promise<{ value?: Manifest; malformed: boolean }> {
  const json = await readOptionalJson(join(directory, 'manifest.json'));
  if (json === undefined) return { malformed: false };
  const parsed = manifestSchema.safeParse(json.value);
  return parsed.success ? { value: parsed.data, malformed: false } : { malformed: true };
}

async function readConsistency(directory: string): Promise<{ consistency?: Consistency }> {
  const json = await readOptionalJson(join(directory, 'consistency.json'));
  const parsed = consistencySchema.safeParse(json?.value);
  return parsed.success ? { consistency: parsed.data } : {};
}

/** A file that a bundle may lack. What is there and is no JSON has no value, which no schema takes. */
async function readOptionalJson(path: string): Promise<{ value?: unknown } | undefined> {
  if ((await kindOf(path)) === undefined) return undefined;
  try {
    return { value: await readJson(path) };
  } catch (error) {
    if (isAuditError(error, 'malformed')) return {};
    throw error;
  }
}

async function* counted(
  entries: AsyncIterable<EntrySource>,
  progress: Progress,
): AsyncGenerator<EntrySource> {
  let records = 0;
  for await (const entry of entries) {
    yield entry;
    records++;
    if (records % 1000 === 0) progress(records);
  }
}
