import { dirname, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { AuditError, isAuditError } from '../../core/errors.ts';
import { trustKey } from '../../core/log/trust.ts';
import { type Verdict, verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
import { verifyArchive } from '../../core/receipt/verify-archive.ts';
import { verifyTiles } from '../../core/receipt/verify-tiles.ts';
import { archiveDirectory } from './archive-directory.ts';
import { type Progress, verifyBundle, verifyRecordsFile } from './bundle.ts';
import { findKey, kindOf, readJson, readText } from './files.ts';
import { logDirectory } from './log-directory.ts';
import { exitCode, type Kind, type Result, toJson, toText } from './report.ts';

/** Where the command writes: results to `out`; complaints and progress to `err`. */
export interface Streams {
  out: (text: string) => void;
  err: (text: string) => void;
}

interface Options {
  key?: string;
  checkpoint?: string;
  json?: boolean;
}

const MAX_CHECKPOINT = 1_000_000;

const EXAMPLES = `
Examples:
  npm run verify -- examples/bundle
  npm run verify -- receipt.json --key 'audit.example.com/acme/1f2e3d4c+a1b2c3d4+AT…'
  npm run verify -- page.json --key verifier-key.txt --json
  npm run verify -- export/events.ndjson --key verifier-key.txt --checkpoint checkpoint-of-last-month

FILE is a receipt, an answer {record, receipt}, a page of events, an events.ndjson with its checkpoint beside it, the
directory of an export bundle (unpacked), one that holds a whole log as C2SP tlog-tiles, or a copy of an archive bucket.
Nothing is sent anywhere.

Exit status: 0 everything verified, 1 something does not verify, 2 something cannot be read.`;

/** Runs the verifier with the arguments after its name; resolves to the exit status. Never throws on what it reads. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = new Command('verify')
    .description('Verify audit records offline, trusting nothing but a verifier key.')
    .argument('<file...>', 'what to verify')
    .option(
      '--key <vkey>',
      'the verifier key, or a file that holds it; default: the file verifier-key or key beside FILE',
    )
    .option(
      '--checkpoint <file>',
      'another checkpoint of the log that you hold: the log must be consistent with it',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const options = command.opts<Options>();
  const results: Result[] = [];
  for (const file of command.args) results.push(await judge(file, options, streams));
  streams.out(options.json ? toJson(results) : toText(results));
  return exitCode(results);
}

async function judge(file: string, options: Options, streams: Streams): Promise<Result> {
  const progress: Progress = (records) => {
    if (records % 50_000 === 0 && !options.json) streams.err(`${records} records verified\n`);
  };
  try {
    const kind = await kindOf(file);
    if (kind === undefined) throw new AuditError('not_found', 'there is no such file or directory');
    const key = await findKey(options.key, kind === 'directory' ? file : dirname(file));
    const other = options.checkpoint && (await readText(options.checkpoint, MAX_CHECKPOINT));
    const judged =
      kind === 'directory'
        ? await judgeDirectory(file, key.key, other, progress)
        : await judgeFile(file, key.key, other, progress);
    const notes = key.beside === undefined ? judged.notes : [KEY_BESIDE, ...judged.notes];
    return { file, outcome: 'judged', ...judged, key, notes };
  } catch (error) {
    if (!isAuditError(error)) throw error;
    return { file, outcome: 'unreadable', problem: error.message };
  }
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
const NO_MANIFEST = 'There is no manifest.json, so nothing says how many records there should be.';

interface Judged {
  kind: Kind;
  verdict: Verdict;
  notes: string[];
}

async function judgeDirectory(
  file: string,
  key: string,
  other: string | undefined,
  progress: Progress,
): Promise<Judged> {
  const options = { progress, ...(other === undefined ? {} : { other }) };
  // A bucket of a log that is still short has no full tile, so its batches tell.
  if ((await kindOf(join(file, 'checkpoint'))) === 'directory') {
    const verdict = await verifyArchive(await archiveDirectory(file), trustKey(key), options);
    return { kind: 'archive', verdict, notes: [] };
  }
  if ((await kindOf(join(file, 'tile'))) === 'directory') {
    return { kind: 'log', verdict: await verifyTiles(logDirectory(file), trustKey(key), options), notes: [] };
  }
  const { verdict, hasManifest } = await verifyBundle(file, key, other, progress);
  return { kind: 'bundle', verdict, notes: hasManifest ? [] : [NO_MANIFEST] };
}

async function judgeFile(
  file: string,
  key: string,
  other: string | undefined,
  progress: Progress,
): Promise<Judged> {
  const otherCheckpoint = other === undefined ? undefined : { checkpoint: other };
  if (file.endsWith('.ndjson')) {
    const verdict = await verifyRecordsFile(file, key, otherCheckpoint, progress);
    return { kind: 'records', verdict, notes: [NO_MANIFEST] };
  }
  const json = await readJson(file);
  if (typeof json !== 'object' || json === null) throw new AuditError('malformed', UNKNOWN_FORM);
  if ('events' in json)
    return { kind: 'page', verdict: await verifyPage(json, key, otherCheckpoint), notes: [TOTALS] };
  if (other !== undefined)
    throw new AuditError(
      'invalid_request',
      '--checkpoint is for pages, events.ndjson, bundles, whole logs and archives',
    );
  if ('record' in json && 'receipt' in json)
    return {
      kind: 'record',
      verdict: verifyReceipt(json, key),
      notes: 'disclosures' in json ? [] : sourceNote(json.receipt),
    };
  if ('proof' in json && 'leaf_hash' in json) {
    const notes = [RECORD_ABSENT, ...sourceNote(json)];
    return { kind: 'receipt', verdict: verifyReceipt({ receipt: json }, key), notes };
  }
  throw new AuditError('malformed', UNKNOWN_FORM);
}

const UNKNOWN_FORM =
  'it is neither a receipt, a record with its receipt, a page, events.ndjson, a bundle, a whole log nor an archive';

function sourceNote(receipt: unknown): string[] {
  return typeof receipt === 'object' && receipt !== null && 'source_hash' in receipt ? [SOURCE_HASH] : [];
}
