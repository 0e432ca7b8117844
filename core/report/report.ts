import type { ExportCompleteness } from '../export/completeness.ts';
import type { ExportJob, ExportTree } from '../export/export-job.ts';
import type { Tally } from '../export/tally.ts';
import { plain } from '../narrative/phrase.ts';
import type { Audience } from '../narrative/storyteller.ts';
import type { Manifest } from '../receipt/manifest.ts';
import type { Block } from './block.ts';
import { coverBlocks } from './cover.ts';
import type { Evidence, ReportLimits } from './evidence.ts';
import { integrityBlocks } from './integrity.ts';
import type { ReportMessages } from './messages.ts';
import { overviewBlocks } from './overview.ts';
import { taskBlocks } from './tasks.ts';

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

/** The report, from the cover to the signature. */
export function* reportBlocks(terms: ReportTerms): Iterable<Block> {
  yield* coverBlocks(terms);
  yield* overviewBlocks(terms);
  yield* integrityBlocks(terms);
  yield* taskBlocks(terms);
  const { signature: label } = terms.messages;
  yield { kind: 'heading', level: 1, text: label.heading, bookmark: plain(label.heading) };
  yield { kind: 'paragraph', text: label.text };
  yield { kind: 'list', items: label.checks };
  for (const heading of [label.reviewed, label.approved]) {
    yield { kind: 'heading', level: 3, text: heading };
    yield { kind: 'blanks', labels: label.labels };
  }
  yield { kind: 'paragraph', text: label.end, tone: 'quiet' };
}
