import type { PostingEntry } from '../index/posting.ts';
import { type PageEntry, readEntries } from '../query/entries.ts';
import { select } from '../query/filter.ts';
import type { LogReader } from '../query/log-reader.ts';
import { matchesByTime } from '../query/matches.ts';
import { PROVEN_FORMATS } from '../receipt/manifest.ts';
import type { ExportFiles, ExportJob, ExportTree, RecordsFormat } from './export-job.ts';
import { type FilesProgress, OpenPart, type Part, readProgress, storeProgress } from './parts.ts';
import { lineOf, PROJECTIONS } from './projections.ts';
import { Tally } from './tally.ts';

/** Octets after which a part is closed: what a worker holds in memory, and loses when it dies. */
const PART_BYTES = 16 * 1024 * 1024;
const READ_AHEAD = 20_000; // matches: an hour's posting lists are opened once for so many
const CHUNK = 200; // records read at once

/** Where the records of an export come from and go to. */
export interface RecordsWriter {
  reader: LogReader;
  files: ExportFiles;
  /** Name of the log. */
  origin: string;
  /** Octets of a part; the default is 16 MB. */
  partBytes?: number;
  /** Matches that are looked up at once; the default is 20,000. */
  readAhead?: number;
  /** Told after each part, with the records in the files; false stops the writing. */
  onPart(records: number): Promise<boolean>;
  /** Whether the worker must stop, to be gone on with by another. */
  mustStop(): boolean;
}

/**
 * Writes the records of `job` in the order of `occurred_at` into numbered parts, from where the files stand; everything
 * is as of `tree`. Returns what is in the files, and whether that is all.
 */
export async function writeRecords(
  job: ExportJob & { format: RecordsFormat },
  tree: ExportTree,
  writer: RecordsWriter,
): Promise<{ progress: FilesProgress; complete: boolean }> {
  const { files, partBytes = PART_BYTES } = writer;
  let progress = await readProgress(files, job.exportId);
  let next = progress;
  const events = new OpenPart('events');
  const disclosures = new OpenPart('disclosures');
  const tally = new Tally(progress.tally);
  for await (const entry of entriesAfter(job, tree, progress, writer)) {
    const line = PROJECTIONS[job.format](entry, writer.origin);
    events.add(line);
    // A projection shows the opened values itself; the bundle keeps them apart, since the leaf holds commitments.
    if (PROVEN_FORMATS.has(job.format) && entry.disclosures)
      disclosures.add(lineOf({ log_index: entry.log_index, disclosures: entry.disclosures }));
    next = withEntry(next, entry);
    tally.add(entry.record.event);
    const stop = writer.mustStop();
    if (events.bytes + disclosures.bytes < partBytes && !stop) continue;
    progress = next = await flush(next);
    if (!(await writer.onPart(progress.records)) || stop) return { progress, complete: false };
  }
  progress = await flush(next);
  return { progress, complete: await writer.onPart(progress.records) };

  async function flush(state: FilesProgress): Promise<FilesProgress> {
    const number = 1 + state.parts.filter(({ name }) => name.startsWith('events')).length;
    const written = [
      await events.close(files, job.exportId, number),
      await disclosures.close(files, job.exportId, number),
    ].filter((part): part is Part => part !== undefined);
    const now = { ...state, parts: [...state.parts, ...written], tally: tally.state };
    if (written.length > 0) await storeProgress(files, job.exportId, now);
    return now;
  }
}

async function* entriesAfter(
  { filter, personal }: ExportJob,
  { size }: ExportTree,
  { position }: FilesProgress,
  { reader, readAhead = READ_AHEAD }: RecordsWriter,
): AsyncGenerator<PageEntry> {
  const selection = select(filter, reader.keys.index);
  let at: FilesProgress['position'] | undefined = position;
  while (at) {
    const matches: PostingEntry[] = await matchesByTime(reader.table, selection, size, at, readAhead);
    for (let start = 0; start < matches.length; ) {
      const entries = await readEntries(reader, matches.slice(start, start + CHUNK), size, { personal });
      yield* entries;
      start += entries.length; // a chunk of long records ends early
    }
    at = matches.length < readAhead ? undefined : matches.at(-1);
  }
}

function withEntry(progress: FilesProgress, { log_index, record }: PageEntry): FilesProgress {
  const { first, last, records } = progress;
  return {
    ...progress,
    position: { occurredAt: Date.parse(record.event.occurred_at), index: log_index },
    records: records + 1,
    first: first === null ? log_index : Math.min(first, log_index),
    last: last === null ? log_index : Math.max(last, log_index),
  };
}
