import { z } from 'zod';
import { apiVariables, parseVariables, type Variables } from '../shared/env.ts';

const env = z.object({
  ...apiVariables,
});

/** What the construct has to set. */
export type IngestApiVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseIngestApiEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
