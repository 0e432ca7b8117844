import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { eventIdSchema } from '../../core/event/ids.ts';
import { digestSchema } from '../../core/event/values.ts';
import {
  EXPORT_FORMATS,
  EXPORT_STATUSES,
  type ExportEnding,
  type ExportJob,
  type ExportJobs,
} from '../../core/export/export-job.ts';
import { filterSchema } from '../../core/query/filter.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'EXPORT';
const LIVING = '(#status = :queued OR #status = :running)';

const itemSchema = z.object({
  sk: eventIdSchema,
  job: z.object({
    format: z.enum(EXPORT_FORMATS),
    filter: filterSchema,
    personal: z.boolean(),
    createdAt: z.int(),
    createdBy: z.object({ type: z.enum(['token', 'operator', 'user']), id: z.string() }),
    requestId: z.string(),
  }),
  files_until: z.int(),
  status: z.enum(EXPORT_STATUSES),
  tree: z
    .object({ size: z.int(), checkpoint: z.string(), verifierKey: z.string(), total: z.int() })
    .optional(),
  records: z.int(),
  attempts: z.int(),
  lease_until: z.int().optional(),
  ending: z
    .object({
      finishedAt: z.int(),
      failure: z.object({ code: z.string(), detail: z.string() }).optional(),
      manifestDigest: digestSchema.optional(),
      bytes: z.int().optional(),
    })
    .optional(),
});

/** The export jobs in the control table: partition `EXPORT`, sorted by their ids, which begin with their time. */
export class DynamoExports implements ExportJobs {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async add({ exportId, status, records, attempts, ...job }: ExportJob): Promise<void> {
    const { format, filter, personal, createdAt, createdBy, requestId, expiresAt } = job;
    const added = await this.#control.add({
      ...keyOf(exportId),
      job: { format, filter, personal, createdAt, createdBy, requestId },
      files_until: expiresAt,
      status,
      records,
      attempts,
      // The item outlives the files, so that the list can say what became of them.
      expires_at: Math.ceil(expiresAt / 1_000) + 90 * 86_400,
    });
    if (!added) throw new AuditError('conflict', 'the export is there already');
  }

  async get(exportId: string): Promise<ExportJob | undefined> {
    const item = await this.#control.get(keyOf(exportId));
    return item && readItem(item);
  }

  async newest(limit: number, before?: string): Promise<ExportJob[]> {
    return (await this.#control.newest(PARTITION, limit, before)).map(readItem);
  }

  async claim(exportId: string, now: number, leaseUntil: number): Promise<ExportJob | undefined> {
    return await this.#change(exportId, {
      update: 'SET #status = :running, lease_until = :until, attempts = attempts + :one',
      condition: `${LIVING} AND (attribute_not_exists(lease_until) OR lease_until <= :now)`,
      values: { ':queued': 'queued', ':running': 'running', ':until': leaseUntil, ':now': now, ':one': 1 },
    });
  }

  async progress(
    exportId: string,
    { leaseUntil, records, tree, attempts }: Parameters<ExportJobs['progress']>[1],
  ): Promise<ExportJob | undefined> {
    const more = [tree && 'tree = :tree', attempts !== undefined && 'attempts = :attempts'].filter(Boolean);
    return await this.#change(exportId, {
      update: `SET ${['lease_until = :until', 'records = :records', ...more].join(', ')}`,
      condition: '#status = :running',
      values: {
        ':running': 'running',
        ':until': leaseUntil,
        ':records': records,
        ...(tree && { ':tree': tree }),
        ...(attempts !== undefined && { ':attempts': attempts }),
      },
    });
  }

  async end(exportId: string, { status, ...ending }: ExportEnding): Promise<ExportJob> {
    const changed = await this.#change(exportId, {
      update: 'SET #status = :status, ending = :ending',
      condition: LIVING,
      values: { ':queued': 'queued', ':running': 'running', ':status': status, ':ending': ending },
    });
    const standing = changed ?? (await this.get(exportId));
    if (!standing) throw new AuditError('not_found', 'there is no such export');
    return standing;
  }

  async expire(exportId: string, now: number): Promise<ExportJob> {
    const changed = await this.#change(exportId, {
      update: 'SET files_until = :now',
      condition: 'attribute_exists(#status)',
      values: { ':now': now },
    });
    if (!changed) throw new AuditError('not_found', 'there is no such export');
    return changed;
  }

  async #change(
    exportId: string,
    change: { update: string; condition: string; values: Record<string, unknown> },
  ): Promise<ExportJob | undefined> {
    const item = await this.#control.change(keyOf(exportId), { ...change, names: { '#status': 'status' } });
    return item && readItem(item);
  }
}

function keyOf(exportId: string): { pk: string; sk: string } {
  return { pk: PARTITION, sk: exportId };
}

function readItem(item: unknown): ExportJob {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not an export');
  const { sk, job, status, tree, records, attempts, lease_until, ending, files_until } = parsed.data;
  const { failure, manifestDigest, bytes, finishedAt } = ending ?? {};
  return {
    exportId: sk,
    ...job,
    expiresAt: files_until,
    status,
    records,
    attempts,
    ...(tree && { tree }),
    ...(lease_until !== undefined && { leaseUntil: lease_until }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(failure && { failure }),
    ...(manifestDigest && { manifestDigest }),
    ...(bytes !== undefined && { bytes }),
  };
}
