import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { ExportJob, ExportJobs } from '../../core/export/export-job.ts';
import { runExport } from '../../core/export/run-export.ts';
import { S3Exports } from '../../lambdas/adapters/s3-exports.ts';
import { writeTiles } from './made-export.ts';
import { ORIGIN } from './made-log.ts';
import { MadeReader, taskLeaf } from './made-reader.ts';
import { MemoryExportJobs } from './memory-exports.ts';

/*
 * The worker of an export as a process of its own, so that it can be killed, and its memory is nobody else's:
 * node export-worker.ts FOLDER RECORDS STEP_MS ENDPOINT SECONDS_LATER
 * and, without an endpoint, what makes the log that it exports.
 * It says how many records are in the files on every sign of life, and at its end its peak memory.
 */

const [folder = '', records = '', step = '', endpoint = '', later = '0'] = process.argv.slice(2);
if (endpoint === '') {
  await writeTiles(folder, Number(records), (index) => taskLeaf(index, Number(step)));
  process.exit();
}
const now = () => Date.now() + Number(later) * 1_000;
const jobsFile = join(folder, 'jobs.json');

/** Jobs that outlive the process. */
class KeptJobs extends MemoryExportJobs {
  constructor() {
    super();
    const kept: ExportJob[] = existsSync(jobsFile) ? JSON.parse(readFileSync(jobsFile, 'utf8')) : [];
    for (const job of kept) this.jobs.set(job.exportId, job);
  }

  override async claim(...terms: Parameters<ExportJobs['claim']>) {
    return this.#keep(await super.claim(...terms));
  }

  override async progress(...terms: Parameters<ExportJobs['progress']>) {
    process.stdout.write(`${JSON.stringify({ records: terms[1].records })}\n`);
    return this.#keep(await super.progress(...terms));
  }

  override async end(...terms: Parameters<ExportJobs['end']>) {
    return this.#keep(await super.end(...terms));
  }

  #keep<T>(answer: T): T {
    writeFileSync(`${jobsFile}.new`, JSON.stringify([...this.jobs.values()]));
    renameSync(`${jobsFile}.new`, jobsFile);
    return answer;
  }
}

const made = new MadeReader(folder, Number(records), Number(step), now);
const jobs = new KeptJobs();
const [job] = jobs.jobs.values();
if (!job) throw new Error(`${jobsFile} has no job`);
const outcome = await runExport(job.exportId, now() + 3_600_000, {
  tenantId: 'acme',
  origin: ORIGIN,
  writerVersion: '0.1.0',
  reader: made.reader,
  jobs,
  files: new S3Exports(
    new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    }),
    'work',
  ),
  outbox: {
    send: async (bodies) => {
      for (const body of bodies) await made.append(JSON.parse(body).events[0]);
    },
  },
  layout: async () => new Uint8Array(),
});
const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024);
process.stdout.write(
  `${JSON.stringify({ outcome, status: jobs.jobs.get(job.exportId)?.status, peak_mb: peakMb })}\n`,
);
