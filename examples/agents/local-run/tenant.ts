import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const tenantSchema = z.object({
  endpoint: z.url(),
  api_url: z.url(),
  queue_url: z.url(),
  log_origin: z.string(),
  verifier_key: z.string(),
  tokens: z.object({ writer: z.string() }),
  emitter_key_file: z.string(),
});
const outputsSchema = z.object({ region: z.string(), tenants: z.record(z.string(), tenantSchema) });

/** What an agent needs to know of its tenant. `directory` is where its trail keeps receipts and what it could not send. */
export type Tenant = z.infer<typeof tenantSchema> & { region: string; directory: string };

/** The tenant that AUDIT_TRAIL_TENANT names, in the file that AUDIT_TRAIL_OUTPUTS names (docs/local-cloud.md). */
export function tenantOfEnvironment(): Tenant {
  const { AUDIT_TRAIL_OUTPUTS: file, AUDIT_TRAIL_TENANT: id } = process.env;
  if (!file || !id) throw new Error('set AUDIT_TRAIL_OUTPUTS and AUDIT_TRAIL_TENANT; "npm start" does');
  const { region, tenants } = outputsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const tenant = tenants[id];
  if (!tenant) throw new Error(`${file} knows no tenant ${id}, only ${Object.keys(tenants).join(', ')}`);
  return { ...tenant, region, directory: join(dirname(file), 'agents', id) };
}
