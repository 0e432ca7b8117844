import type { LogReader } from '../query/log-reader.ts';
import type { ReportLimits } from '../report/evidence.ts';
import type { ExportFiles, ExportJobs } from './export-job.ts';
import type { ReportLayout } from './report-layout.ts';

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
  /** Makes the document of a report. */
  layout: ReportLayout;
  /** Where a report ends; the default is 1,000 tasks, 20,000 records, 32 MB. */
  reportLimits?: ReportLimits;
  /** Octets after which a file ends and the next begins. */
  partBytes?: number;
  /** Matches that are looked up at once. */
  readAhead?: number;
}
