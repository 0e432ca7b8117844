import { z } from 'zod';
import { parseVariables, tenantVariables, type Variables } from '../shared/env.ts';

const witnesses = z.array(z.strictObject({ url: z.url(), verifier_key: z.string().min(1) })).min(1);

const witnessesJson = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON' });
    return z.NEVER;
  }
});

const env = z.object({
  ...tenantVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  WITNESSES: witnessesJson.pipe(witnesses),
  /** `true` in the local cloud alone: witnesses of this machine may be asked, over http. */
  EGRESS_LOOPBACK: z.enum(['true', 'false']).transform((text) => text === 'true'),
});

/** What the construct has to set. */
export type CosignVariables = Record<keyof z.input<typeof env>, string>;

/** @throws AuditError `misconfigured` */
export function parseCosignEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}
