import { dirname, join } from 'node:path';
import { AuditError, isAuditError } from '../../core/errors.ts';
import type { EntrySource } from '../../core/receipt/entries-pass.ts';
import { type Consistency, consistencySchema } from '../../core/receipt/entry.ts';
import { failure } from '../../core/receipt/failure.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import {
  compareManifest,
  comparePart,
  type Manifest,
  manifestSchema,
  type PartRead,
  PROVEN_FORMATS,
} from '../../core/receipt/manifest.ts';
import { type Other, type Verdict, verifyEntries } from '../../core/receipt/verify.ts';
import { verifyVouched } from '../../core/receipt/vouched.ts';
import { kindOf, partPath, readChunks, readJson, readSmall, readText } from './files.ts';
import { joinDisclosures, measured, parseLines } from './lines.ts';

const MAX_CHECKPOINT = 1_000_000;
const MAX_MANIFEST = 16 * 1024 * 1024;
const MANIFEST = 'manifest.json';
const RECEIPT = 'receipt.json';
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

/** What became of a bundle, and what there was to judge it by. */
export interface BundleVerdict {
  verdict: Verdict;
  hasManifest: boolean;
  /** Whether the log itself vouches for the manifest. */
  vouched: boolean;
}

/** A bundle: its records under its checkpoint, then what its manifest says of them and of its files. */
export async function verifyBundle(
  directory: string,
  { key: verifierKey, trust }: { key: string; trust: Trust },
  olderCheckpoint: string | undefined,
  progress: Progress,
): Promise<BundleVerdict> {
  const checkpoint = await readText(join(directory, 'checkpoint'), MAX_CHECKPOINT);
  const manifest = await readManifest(directory);
  const names = manifest.value?.parts.map((part) => part.name).filter((name) => EVENTS_PART.test(name));
  const eventFiles = names ?? ['events.ndjson']; // an export of nothing has no such part
  const reads = manifest.value && new Map<string, PartRead>(); // without a manifest nothing is compared
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
  if (!verdict.verified) return { verdict, hasManifest, vouched: false };
  if (manifest.malformed) return refuse(failure('manifest_malformed', { part: MANIFEST }));
  if (!manifest.value) return { verdict, hasManifest, vouched: false };

  const different =
    compareManifest(manifest.value, verdict.shown, verifierKey) ??
    (await compareParts(directory, manifest.value, reads ?? new Map()));
  if (different) return refuse(different);
  // A bundle that somebody put together by hand has no record of its making; an export has one, or was altered.
  if (!('export_id' in manifest.value) && (await kindOf(join(directory, RECEIPT))) === undefined)
    return { verdict, hasManifest, vouched: false };
  const vouched = await readVouched(directory, trust);
  return vouched.verified ? { verdict, hasManifest, vouched: true } : refuse(vouched.failure);

  function refuse(first: ReturnType<typeof failure>): BundleVerdict {
    const checked = verdict.verified ? verdict.shown.count : verdict.checked;
    return { verdict: { verified: false, failure: first, checked }, hasManifest, vouched: false };
  }
}

/**
 * An export in a format that bears no proofs of its records: undefined where `directory` is none. Its files are those of
 * the manifest, and the log vouches for that; `shown` is of the record that does.
 */
export async function verifyProjection(
  directory: string,
  trust: Trust,
): Promise<{ verdict: Verdict; format: string; records: number } | undefined> {
  const { value: manifest } = await readManifest(directory);
  if (typeof manifest?.format !== 'string' || PROVEN_FORMATS.has(manifest.format)) return undefined;
  const { format, count: records } = manifest;
  const altered = await compareParts(directory, manifest, new Map());
  const verdict: Verdict = altered
    ? { verified: false, failure: altered, checked: 0 }
    : await readVouched(directory, trust);
  return { verdict, format, records };
}

async function readVouched(directory: string, trust: Trust): Promise<Verdict> {
  const receipt = await readOptionalJson(join(directory, RECEIPT));
  return verifyVouched(await readSmall(join(directory, MANIFEST), MAX_MANIFEST), receipt?.value, trust);
}

async function* entriesOf(
  directory: string,
  names: readonly string[],
  reads: Map<string, PartRead> | undefined,
): AsyncGenerator<EntrySource[]> {
  for (const name of names) {
    const path = await partPath(directory, name);
    if (!path) throw new AuditError('not_found', `there is no file ${name} in the bundle`);
    const { chunks, read } = reads ? measured(readChunks(path)) : { chunks: readChunks(path) };
    yield* parseLines(chunks);
    if (read) reads?.set(name, read());
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
  const json = await readOptionalJson(join(directory, MANIFEST));
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
  batches: AsyncIterable<EntrySource[]>,
  progress: Progress,
): AsyncGenerator<EntrySource[]> {
  let records = 0;
  for await (const batch of batches) {
    yield batch;
    const thousands = Math.floor(records / 1000);
    records += batch.length;
    for (let passed = thousands + 1; passed * 1000 <= records; passed++) progress(passed * 1000);
  }
}
