import { z } from 'zod';
import { apiVariables, parseVariables, retentionVariable, type Variables } from '../shared/env.ts';

const env = z.object({
  ...apiVariables,
  /** Exports are made by another function, which this queue wakes. */
  EXPORT_QUEUE_URL: z.url(),
  /** Where finished exports lie. */
  WORK_BUCKET: z.string().min(1),
  RETENTION: retentionVariable,
});

/** What the construct has to set. */
export type AdminApiVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseAdminApiEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
