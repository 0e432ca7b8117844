import { dirname, join } from 'node:path';
import { AuditError, isAuditError } from '../../core/errors.ts';
import { type Trust, verifyKeyChain } from '../../core/receipt/key-chain.ts';
import { type Verdict, verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
import { verifyArchive } from '../../core/receipt/verify-archive.ts';
import { isDelivery, verifyDelivery } from '../../core/receipt/verify-delivery.ts';
import { verifyTiles } from '../../core/receipt/verify-tiles.ts';
import { archiveDirectory } from './archive-directory.ts';
import { type Progress, verifyBundle, verifyProjection, verifyRecordsFile } from './bundle.ts';
import { findKey, KEY_CHAIN, kindOf, readJson, readText } from './files.ts';
import { logDirectory } from './log-directory.ts';
import type { Kind, Result } from './report.ts';
import { withUnzipped } from './zip.ts';

/** What a reader says besides FILE. */
export interface JudgeOptions {
  /** A verifier key, or a file that holds one. */
  key?: string;
  /** A file with the chain of keys that follow from that one. */
  keys?: string;
  /** A file with another checkpoint of the log. */
  checkpoint?: string;
  progress: Progress;
}

const MAX_CHECKPOINT = 1_000_000;

/** What becomes of one FILE, whatever it is. Never throws on what it reads. */
export async function judge(file: string, options: JudgeOptions): Promise<Result> {
  try {
    const kind = await kindOf(file);
    if (kind === undefined) throw new AuditError('not_found', 'there is no such file or directory');
    if (kind === 'directory') return await judgeAt(file, kind, file, options);
    if (!file.endsWith('.zip')) return await judgeAt(file, kind, dirname(file), options);
    return await withUnzipped(file, async (directory) => {
      const result = await judgeAt(directory, 'directory', directory, options);
      if (result.outcome === 'unreadable' || result.key.beside === undefined) return { ...result, file };
      return { ...result, file, key: { ...result.key, beside: `${file}, which holds it too` } };
    });
  } catch (error) {
    if (!isAuditError(error)) throw error;
    return { file, outcome: 'unreadable', problem: error.message };
  }
}

async function judgeAt(
  file: string,
  kind: 'file' | 'directory',
  beside: string,
  { key: given, keys, checkpoint, progress }: JudgeOptions,
): Promise<Result> {
  const key = await findKey(given, beside);
  const trust = await findTrust(key.key, keys ?? join(beside, KEY_CHAIN), keys !== undefined);
  const other = checkpoint && (await readText(checkpoint, MAX_CHECKPOINT));
  const judged =
    kind === 'directory'
      ? await judgeDirectory(file, key.key, trust, other, progress)
      : await judgeFile(file, trust, other, progress);
  const notes = key.beside === undefined ? judged.notes : [KEY_BESIDE, ...judged.notes];
  return { file, outcome: 'judged', ...judged, key, notes };
}

const KEY_BESIDE =
  'This key came with the data, so it proves only that the data is consistent in itself. Get the key from the tenant ' +
  'by another way, and give it with --key.';
const RECORD_ABSENT =
  'Without the record, this shows that a leaf with this hash is in the log; event id, content hash and time are the ' +
  "receipt's word.";
const SOURCE_HASH = "The source hash is the writer's word: what it was made of is not here.";
const TOTALS =
  'Of a page, the records are proven, not total_count, nor that nothing else matches the filter.';
const RANGE =
  'Of a message, the records are proven, not that the endpoint gets nothing else of the range; that we sent it, its signature shows.';
const NO_OTHER_CHECKPOINT =
  '--checkpoint is for pages, bodies of webhooks, events.ndjson, bundles, whole logs and archives';
const NO_RECEIPT =
  'There is no receipt.json: that these are all the records that were asked for is the word of whoever made the bundle.';
const NO_MANIFEST = 'There is no manifest.json, so nothing says how many records there should be.';

interface Judged {
  kind: Kind;
  verdict: Verdict;
  notes: string[];
}

/** The key, or the chain that was shown to follow from it. A chain that does not follow is no chain, and is said to be none. */
async function findTrust(key: string, file: string, demanded: boolean): Promise<Trust> {
  if (!demanded && (await kindOf(file)) !== 'file') return key;
  const verdict = verifyKeyChain(await readJson(file), key);
  if (!verdict.ok)
    throw new AuditError('malformed', `the chain of keys in ${file} does not follow: ${verdict.reason}`);
  return verdict.chain;
}

async function judgeDirectory(
  file: string,
  key: string,
  trust: Trust,
  other: string | undefined,
  progress: Progress,
): Promise<Judged> {
  const options = { progress, ...(other === undefined ? {} : { other }) };
  // A bucket of a log that is still short has no full tile, so its batches tell.
  if ((await kindOf(join(file, 'checkpoint'))) === 'directory') {
    const verdict = await verifyArchive(await archiveDirectory(file), trust, options);
    return { kind: 'archive', verdict, notes: [] };
  }
  if ((await kindOf(join(file, 'tile'))) === 'directory') {
    // As an export it has a manifest, which names every file.
    const { verdict } = (await verifyProjection(file, trust)) ?? {};
    if (verdict && !verdict.verified) return { kind: 'log', verdict, notes: [] };
    return { kind: 'log', verdict: await verifyTiles(logDirectory(file), trust, options), notes: [] };
  }
  const projection = await verifyProjection(file, trust);
  if (projection) {
    if (other !== undefined) throw new AuditError('invalid_request', NO_OTHER_CHECKPOINT);
    const { verdict, format, records } = projection;
    return { kind: 'projection', verdict, notes: verdict.verified ? [vouchedNote(format, records)] : [] };
  }
  const { verdict, hasManifest, vouched } = await verifyBundle(file, { key, trust }, other, progress);
  const notes = hasManifest ? (vouched || !verdict.verified ? [] : [NO_RECEIPT]) : [NO_MANIFEST];
  return { kind: 'bundle', verdict, notes };
}

async function judgeFile(
  file: string,
  trust: Trust,
  other: string | undefined,
  progress: Progress,
): Promise<Judged> {
  const otherCheckpoint = other === undefined ? undefined : { checkpoint: other };
  if (file.endsWith('.ndjson')) {
    const verdict = await verifyRecordsFile(file, trust, otherCheckpoint, progress);
    return { kind: 'records', verdict, notes: [NO_MANIFEST] };
  }
  const json = await readJson(file);
  if (typeof json !== 'object' || json === null) throw new AuditError('malformed', UNKNOWN_FORM);
  if (isDelivery(json)) {
    if (json.type === 'audit.integrity_alert') throw new AuditError('malformed', ALERT);
    return { kind: 'delivery', verdict: await verifyDelivery(json, trust, otherCheckpoint), notes: [RANGE] };
  }
  if (Array.isArray(json) && json.some(isOcsf)) throw new AuditError('malformed', PROJECTED);
  if ('events' in json)
    return { kind: 'page', verdict: await verifyPage(json, trust, otherCheckpoint), notes: [TOTALS] };
  if (other !== undefined) throw new AuditError('invalid_request', NO_OTHER_CHECKPOINT);
  if ('record' in json && 'receipt' in json)
    return {
      kind: 'record',
      verdict: verifyReceipt(json, trust),
      notes: 'disclosures' in json ? [] : sourceNote(json.receipt),
    };
  if ('proof' in json && 'leaf_hash' in json) {
    const notes = [RECORD_ABSENT, ...sourceNote(json)];
    return { kind: 'receipt', verdict: verifyReceipt({ receipt: json }, trust), notes };
  }
  throw new AuditError('malformed', UNKNOWN_FORM);
}

const ALERT =
  'it is an integrity alert, which holds no record: that we sent it, its signature shows, and what it says, a look at the log';
const PROJECTED =
  'these are events of OCSF, which carry no proofs: each names its record (metadata.uid), whose receipt the API gives';
const UNKNOWN_FORM =
  'it is neither a receipt, a record with its receipt, a page, the body of a webhook, events.ndjson, a bundle, a whole log nor an archive';

function isOcsf(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'class_uid' in value && 'metadata' in value;
}

function vouchedNote(format: string, records: number): string {
  return (
    `The record above, EXPORT_CREATED, names the manifest, and that names every file: ${records} records as ${format}, ` +
    'as the log had them shown. The records themselves are proven by an export in the format ndjson.'
  );
}

function sourceNote(receipt: unknown): string[] {
  return typeof receipt === 'object' && receipt !== null && 'source_hash' in receipt ? [SOURCE_HASH] : [];
}
