import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError } from '../../../core/errors.ts';
import { type Tenant, tenantSchema } from '../../../lib/config/tenant.ts';

/**
 * Days, for a tenant that has not said: hot for a quarter, locked and kept for a year, gone after seven. What is locked
 * cannot be deleted sooner by anybody, so a file that is written with these says so.
 */
const RETENTION = {
  min_days: 365,
  max_days: 2555,
  immutability_days: 365,
  archive_after_days: 90,
  after_termination_days: 90,
} as const;

/** What the operator said of a new tenant. */
export interface NewTenant {
  id: string;
  tier: Tenant['tier'];
  region: string;
  displayName?: string | undefined;
  account?: string | undefined;
  accountOwner?: string | undefined;
  emitterPrincipals?: readonly string[] | undefined;
}

/**
 * Writes `<folder>/<id>.json` and returns its path and what it means. Only what differs from the schema's defaults is
 * written. Throws `misconfigured` for a description that the schema refuses and where there is such a tenant already.
 */
export function addTenant(folder: string, wanted: NewTenant): { file: string; tenant: Tenant } {
  const content = {
    id: wanted.id,
    display_name: wanted.displayName ?? wanted.id,
    tier: wanted.tier,
    ...(wanted.account !== undefined && { account: wanted.account }),
    ...(wanted.accountOwner !== undefined && { account_owner: wanted.accountOwner }),
    ...(wanted.emitterPrincipals !== undefined && { emitter_principals: wanted.emitterPrincipals }),
    region: wanted.region,
    retention: RETENTION,
  };
  const parsed = tenantSchema.safeParse(content);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  /${path.join('/')}: ${message}`);
    throw new AuditError(
      'misconfigured',
      `Tenant ${wanted.id} cannot be described so; nothing was written:\n${problems.join('\n')}`,
    );
  }
  const file = join(folder, `${wanted.id}.json`);
  writeNew(file, folder, `${JSON.stringify(content, null, 2)}\n`);
  return { file, tenant: parsed.data };
}

function writeNew(file: string, folder: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    const why = existsSync(file)
      ? `${file} exists already and is left as it is: edit it, or choose another id.`
      : `${file} cannot be written: ${String(cause)}`;
    throw new AuditError('misconfigured', why, { cause });
  }
}
