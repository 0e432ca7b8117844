import { z } from 'zod';
import { parseVariables, tenantVariables, type Variables } from '../shared/env.ts';

const env = z.object({
  ...tenantVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  /** That an endpoint was disabled, and that the log can't be trusted, are records: they go out by this queue. */
  INTERNAL_QUEUE_URL: z.url(),
  /** What wakes this function; it asks by it to be woken again. */
  WEBHOOK_QUEUE_URL: z.url(),
  /** Where the secrets of the tenant's endpoints lie in the parameter store, without a slash at the end. */
  SECRETS_PATH: z.string().startsWith('/'),
  /** `true` in the local cloud alone: receivers of this machine may be sent to, over http. */
  EGRESS_LOOPBACK: z.enum(['true', 'false']).transform((text) => text === 'true'),
});

/** What the construct has to set. */
export type DeliverWebhooksVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseDeliverWebhooksEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
