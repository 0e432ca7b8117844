import { join } from 'node:path';
import { mintEventId } from '../core/event/ids.ts';
import type { ExportFormat, ExportJob } from '../core/export/export-job.ts';
import type { Exporter } from '../core/export/exporter.ts';
import { runExport } from '../core/export/run-export.ts';
import { reportPdf } from '../lambdas/export-records/pdf/report-pdf.ts';
import { installedFile } from '../lib/report-files.ts';
import { MemoryExportFiles, MemoryExportJobs } from '../test/support/memory-exports.ts';
import { type Effort, type Extent, effortOf, growthOf, type Line, lineOf, times } from './line.ts';
import { openPlainLog, type PlainLog } from './plain-log.ts';
import { refundMessages, takeAll } from './writer.ts';

const SIZES = [100, 1_000, 10_000]; // the largest is a thousand tasks, the most that a report holds
const QUICK_PDF = 1_000;
const BATCH = 100;
const DAY = 86_400_000;
const ROOT = join(import.meta.dirname, '..');
const FORMATS: readonly ExportFormat[] = ['ndjson', 'pdf'];

/**
 * Records that the worker of exports takes in a second of one core, proofs, disclosures and manifest included, and the most
 * that its heap takes beyond the log in memory. The PDF is laid out with its faces and its evidence; the zip is not made.
 */
export async function benchExport({ full }: Extent): Promise<Line[]> {
  const lines: Line[] = [];
  const logs: { size: number; plain: PlainLog }[] = [];
  for (const size of SIZES) logs.push({ size, plain: await filledLog(size) });
  const [smallest] = logs;
  for (const format of FORMATS) {
    const steps: (Effort & { size: number })[] = [];
    if (smallest) await exported(smallest.plain, format); // warm
    const most = format === 'pdf' && !full ? QUICK_PDF : (SIZES.at(-1) ?? 0);
    for (const { size, plain } of logs) {
      if (size > most) continue;
      const efforts = await times(full ? 5 : 1, () => exported(plain, format));
      const [effort] = efforts;
      if (effort) steps.push({ size, ...effort });
      if (size !== most) continue;
      const rates = efforts.map(({ seconds }) => size / seconds);
      lines.push(lineOf(`export: ${format}, ${size.toLocaleString('en')} records`, 'records/s', rates));
    }
    const peaks = steps.map(({ size, peak }) => `${size.toLocaleString('en')} records ${megabytes(peak)} MB`);
    const peak = steps.at(-1)?.peak ?? Number.NaN;
    lines.push(
      {
        name: `export: ${format}, most memory`,
        value: peak / 2 ** 20,
        unit: 'MB',
        note: `beyond the log itself: ${peaks.join(', ')}`,
      },
      growthOf(`export as ${format}, records`, steps),
    );
  }
  return lines;
}

async function filledLog(size: number): Promise<PlainLog> {
  const plain = await openPlainLog();
  await takeAll(plain, await refundMessages(size, 10, plain.log), BATCH / 10);
  return plain;
}

async function exported({ log, reader, intake, accept }: PlainLog, format: ExportFormat): Promise<Effort> {
  const jobs = new MemoryExportJobs();
  const job = jobFor(format, log);
  await jobs.add(job);
  const send = async (bodies: readonly string[]) =>
    await accept(
      bodies.map((body, position) => {
        const id = `${job.exportId}-${position}`;
        return { id, body, sentAt: log.clock.now(), receives: 1, queue: 'internal' };
      }),
    );
  const exporter: Exporter = {
    tenantId: log.tenant,
    origin: log.origin,
    writerVersion: intake.writerVersion,
    reader,
    jobs,
    files: new MemoryExportFiles(),
    outbox: { send },
    layout: reportPdf((file) => installedFile(ROOT, `fonts/${file}`)),
  };
  const effort = await effortOf(() => runExport(job.exportId, log.clock.now() + 3_600_000, exporter));
  const ended = await jobs.get(job.exportId);
  if (ended?.status !== 'done')
    throw new Error(`the benchmark's export ended as ${ended?.status}: ${ended?.failure?.detail}`);
  return effort;
}

function jobFor(format: ExportFormat, { clock, random }: PlainLog['log']): ExportJob {
  const createdAt = clock.now();
  return {
    exportId: mintEventId(createdAt, random),
    format,
    filter: {},
    personal: true,
    createdAt,
    createdBy: { type: 'token', id: 'token-1' },
    requestId: 'request-1',
    status: 'queued',
    records: 0,
    attempts: 0,
    expiresAt: createdAt + DAY,
  };
}

function megabytes(octets: number): string {
  return (octets / 2 ** 20).toFixed(0);
}
