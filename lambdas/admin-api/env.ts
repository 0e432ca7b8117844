import { z } from 'zod';
import { apiVariables, parseVariables, retentionVariable, type Variables } from '../shared/env.ts';

const env = z.object({
  ...apiVariables,
  /** Exports are made by another function, which this queue wakes. */
  EXPORT_QUEUE_URL: z.url(),
  /** Where finished exports lie. */
  WORK_BUCKET: z.string().min(1),
  RETENTION: retentionVariable,
  /** The function that erases, which is started when somebody asks for it. */
  RETENTION_FUNCTION: z.string().min(1),
  /** Its index alone, to count what a legal hold would keep. */
  RECORDS_TABLE: z.string().min(1),
  /** ARN of the secret of which index and pseudonym keys are derived. */
  INDEX_KEY_SECRET: z.string().min(1),
  /** Wakes the function that delivers webhooks. */
  WEBHOOK_QUEUE_URL: z.url(),
  /** Where the secrets of endpoints are put in the parameter store, and the key that encrypts them. */
  SECRETS_PATH: z.string().startsWith('/'),
  SECRETS_KEY_ID: z.string().min(1),
  /** `true` in the local cloud alone: endpoints of this machine are taken, over http. */
  EGRESS_LOOPBACK: z.enum(['true', 'false']).transform((text) => text === 'true'),
});

/** What the construct has to set. */
export type AdminApiVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseAdminApiEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
