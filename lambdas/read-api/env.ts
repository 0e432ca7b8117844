import { z } from 'zod';
import {
  apiVariables,
  parseVariables,
  retentionVariable,
  type Variables,
  workloadVariable,
} from '../shared/env.ts';

const env = z.object({
  ...apiVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  WORK_BUCKET: z.string().min(1),
  /** ARN of the secret of which index and cursor keys are derived. */
  INDEX_KEY_SECRET: z.string().min(1),
  /** `true` where the tenant has witnesses, whose cosignatures are looked for. */
  WITNESSED: z.enum(['true', 'false']).transform((text) => text === 'true'),
  RETENTION: retentionVariable,
  WORKLOAD_IDENTITY: workloadVariable,
});

/** What the construct has to set. */
export type ReadApiVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseReadApiEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
