import { z } from 'zod';
import type { EventId } from '../event/ids.ts';
import { type EventFilter, filterSchema, typesOf } from '../query/filter.ts';

/**
 * What an export can be made as: `ndjson` verifies record by record, `pdf` is that with a report to be read, `tlog-tiles` is
 * the whole log as others' tools read it, the others are projections of the records for a SIEM.
 */
export const EXPORT_FORMATS = ['ndjson', 'pdf', 'ocsf', 'splunk-hec', 'elastic-bulk', 'tlog-tiles'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** Those whose files hold records one by one. */
export type RecordsFormat = Exclude<ExportFormat, 'tlog-tiles'>;

export const EXPORT_STATUSES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type ExportStatus = (typeof EXPORT_STATUSES)[number];

/** What is asked for: a format, and the filter of `GET /v1/audit/events`. */
export const exportRequestSchema = z
  .strictObject({
    format: z.enum(EXPORT_FORMATS),
    filter: filterSchema.default({}),
  })
  .refine(({ filter: { from, to } }) => from === undefined || to === undefined || from < to, {
    path: ['filter', 'to'],
    error: 'expected a time after "from"',
  })
  .refine(({ filter }) => typesOf(filter).size > 0, {
    path: ['filter', 'category'],
    error: 'expected the category of a type in "event_type": no event is of both',
  })
  .refine(({ format, filter }) => format !== 'tlog-tiles' || Object.keys(filter).length === 0, {
    path: ['filter'],
    error: 'expected none: tlog-tiles is the whole log',
  });

/** The tree that an export is of, fixed when it begins: whatever is recorded later is not in it. */
export interface ExportTree {
  size: number;
  /** The final checkpoint of that size, a signed note. */
  checkpoint: string;
  /** The key that the log began with; the chain of later ones is among the files. */
  verifierKey: string;
  /** Events that match in it. */
  total: number;
}

/** A job. Times are milliseconds since the Unix epoch. */
export interface ExportJob {
  exportId: EventId;
  format: ExportFormat;
  filter: EventFilter;
  /** Whether the commitments are opened: the asker had `personal:read`. */
  personal: boolean;
  createdAt: number;
  createdBy: { type: 'token' | 'operator' | 'user'; id: string };
  requestId: string;
  status: ExportStatus;
  /** Set once it has begun. */
  tree?: ExportTree;
  /** Records written so far. */
  records: number;
  /** Until then one worker has it. */
  leaseUntil?: number;
  /** How often a worker has taken it without having got further. */
  attempts: number;
  failure?: { code: string; detail: string };
  finishedAt?: number;
  /** `sha256:` and hex of `manifest.json`, and the octets of the zip. */
  manifestDigest?: string;
  bytes?: number;
  /** When its files are deleted. */
  expiresAt: number;
}

/** Where the jobs are kept. Every change is durable when it returns. */
export interface ExportJobs {
  add(job: ExportJob): Promise<void>;
  get(exportId: string): Promise<ExportJob | undefined>;
  /** The newest before `before`, newest first. */
  newest(limit: number, before?: string): Promise<ExportJob[]>;
  /** Takes the job until `leaseUntil`, unless it has ended or another worker has it. */
  claim(exportId: string, now: number, leaseUntil: number): Promise<ExportJob | undefined>;
  /** Reports how far the worker is and keeps the job; undefined where it was cancelled meanwhile. */
  progress(
    exportId: string,
    change: { leaseUntil: number; records: number; tree?: ExportTree; attempts?: number },
  ): Promise<ExportJob | undefined>;
  /** Ends it, unless it has ended; returns the job as it is then. */
  end(exportId: string, ending: ExportEnding): Promise<ExportJob>;
  /** Its files are deleted now: nothing can be fetched any more. */
  expire(exportId: string, now: number): Promise<ExportJob>;
}

/** How a job ends. */
export type ExportEnding = { finishedAt: number } & (
  | { status: 'done'; manifestDigest: string; bytes: number }
  | { status: 'failed'; failure: { code: string; detail: string } }
  | { status: 'cancelled' }
);

/** The files of an export. Durable when a call returns. */
export interface ExportFiles {
  write(exportId: string, name: string, bytes: Uint8Array): Promise<void>;
  read(exportId: string, name: string): Promise<Uint8Array | undefined>;
  /** Packs the named files into the export's zip, and returns its octets. Memory does not grow with them. */
  pack(exportId: string, names: readonly string[]): Promise<number>;
  /** Deletes all files of the export. */
  remove(exportId: string): Promise<void>;
}

/** Where a finished export is fetched from. */
export interface ExportDownloads {
  /** An address that serves the zip under `fileName` for some minutes, to whoever has it. */
  address(exportId: string, fileName: string): Promise<string>;
}

/** Whether nothing more will happen to it. */
export function hasEnded({ status }: Pick<ExportJob, 'status'>): boolean {
  return status === 'done' || status === 'failed' || status === 'cancelled';
}
