import { z } from 'zod';
import { apiVariables, parseVariables, type Variables } from '../shared/env.ts';

const env = z.object({
  ...apiVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  WORK_BUCKET: z.string().min(1),
  /** Id of the KMS key that signs checkpoints; this function reads its public half alone. */
  /** ARN of the secret of which index and cursor keys are derived. */
  INDEX_KEY_SECRET: z.string().min(1),
});

/** What the construct has to set. */
export type ReadApiVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseReadApiEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
