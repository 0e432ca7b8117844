import type { ExportCompleteness } from '../export/completeness.ts';
import type { ExportJob, ExportTree } from '../export/export-job.ts';
import type { Tally } from '../export/tally.ts';
import type { Audience } from '../narrative/storyteller.ts';
import type { Manifest } from '../receipt/manifest.ts';
import type { Evidence, ReportLimits } from './evidence.ts';
import type { ReportMessages } from './messages.ts';

/** What a report is made of. */
export interface ReportTerms {
  messages: ReportMessages;
  audience: Audience;
  job: Pick<ExportJob, 'exportId' | 'filter' | 'personal' | 'createdAt' | 'createdBy'>;
  tree: ExportTree;
  tenantId: string;
  /** Name of the log. */
  origin: string;
  writerVersion: string;
  /** Milliseconds since the Unix epoch. */
  producedAt: number;
  /** Records that match, and what they count up to. */
  records: number;
  tally: Tally;
  completeness: ExportCompleteness;
  refused: number;
  evidence: Evidence;
  limits: ReportLimits;
  /** The files of the export that hold all records. */
  parts: Manifest['parts'];
}
