import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { AuditError, isAuditError } from '../../core/errors.ts';
import { type Tenant, tenantSchema } from './tenant.ts';

/** A tenant's file is a page; what is larger is something else. */
const MAX_BYTES = 65_536;

/**
 * Reads every `<id>.json` of a folder, in the order of their names.
 * @throws AuditError `misconfigured`, naming file, path and what was expected there.
 */
export function loadTenants(folder: string): Tenant[] {
  const files = listJsonFiles(folder);
  if (files.length === 0) throw misconfigured(folder, 'expected at least one <tenant>.json');
  const tenants = files.map((file) => loadTenant(join(folder, file)));
  eachOfItsOwn(folder, tenants, 'account');
  eachOfItsOwn(folder, tenants, 'log_origin');
  return tenants;
}

/** No two tenants may name the same account or the same log: one of the files is a copy that was not changed. */
function eachOfItsOwn(folder: string, tenants: readonly Tenant[], field: 'account' | 'log_origin'): void {
  const holders = new Map<string, string>();
  for (const tenant of tenants) {
    const value = field in tenant ? tenant[field as keyof Tenant] : undefined;
    if (typeof value !== 'string') continue;
    const file = join(folder, `${tenant.id}.json`);
    const holder = holders.get(value);
    if (holder !== undefined)
      throw misconfigured(file, `/${field}: expected one of its own, ${value} is that of ${holder}`);
    holders.set(value, file);
  }
}

function listJsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (cause) {
    throw misconfigured(folder, 'expected a folder of tenant files', cause);
  }
}

function loadTenant(file: string): Tenant {
  const parsed = tenantSchema.safeParse(parseJson(file));
  if (!parsed.success) throw misconfigured(file, parsed.error.issues.map(describe).join('; '));
  if (parsed.data.id !== basename(file, '.json')) {
    throw misconfigured(file, `/id: expected ${basename(file, '.json')}, the name of the file`);
  }
  return parsed.data;
}

function parseJson(file: string): unknown {
  const text = read(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw misconfigured(file, `expected JSON: ${String(cause)}`, cause);
  }
}

function read(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES)
      throw misconfigured(file, `expected at most ${MAX_BYTES} bytes, and it has ${size}`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isAuditError(cause)) throw cause;
    throw misconfigured(file, `expected a file that can be read: ${String(cause)}`, cause);
  }
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `/${path.join('/')}: ${message}`;
}

function misconfigured(where: string, problem: string, cause?: unknown): AuditError {
  return new AuditError('misconfigured', `${where}: ${problem}`, { cause });
}
