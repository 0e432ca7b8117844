import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';

/** What `process.env` looks like to a parser. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Which tenant this function belongs to; every function has these. */
export const tenantVariables = {
  TENANT_ID: z.string().min(1),
  TIER: z.enum(['table-per-tenant', 'account-per-tenant']),
  /** Name of the tenant's log, on every checkpoint and in every claim's audience. */
  LOG_ORIGIN: z.string().min(1),
  /** Tokens, emitters, policies and the quarantine's index. */
  CONTROL_TABLE: z.string().min(1),
};

/** Reads a function's variables once, at start-up. @throws AuditError `misconfigured`, naming the variable. */
export function parseVariables<Schema extends z.ZodType>(
  schema: Schema,
  variables: Variables,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AuditError('misconfigured', `environment of this function: ${problems.join('; ')}`);
}
