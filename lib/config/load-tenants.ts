import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { type Tenant, tenantSchema } from './tenant.ts';

/**
 * Reads every `<id>.json` of a folder, in the order of their names.
 * @throws AuditError `misconfigured`, naming file, path and what was expected there.
 */
export function loadTenants(folder: string): Tenant[] {
  const files = listJsonFiles(folder);
  if (files.length === 0) throw misconfigured(folder, 'expected at least one <tenant>.json');
  return files.map((file) => loadTenant(join(folder, file)));
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
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw misconfigured(file, `expected JSON: ${String(cause)}`, cause);
  }
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `/${path.join('/')}: ${message}`;
}

function misconfigured(where: string, problem: string, cause?: unknown): AuditError {
  return new AuditError('misconfigured', `${where}: ${problem}`, { cause });
}
