import { AuditError, isAuditError } from '../errors.ts';
import { select } from '../query/filter.ts';
import { readFirstKey } from '../query/key-chain.ts';
import type { LogReader } from '../query/log-reader.ts';
import { readHead } from '../query/log-reader.ts';
import { countMatches } from '../query/matches.ts';
import type { ExportFiles, ExportJob, ExportJobs, ExportTree } from './export-job.ts';
import { sealExport } from './seal-export.ts';
import { writeRecords } from './write-records.ts';

/** What a worker that makes exports has. */
export interface Exporter {
  tenantId: string;
  /** Name of the log. */
  origin: string;
  writerVersion: string;
  reader: LogReader;
  jobs: ExportJobs;
  files: ExportFiles;
  /** Puts message bodies into the internal queue; durable when it returns. */
  outbox: { send(bodies: readonly string[]): Promise<void> };
  partBytes?: number;
}

/** `later`: it has not ended, and somebody must go on with it. */
export type ExportOutcome = 'ended' | 'later';

const LEASE_MS = 5 * 60_000;
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
  const { progress, complete } = await writeRecords(job, tree, {
    ...exporter,
    mustStop: () => reader.clock.now() >= deadline,
    onPart: async (records) => (await keep(records)) !== undefined,
  });
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
  const sealed = await sealExport(job, tree, progress, deadline, exporter);
  if (!sealed) return await release(job, progress.records, jobs);
  const ended = await jobs.end(exportId, { status: 'done', ...sealed, finishedAt: reader.clock.now() });
  return ended.status === 'cancelled' ? await drop(job, exporter) : 'ended';
}

/** The log as it is now: the export is of this tree, whatever is recorded meanwhile. */
async function fixTree({ filter }: ExportJob, reader: LogReader): Promise<ExportTree> {
  const { finalSize, checkpoint } = await readHead(reader);
  const verifierKey = await readFirstKey(reader);
  const total = await countMatches(reader.table, select(filter, reader.keys.index), finalSize);
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
