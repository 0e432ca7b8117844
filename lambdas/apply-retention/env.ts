import { z } from 'zod';
import { parseVariables, retentionVariable, tenantVariables, type Variables } from '../shared/env.ts';

const env = z.object({
  ...tenantVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  WORK_BUCKET: z.string().min(1),
  /** ARN of the secret of which index keys are derived. */
  INDEX_KEY_SECRET: z.string().min(1),
  /** What was purged is a record: it goes out by this queue. */
  INTERNAL_QUEUE_URL: z.url(),
  RETENTION: retentionVariable,
  /** Mode of the lock on every object of the archive. */
  LOCK_MODE: z.enum(['COMPLIANCE', 'GOVERNANCE']),
});

/** What the construct has to set. */
export type ApplyRetentionVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseApplyRetentionEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
