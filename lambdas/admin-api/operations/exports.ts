import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, digestSchema, short, timestamp } from '../../../core/event/values.ts';
import { EXPORT_FORMATS, EXPORT_STATUSES, exportRequestSchema } from '../../../core/export/export-job.ts';
import { filterSchema } from '../../../core/query/filter.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { cursorSchema, limitSchema } from '../../shared/http/query-parameters.ts';

const path = '/v1/audit/exports';
const one = `${path}/{export_id}` as const;
const params = z.strictObject({ export_id: eventIdSchema });
const common = { tag: 'Exports', scopes: ['exports'] } as const;

const exportSchema = z
  .strictObject({
    export_id: eventIdSchema,
    format: z.enum(EXPORT_FORMATS),
    filter: filterSchema,
    personal_fields: z
      .enum(['disclosed', 'committed'])
      .meta({ description: 'Disclosed where the token that asked has `personal:read`.' }),
    status: z.enum(EXPORT_STATUSES),
    progress: z.strictObject({
      records: count(),
      total: count().optional().meta({ description: 'Known once it has begun.' }),
      percent: z.int().min(0).max(100),
    }),
    tree_size: count().optional().meta({ description: 'Size of the log that the export is of.' }),
    requested_by: z.strictObject({ type: short(), id: short() }),
    requested_at: timestamp(),
    finished_at: timestamp().optional(),
    expires_at: timestamp().meta({ description: 'Its files are deleted then.' }),
    failure: z.strictObject({ code: short(), detail: z.string() }).optional(),
    bytes: count().optional().meta({ description: 'Octets of the zip.' }),
    manifest_sha256: digestSchema
      .optional()
      .meta({ description: 'Of `manifest.json`; the record `EXPORT_CREATED` names it.' }),
    download_url: z
      .string()
      .startsWith('/')
      .optional()
      .meta({ description: 'Below the base address; answers 303 to an address of some minutes.' }),
  })
  .meta({ id: 'Export' });

const EXAMPLE = {
  export_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  format: 'ndjson',
  filter: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-16T00:00:00.000Z' },
  personal_fields: 'committed',
  status: 'running',
  progress: { records: 20_000, total: 48_210, percent: 41 },
  tree_size: 120_400,
  requested_by: { type: 'token', id: '01a20ce4-05c0-7f11-8d4e-1b0c5c1f9e01' },
  requested_at: '2026-11-24T09:00:00.000Z',
  expires_at: '2026-12-01T09:00:00.000Z',
} as const;

const DONE = {
  ...EXAMPLE,
  status: 'done',
  progress: { records: 48_210, total: 48_210, percent: 100 },
  finished_at: '2026-11-24T09:02:11.000Z',
  bytes: 31_220_118,
  manifest_sha256: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  download_url: '/v1/audit/exports/01a20ce4-05c0-77ab-9306-82f5da62bf63/download',
} as const;

export const createExport = {
  ...common,
  id: 'createExport',
  leaves: { accessTo: 'export' },
  method: 'POST',
  path,
  summary: 'Asks for an export',
  description:
    'A job: the export is of the log as it is when the job begins. `ndjson` is the bundle that verifies offline, ' +
    'record by record; `pdf` is that and a report for people, PDF/A with its evidence attached; `ocsf`, `splunk-hec` and `elastic-bulk` are projections of it for a SIEM; `tlog-tiles` is the whole log as others’ ' +
    'tools read it, and takes no filter. The filter is that ' +
    'of `GET /v1/audit/events`; without a category it leaves the product’s own governance records out.',
  body: { schema: exportRequestSchema, example: { format: 'ndjson', filter: { category: 'all' } } },
  answers: {
    202: {
      description: 'It is queued.',
      schema: exportSchema,
      example: { ...EXAMPLE, status: 'queued', progress: { records: 0, percent: 0 }, tree_size: undefined },
    },
  },
  problems: ['unavailable'],
} as const satisfies Operation;

export const listExports = {
  ...common,
  id: 'listExports',
  leaves: { accessTo: 'exports' },
  method: 'GET',
  path,
  summary: 'Exports, newest first',
  query: z.strictObject({ limit: limitSchema, cursor: cursorSchema }),
  answers: {
    200: {
      description: 'Those of the last months, also where their files are deleted.',
      schema: z.strictObject({ exports: z.array(exportSchema), next_cursor: z.string().nullable() }),
      example: { exports: [DONE], next_cursor: null },
    },
  },
} as const satisfies Operation;

export const getExport = {
  ...common,
  id: 'getExport',
  leaves: { accessTo: 'export', coalesced: () => true },
  method: 'GET',
  path: one,
  params,
  summary: 'One export and how far it is',
  answers: { 200: { description: 'As it is now.', schema: exportSchema, example: EXAMPLE } },
  problems: ['not_found'],
} as const satisfies Operation;

export const cancelExport = {
  ...common,
  id: 'cancelExport',
  leaves: { accessTo: 'export' },
  repeats: 'What has ended stays as it is.',
  method: 'POST',
  path: `${one}/cancel`,
  params,
  summary: 'Stops an export that has not ended',
  answers: {
    200: {
      description: 'It is cancelled, and what was written is deleted; or it had ended, and stays as it is.',
      schema: exportSchema,
      example: { ...EXAMPLE, status: 'cancelled', finished_at: '2026-11-24T09:01:00.000Z' },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;

export const deleteExport = {
  ...common,
  id: 'deleteExport',
  leaves: { accessTo: 'export' },
  method: 'DELETE',
  path: one,
  params,
  summary: 'Deletes the files of an export',
  description: 'One that has not ended is cancelled first. That it was made stays in the log.',
  answers: {
    200: {
      description: 'Nothing of it can be fetched any more.',
      schema: exportSchema,
      example: { ...DONE, expires_at: '2026-11-24T10:00:00.000Z', download_url: undefined },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;

export const downloadExport = {
  ...common,
  id: 'downloadExport',
  leaves: { acts: ['EXPORT_DOWNLOADED'] },
  method: 'GET',
  path: `${one}/download`,
  params,
  summary: 'Fetches an export that is done',
  description: 'Every download is a record, `EXPORT_DOWNLOADED`, before the address is given.',
  query: z.strictObject({
    redirect: z.enum(['true', 'false']).default('true').meta({
      description:
        '`false`: the answer is the address itself, for pages, whose token must not follow to another place.',
    }),
  }),
  answers: {
    200: {
      description: 'With `redirect=false`.',
      schema: z.strictObject({
        address: z.url().meta({
          description: 'Presigned, for five minutes; whoever has it can fetch the zip.',
        }),
      }),
      example: { address: 'https://example.s3.amazonaws.com/exports/01a20ce4.zip?X-Amz-Signature=9f86d0' },
    },
    303: {
      description: 'The zip is at the address in `Location`, for five minutes.',
      headers: { location: 'A presigned address; whoever has it can fetch the zip.' },
    },
  },
  problems: ['not_found', 'conflict', 'unavailable'],
} as const satisfies Operation;
