import type { Block } from '../report/block.ts';

/** A file that is attached to a report. */
export interface ReportFile {
  name: string;
  /** Media type. */
  type: string;
  description: string;
  bytes: Uint8Array;
}

/** Makes a document of a report: draws the blocks in their order, and attaches the files. */
export type ReportLayout = (report: {
  title: string;
  author: string;
  /** At the foot of each page. */
  footer: string;
  /** Milliseconds since the Unix epoch. */
  producedAt: number;
  blocks: Iterable<Block>;
  files: Iterable<ReportFile>;
}) => Promise<Uint8Array>;
