import { z } from 'zod';
import { redactionRuleSchema } from '../../core/redaction/rules.ts';
import { retentionPolicySchema } from '../../core/retention/policy.ts';
import { parseVariables, tenantVariables, type Variables, workloadVariable } from '../shared/env.ts';

/** The tenant's own terms as deployed. Of `retention` they are version 1, and the floors of what the tenant sets. */
const policy = z.strictObject({
  /** JSON Pointers into an event, `*` for any member; what they name is committed, not inlined. */
  personal_data: z.array(z.string()),
  /** What is taken out of text for good (core/redaction). */
  redact: z.array(redactionRuleSchema),
  retention: retentionPolicySchema,
  /** Mode of the lock on every object of the archive. */
  lock_mode: z.enum(['COMPLIANCE', 'GOVERNANCE']),
});

const policyJson = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON' });
    return z.NEVER;
  }
});

const keyIds = z
  .string()
  .regex(/^[^,\s]+(,[^,\s]+)?$/, 'expected the id of a key, or of two with a comma between')
  .transform((text) => text.split(','));

const env = z.object({
  ...tenantVariables,
  RECORDS_TABLE: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  WORK_BUCKET: z.string().min(1),
  /**
   * Ids of the KMS keys (ECC_NIST_EDWARDS25519) that sign checkpoints, oldest first and separated by commas: one, or two
   * where the log is to be handed over from one to the other.
   */
  SIGNING_KEY_IDS: keyIds,
  /** `true` where each record is signed by itself too. */
  SIGN_EACH: z.enum(['true', 'false']).transform((text) => text === 'true'),
  /** ARN of the secret of which index, cursor and pseudonym keys are derived. */
  INDEX_KEY_SECRET: z.string().min(1),
  /** What a message may claim follows from the queue that it arrived on (`eventSourceARN`). */
  INGEST_QUEUE_ARN: z.string().min(1),
  INTERNAL_QUEUE_ARN: z.string().min(1),
  /** Where what failed for the last time lies, of each of the tenant's queues. */
  INGEST_DEAD_LETTERS_URL: z.url(),
  INTERNAL_DEAD_LETTERS_URL: z.url(),
  EXPORT_DEAD_LETTERS_URL: z.url(),
  WEBHOOK_DEAD_LETTERS_URL: z.url(),
  BUS_NAME: z.string().min(1),
  POLICY: policyJson.pipe(policy),
  WORKLOAD_IDENTITY: workloadVariable,
});

/** What the construct has to set. */
export type WriteLogVariables = Record<keyof z.input<typeof env>, string>;
/** The deployed policy, as the stack writes it into `POLICY`. */
export type DeployedPolicy = z.output<typeof policy>;

/** @throws AuditError `misconfigured` */
export function parseWriteLogEnv(variables: Variables): z.output<typeof env> {
  return parseVariables(env, variables);
}

/** What the stack's schedule sends to have the versions of the archive looked at. */
export const archiveAudit = { schedule: 'audit-archive' } as const;

/** What the stack's schedule sends to have the days counted that have closed. */
export const dayClosing = { schedule: 'close-days' } as const;

/** What the stack's schedule sends to have the records of the days that are over archived. */
export const dailyRecords = { schedule: 'daily-records' } as const;

/** What the stack's schedule sends to have the dead letters counted. */
export const deadLetterCount = { schedule: 'count-dead-letters' } as const;
