import { AuditError, isAuditError } from '../errors.ts';
import { select } from '../query/filter.ts';
import { readFirstKey } from '../query/key-chain.ts';
import type { LogReader } from '../query/log-reader.ts';
import { readHead } from '../query/log-reader.ts';
import { countMatches } from '../query/matches.ts';
import type { ExportJob, ExportJobs, ExportTree } from './export-job.ts';
import type { Exporter } from './exporter.ts';
import { makeReport } from './make-report.ts';
import { type FilesProgress, storeProgress, writePart } from './parts.ts';
import { sealExport } from './seal-export.ts';
import { writeRecords } from './write-records.ts';
import { minimumIndex, writeTiles } from './write-tiles.ts';

/** `later`: it has not ended, and somebody must go on with it. */
export type ExportOutcome = 'ended' | 'later';

const LEASE_MS = 5 * 60_000;
const KEEP_EVERY = 50; // tasks that are gathered between two signs of life
const MOST_ATTEMPTS = 8; // without a single part written in between

/**
 * Works on the export `exportId` until it has ended or `deadline` (milliseconds since the Unix epoch) is near. May be
 * called again at any time, by anybody: one worker has the job at a time, and it goes on where the files stand.
 */
export async function runExport(
  exportId: string,
  deadline: number,
  exporter: Exporter,
): Promise<ExportOutcome> {
  const { jobs, reader } = exporter;
  const now = reader.clock.now();
  const job = await jobs.claim(exportId, now, now + LEASE_MS);
  if (!job) {
    const standing = await jobs.get(exportId);
    const waits = standing?.status === 'running' || standing?.status === 'queued';
    return waits ? 'later' : 'ended';
  }
  try {
    return await goOn(job, deadline, exporter);
  } catch (error) {
    const permanent = !isAuditError(error, 'unavailable') || job.attempts >= MOST_ATTEMPTS;
    if (!permanent) throw error;
    const failure = describeFailure(error);
    await jobs.end(exportId, { status: 'failed', failure, finishedAt: reader.clock.now() });
    if (!isAuditError(error)) throw error; // a fault of ours: the log must tell of it
    return 'ended';
  }
}

async function goOn(job: ExportJob, deadline: number, exporter: Exporter): Promise<ExportOutcome> {
  const { jobs, reader } = exporter;
  const { exportId } = job;
  const keep = (records: number, tree?: ExportTree) =>
    jobs.progress(exportId, {
      leaseUntil: reader.clock.now() + LEASE_MS,
      records,
      ...(tree ? { tree } : { attempts: 0 }), // a part that was written is a step forward
    });

  const tree = job.tree ?? (await fixTree(job, reader));
  if (!job.tree && !(await keep(0, tree))) return await drop(job, exporter);
  const { format } = job;
  const writer = {
    ...exporter,
    mustStop: () => reader.clock.now() >= deadline,
    onPart: async (records: number) => (await keep(records)) !== undefined,
  };
  const { progress, complete } =
    format === 'tlog-tiles'
      ? await writeTiles(job, tree, writer)
      : await writeRecords({ ...job, format }, tree, writer);
  if (!complete) {
    const standing = await jobs.get(exportId);
    return standing?.status === 'cancelled'
      ? await drop(job, exporter)
      : await release(job, progress.records, jobs);
  }
  if (progress.records !== tree.total)
    throw new AuditError(
      'integrity',
      `the index counts ${tree.total} events where ${progress.records} were found`,
    );
  const whole =
    format === 'pdf' ? await withReport(job, tree, progress, exporter, { keep, deadline }) : progress;
  const sealed = whole && (await sealExport(job, tree, whole, deadline, exporter));
  if (!sealed) return await release(job, progress.records, jobs);
  const ended = await jobs.end(exportId, { status: 'done', ...sealed, finishedAt: reader.clock.now() });
  return ended.status === 'cancelled' ? await drop(job, exporter) : 'ended';
}

const REPORT = 'report.pdf';

/** The files with the report, which is made once: one that is made again would tell another time. */
async function withReport(
  job: ExportJob,
  tree: ExportTree,
  progress: FilesProgress,
  exporter: Exporter,
  { keep, deadline }: { keep: (records: number) => Promise<ExportJob | undefined>; deadline: number },
): Promise<FilesProgress | undefined> {
  if (progress.parts.some(({ name }) => name === REPORT)) return progress;
  const { files, reader } = exporter;
  let tasks = 0;
  const goOn = async () => {
    if (reader.clock.now() >= deadline) return false;
    tasks++;
    return tasks % KEEP_EVERY !== 0 || (await keep(progress.records)) !== undefined;
  };
  const report = await makeReport(job, tree, progress, exporter, goOn);
  if (!report) return undefined;
  const parts = [...progress.parts, await writePart(files, job.exportId, REPORT, report)];
  const whole = { ...progress, parts };
  await storeProgress(files, job.exportId, whole);
  return whole;
}

/** The log as it is now: the export is of this tree, whatever is recorded meanwhile. */
async function fixTree({ format, filter }: ExportJob, reader: LogReader): Promise<ExportTree> {
  const { finalSize, checkpoint } = await readHead(reader);
  const verifierKey = await readFirstKey(reader);
  const total =
    format === 'tlog-tiles'
      ? Math.max(0, finalSize - (await minimumIndex(reader)))
      : await countMatches(reader.table, select(filter, reader.keys.index), finalSize);
  return { size: finalSize, checkpoint, verifierKey, total };
}

async function release({ exportId }: ExportJob, records: number, jobs: ExportJobs): Promise<ExportOutcome> {
  await jobs.progress(exportId, { leaseUntil: 0, records });
  return 'later';
}

/** It was cancelled: what was written goes. */
async function drop({ exportId }: ExportJob, { files }: Exporter): Promise<ExportOutcome> {
  await files.remove(exportId);
  return 'ended';
}

/** For the asker: what is theirs to know, in words. */
function describeFailure(error: unknown): { code: string; detail: string } {
  if (isAuditError(error, 'integrity'))
    return {
      code: 'integrity',
      detail: 'What is stored did not pass its own checks, so it was not given out.',
    };
  if (isAuditError(error, 'too_large')) return { code: 'too_large', detail: error.message };
  if (isAuditError(error, 'unavailable'))
    return {
      code: 'unavailable',
      detail: 'A part of the service did not answer for a long time. Ask again.',
    };
  return {
    code: 'internal_error',
    detail: 'Something went wrong on our side. Ask again, or tell your operator.',
  };
}
