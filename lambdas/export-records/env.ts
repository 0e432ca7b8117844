import { z } from 'zod';
import { parseVariables, tenantVariables, type Variables } from '../shared/env.ts';

const env = z.object({
  ...tenantVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  WORK_BUCKET: z.string().min(1),
  /** ARN of the secret of which index and cursor keys are derived. */
  INDEX_KEY_SECRET: z.string().min(1),
  /** That an export was made is a record: it goes out by this queue. */
  INTERNAL_QUEUE_URL: z.url(),
  /** Where the jobs come from. */
  EXPORT_QUEUE_URL: z.url(),
});

/** What the construct has to set. */
export type ExportRecordsVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseExportRecordsEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
