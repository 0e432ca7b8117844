import { expect } from '@jest/globals';
import { z } from 'zod';
import { receiptSchema } from '../../../core/receipt/receipt.ts';
import { verifyPage, verifyReceipt } from '../../../core/receipt/verify.ts';
import { eventually } from './eventually.ts';
import { call } from './http.ts';
import type { LocalTenant } from './local-tenants.ts';

const entrySchema = z.looseObject({
  record: z.looseObject({
    tenant_id: z.string(),
    content_hash: z.string(),
    ingest: z.object({ source: z.string() }),
    emitter: z.looseObject({ id: z.string() }),
    event: z.looseObject({
      event_id: z.string(),
      event_type: z.string(),
      payload: z.record(z.string(), z.unknown()),
    }),
  }),
  log_index: z.int(),
});
const pageSchema = z.object({
  events: z.array(entrySchema),
  checkpoint: z.string(),
  next_cursor: z.string().nullable(),
  total_count: z.int(),
  schema_version: z.string(),
});
const foundSchema = z.object({ record: entrySchema.shape.record, receipt: receiptSchema });
const quarantineSchema = z.object({
  quarantine: z.array(
    z.looseObject({
      quarantine_id: z.string(),
      code: z.string(),
      detail: z.string(),
      source: z.string(),
      digest: z.string(),
      emitter_id: z.string().optional(),
      event_id: z.string().optional(),
      content: z.string().optional(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

export type Page = z.infer<typeof pageSchema>;

export type Quarantined = z.infer<typeof quarantineSchema>['quarantine'][number];

/** A page of `GET /v1/audit/events`, verified as it stands under the key that KMS named; `raw` is the answer's text. */
export async function verifiedPage(
  tenant: LocalTenant,
  query: Record<string, string>,
): Promise<Page & { raw: string }> {
  const path = `/v1/audit/events?${new URLSearchParams(query).toString()}`;
  const { status, body, text } = await call(tenant, 'GET', path, { token: tenant.tokens.reader });
  if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
  expect(await verifyPage(body, tenant.verifier_key)).toMatchObject({ verified: true });
  return { ...pageSchema.parse(body), raw: text };
}

/** All pages from the first to the last, each verified by itself. */
export async function walk(tenant: LocalTenant, query: Record<string, string>): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await verifiedPage(tenant, { ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page);
    if (page.next_cursor === null) return pages;
    cursor = page.next_cursor;
  }
}

/** The events of a task, once there are `count` of them; fails when there are ever more. */
export function recordsOf(tenant: LocalTenant, taskId: string, count: number): Promise<Page> {
  return eventually(async () => {
    const page = await verifiedPage(tenant, { task_id: taskId, limit: '1000' });
    expect(page.total_count).toBe(count);
    return page;
  });
}

/** Record and receipt of an event once it is in the log, verified under the key that KMS named. */
export function recordOf(tenant: LocalTenant, eventId: string): Promise<z.infer<typeof foundSchema>> {
  return eventually(async () => {
    const path = `/v1/audit/events/${eventId}`;
    const { status, body, text } = await call(tenant, 'GET', path, { token: tenant.tokens.reader });
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    const found = foundSchema.parse(body);
    expect(verifyReceipt(found, tenant.verifier_key)).toMatchObject({ verified: true });
    return found;
  });
}

/** The newest refusals that `wanted` accepts, once there are `count`; contents show, since the admin token may see them. */
export function quarantineOf(
  tenant: LocalTenant,
  wanted: (entry: Quarantined) => boolean,
  count: number,
): Promise<Quarantined[]> {
  return eventually(async () => {
    const path = '/v1/audit/quarantine?limit=1000';
    const { status, body, text } = await call(tenant, 'GET', path, { token: tenant.tokens.admin });
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    const found = quarantineSchema.parse(body).quarantine.filter(wanted);
    expect(found).toHaveLength(count);
    return found;
  });
}
