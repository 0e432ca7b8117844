import { z } from 'zod';
import { parseVariables, tenantVariables, type Variables } from '../shared/env.ts';

const env = z.object({
  ...tenantVariables,
  /** Every administrative act is itself a record: it goes out by this queue. */
  INTERNAL_QUEUE_URL: z.url(),
});

/** What the construct has to set. */
export type AdminApiVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseAdminApiEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
