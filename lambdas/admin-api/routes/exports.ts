import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import { type ExportJob, hasEnded } from '../../../core/export/export-job.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import {
  cancelExport,
  createExport,
  deleteExport,
  downloadExport,
  getExport,
  listExports,
} from '../operations/exports.ts';
import type { AdminApi } from '../ports.ts';

const KEPT_MS = 7 * 86_400_000;
const FORGOTTEN_MS = 2 * 60_000; // a job that nobody has taken up by then may have lost its message
const cursorSchema = z.string().regex(/^[0-9a-f-]{36}$/);

/** `POST`, `GET` and `DELETE /v1/audit/exports`, `…/cancel`, `…/download`. */
export function exportRoutes(api: AdminApi) {
  return [
    routeOf(createExport, (asked) => create(api, asked)),
    routeOf(listExports, (asked) => list(api, asked)),
    routeOf(getExport, async (asked) => ok(await find(api, asked))),
    routeOf(cancelExport, async (asked) => ok(await cancel(api, await find(api, asked)))),
    routeOf(deleteExport, async (asked) => ok(await remove(api, await find(api, asked)))),
    routeOf(downloadExport, (asked) => download(api, asked)),
  ];
}

async function create(api: AdminApi, asked: Asked<typeof createExport>): Promise<ApiResponse> {
  const { caller, requestId, body } = asked;
  if (caller.kind === 'emitter') throw new AuditError('forbidden', 'An emitter asks for its receipts alone.');
  const now = api.clock.now();
  const job: ExportJob = {
    exportId: mintEventId(now, api.random),
    ...body,
    // Entry bundles are the records as they are: nothing is opened in them.
    personal: body.format !== 'tlog-tiles' && hasScope(caller.scopes, 'personal:read'),
    createdAt: now,
    createdBy: { type: caller.kind, id: caller.id },
    requestId,
    status: 'queued',
    records: 0,
    attempts: 0,
    expiresAt: now + KEPT_MS,
  };
  await api.exports.jobs.add(job);
  await enqueue(api, job);
  return { status: 202, body: shown(job) };
}

async function list(api: AdminApi, asked: Asked<typeof listExports>): Promise<ApiResponse> {
  const { limit, cursor } = asked.query;
  if (cursor !== undefined && !(await isOwnCursor(api, cursor)))
    throw new AuditError('invalid_request', 'cursor: expected the next_cursor of an answer', {
      field: 'cursor',
    });
  const jobs = await api.exports.jobs.newest(limit + 1, cursor);
  const page = jobs.slice(0, limit);
  for (const job of page) await remind(api, job);
  const last = jobs.length > limit ? page.at(-1) : undefined;
  return {
    status: 200,
    body: { exports: page.map((job) => shown(job)), next_cursor: last?.exportId ?? null },
  };
}

/** The id of an export that is there: what somebody else has, or made up, goes on with nothing. */
async function isOwnCursor({ exports }: AdminApi, cursor: string): Promise<boolean> {
  return cursorSchema.safeParse(cursor).success && (await exports.jobs.get(cursor)) !== undefined;
}

async function download(api: AdminApi, asked: Asked<typeof downloadExport>): Promise<ApiResponse> {
  const job = await find(api, asked);
  if (job.status !== 'done')
    throw new AuditError('conflict', `The export is ${job.status}: there is nothing to download.`);
  if (job.expiresAt <= api.clock.now())
    throw new AuditError('not_found', 'The files of this export are deleted. Ask for a new one.');
  const mark = api.acts.mark(
    'EXPORT_DOWNLOADED',
    {
      target: { type: 'export', id: job.exportId },
      after: { format: job.format, records: job.records, manifest_sha256: job.manifestDigest ?? null },
    },
    asked,
  );
  await api.acts.record(mark, async () => undefined);
  const fileName = `audit-trail-${api.tenantId}-${job.exportId}.zip`;
  const address = await api.exports.files.address(job.exportId, fileName);
  if (asked.query.redirect === 'false') return { status: 200, body: { address }, gives: { count: 1 } };
  return { status: 303, headers: { location: address } };
}

async function cancel({ exports, clock }: AdminApi, job: ExportJob): Promise<ExportJob> {
  if (hasEnded(job)) return job;
  return await exports.jobs.end(job.exportId, { status: 'cancelled', finishedAt: clock.now() });
}

async function remove(api: AdminApi, job: ExportJob): Promise<ExportJob> {
  await cancel(api, job);
  await api.exports.files.remove(job.exportId);
  return await api.exports.jobs.expire(job.exportId, Math.min(job.expiresAt, api.clock.now()));
}

async function find(api: AdminApi, { params }: { params: { export_id: string } }): Promise<ExportJob> {
  const job = await api.exports.jobs.get(params.export_id);
  if (!job) throw new AuditError('not_found', 'There is no export with this id.');
  await remind(api, job);
  return job;
}

/** A job whose message may never have reached the queue is sent again; a worker takes it once. */
async function remind(api: AdminApi, job: ExportJob): Promise<void> {
  const forgotten = job.status === 'queued' && api.clock.now() - job.createdAt > FORGOTTEN_MS;
  if (forgotten) await enqueue(api, job);
}

async function enqueue({ exports }: AdminApi, { exportId }: ExportJob): Promise<void> {
  await exports.queue.send([JSON.stringify({ export_id: exportId })]);
}

function ok(job: ExportJob): ApiResponse {
  return { status: 200, body: shown(job) };
}

function shown(job: ExportJob) {
  const { exportId, tree, records, failure, finishedAt, manifestDigest, bytes } = job;
  const total = tree?.total;
  const share = total === undefined ? 0 : total === 0 ? 1 : records / total;
  const percent = job.status === 'done' ? 100 : Math.min(99, Math.floor(share * 100));
  return {
    export_id: exportId,
    format: job.format,
    filter: job.filter,
    personal_fields: job.personal ? 'disclosed' : 'committed',
    status: job.status,
    progress: { records, ...(total !== undefined && { total }), percent },
    ...(tree && { tree_size: tree.size }),
    requested_by: job.createdBy,
    requested_at: formatTimestamp(job.createdAt),
    ...(finishedAt !== undefined && { finished_at: formatTimestamp(finishedAt) }),
    expires_at: formatTimestamp(job.expiresAt),
    ...(failure && { failure }),
    ...(bytes !== undefined && { bytes }),
    ...(manifestDigest !== undefined && { manifest_sha256: manifestDigest }),
    ...(job.status === 'done' && { download_url: `/v1/audit/exports/${exportId}/download` }),
  };
}
