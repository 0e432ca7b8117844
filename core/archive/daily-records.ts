import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { commitObject } from '../index/keys.ts';
import type { Archive, Clock, Codec, HeadStore, RecordsReader } from '../ports.ts';
import { batchOf } from '../query/batches.ts';
import { lockUntil } from '../sequencer/log.ts';
import { decodeSegment, type Segment } from '../sequencer/segment.ts';
import {
  dayOf,
  FILE_RECORDS,
  offsetsObject,
  parseRecordsObject,
  type RecordsFile,
  recordsObject,
} from './layout.ts';
import { encodeRecordsFile } from './records-file.ts';

/** What the daily records are made with. */
export interface DailyLog {
  heads: Pick<HeadStore, 'read'>;
  table: Pick<RecordsReader, 'query'>;
  archive: Pick<Archive, 'create' | 'read' | 'versions'>;
  codec: Codec;
  clock: Pick<Clock, 'now'>;
  /** For how many days files are locked whose batches do not say it. */
  lockDays: { batches: number };
}

/** What a run did. `caughtUp`: every day that is over has its records in the archive. */
export interface DailyOutcome {
  files: number;
  records: number;
  /** Index of the first record that has no file yet. */
  next: number;
  caughtUp: boolean;
}

/** A record on its way into a file, with what decides where that file ends. */
interface Leaf {
  index: number;
  bytes: Uint8Array;
  recordedAt: number;
  /** When the lock of its batch ends. */
  lockedUntil: number;
}

// By then a writer that took its time on the day before has committed, or its function has ended.
const MARGIN_MS = 3_600_000;

/**
 * Writes `records/…` of every day that is over, from where the last run ended, until `deadline` (milliseconds). Files are cut
 * by day and index alone and written in order, each whole or not at all: a run that is repeated, or one beside another,
 * writes the same files, and there is never a hole. Throws `integrity` where a batch does not continue the one before it.
 */
export async function writeDailyRecords(log: DailyLog, deadline: number): Promise<DailyOutcome> {
  const head = await log.heads.read();
  const openDay = dayOf(log.clock.now() - MARGIN_MS);
  // Files of purged days are gone: what they held is not written again.
  const start = Math.max(await endOfFiles(log), head?.purged?.below ?? 0);
  const outcome: DailyOutcome = { files: 0, records: 0, next: start, caughtUp: false };
  let file: Leaf[] = [];
  for await (const leaf of leavesFrom(log, start, head?.finalSize ?? 0)) {
    const [first] = file;
    if (first && (dayOf(leaf.recordedAt) !== dayOf(first.recordedAt) || leaf.index % FILE_RECORDS === 0)) {
      await store(log, file, outcome);
      file = [];
      if (log.clock.now() >= deadline) return outcome;
    }
    if (dayOf(leaf.recordedAt) >= openDay) return { ...outcome, caughtUp: true };
    file.push(leaf);
  }
  // A batch that is committed and not final may still belong to the day.
  if (file.length > 0 && head?.state !== 'FINAL') return outcome;
  await store(log, file, outcome);
  return { ...outcome, caughtUp: true };
}

/** The index after the last one that a file holds. */
async function endOfFiles({ archive }: DailyLog): Promise<number> {
  let end = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<Archive['versions']>> = await archive.versions('records/', after);
    for (const { key } of page.versions) end = Math.max(end, (parseRecordsObject(key)?.last ?? -1) + 1);
    after = page.next;
  }
  return end;
}

/** The leaves below `size` from `start` on, out of the batches of the archive, each batch checked against the one before. */
async function* leavesFrom(log: DailyLog, start: number, size: number): AsyncGenerator<Leaf> {
  if (start >= size) return;
  let before: Segment | undefined;
  for (let first = (await batchOf(log.table, start)).batchFirst; first < size; ) {
    const segment = await readSegment(log, first, before);
    const { recordedAt, lockDays = log.lockDays } = segment;
    const lockedUntil = lockUntil(recordedAt, lockDays.batches);
    for (const [position, { bytes }] of segment.leaves.entries()) {
      const index = first + position;
      if (index >= start && index < size) yield { index, bytes, recordedAt, lockedUntil };
    }
    before = segment;
    first += segment.leaves.length;
  }
}

async function readSegment(log: DailyLog, first: number, before: Segment | undefined): Promise<Segment> {
  const bytes = await log.archive.read(commitObject(first));
  if (!bytes) throw new AuditError('integrity', `the archive lacks the batch at ${first}`);
  const segment = decodeSegment(bytes, log.codec);
  if (segment.first !== first || (before && !equalBytes(segment.previousRoot, before.root)))
    throw new AuditError('integrity', `the batch at ${first} does not continue the one before it`);
  return segment;
}

async function store(log: DailyLog, leaves: readonly Leaf[], outcome: DailyOutcome): Promise<void> {
  const first = leaves[0];
  const last = leaves.at(-1);
  if (!first || !last) return;
  const file: RecordsFile = { day: dayOf(first.recordedAt), first: first.index, last: last.index };
  const { bytes, offsets } = encodeRecordsFile(
    file,
    leaves.map((leaf) => leaf.bytes),
    log.codec,
  );
  const locked = Math.max(...leaves.map(({ lockedUntil }) => lockedUntil));
  // The file itself comes last: from then on a run goes on after it.
  await log.archive.create(offsetsObject(file), offsets, locked);
  const made = await log.archive.create(recordsObject(file), bytes, locked);
  if (made === 'created') {
    outcome.files++;
    outcome.records += leaves.length;
  }
  outcome.next = last.index + 1;
}
