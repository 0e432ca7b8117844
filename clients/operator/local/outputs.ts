import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';

const tenantSchema = z.strictObject({
  tier: z.enum(['table-per-tenant', 'account-per-tenant']),
  account: z.string().regex(/^\d{12}$/),
  endpoint: z.url(),
  api_url: z.url(),
  console_url: z.url(),
  queue_url: z.url(),
  records_table: z.string(),
  control_table: z.string(),
  archive_bucket: z.string(),
  work_bucket: z.string(),
  signing_key_id: z.string(),
  signing_key_ids: z.array(z.string()).min(1),
  admin_function: z.string(),
  writer_function: z.string(),
  log_origin: z.string(),
  verifier_key: z.string(),
  tokens: z.strictObject({ admin: z.string(), reader: z.string(), writer: z.string() }),
  emitter_key_file: z.string(),
});
const outputsSchema = z.strictObject({ region: z.string(), tenants: z.record(z.string(), tenantSchema) });

/** What a local run knows of one tenant: addresses, names, and what opens them. */
export type TenantOutputs = z.infer<typeof tenantSchema>;
/** The file that demo, tests and tools read to find the local cloud (docs/local-cloud.md). */
export type LocalOutputs = z.infer<typeof outputsSchema>;

/** Replaces `path` in one step, readable by its owner alone: it holds tokens. */
export function writePrivateJson(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600); // the mode above counts only where the file is new
  renameSync(temporary, path);
}

/** The outputs at `path`, undefined when there are none; throws `malformed` for a file of another shape. */
export function readOutputs(path: string): LocalOutputs | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = outputsSchema.safeParse(parseJson(path));
  if (!parsed.success) throw new AuditError('malformed', `${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AuditError('malformed', `${path} is not JSON`, { cause });
  }
}

/** A tenant's address at the emulator: it serves APIs by id, where AWS would by host name. */
export function apiUrl(endpoint: string, apiId: string, stage: string): string {
  return `${endpoint}/_aws/execute-api/${apiId}/${stage}`;
}
