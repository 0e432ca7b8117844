import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { SCOPES } from '../../core/identity/scope.ts';
import { retentionPolicySchema } from '../../core/retention/policy.ts';

/** What `process.env` looks like to a parser. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Which tenant this function belongs to; every function has these. */
export const tenantVariables = {
  TENANT_ID: z.string().min(1),
  TIER: z.enum(['table-per-tenant', 'account-per-tenant']),
  /** Name of the tenant's log, on every checkpoint and in every claim's audience. */
  LOG_ORIGIN: z.string().min(1),
  /** Tokens, emitters, policies and the quarantine's index. */
  CONTROL_TABLE: z.string().min(1),
};

const identity = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  groups_claim: z.string().min(1),
  /** What the members of each group may do here. */
  groups: z.record(z.string(), z.array(z.enum(SCOPES))),
  console: z
    .strictObject({ client_id: z.string(), scope: z.string(), token_origin: z.string().optional() })
    .optional(),
});
export type Identity = z.output<typeof identity>;

/** JSON of the tenant's issuer; empty where people have no way in but tokens. */
const identityJson = z.string().transform((text, context) => {
  if (text === '') return undefined;
  try {
    return identity.parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON {issuer, audience, groups_claim, groups}' });
    return z.NEVER;
  }
});

const workloadIdentity = z.strictObject({
  issuer: z.string().min(1),
  /** Ids of agents, by the subject of the workload's tokens. */
  workloads: z.record(z.string(), z.array(z.string())),
});
export type WorkloadIdentity = z.output<typeof workloadIdentity>;

/** JSON of the issuer of the tenant's workloads; empty where emitters have no way in but registered keys. */
export const workloadVariable = z.string().transform((text, context) => {
  if (text === '') return undefined;
  try {
    return workloadIdentity.parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON {issuer, workloads}' });
    return z.NEVER;
  }
});

/** JSON of the retention policy of the tenant file: the first values, and the floors of what the tenant sets. */
export const retentionVariable = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'expected JSON' });
      return z.NEVER;
    }
  })
  .pipe(retentionPolicySchema);

/** What every function behind HTTPS has. */
export const apiVariables = {
  ...tenantVariables,
  /** What is sent, done and read goes into the log by this queue. */
  INTERNAL_QUEUE_URL: z.url(),
  IDENTITY: identityJson,
};

/** Reads a function's variables once, at start-up. @throws AuditError `misconfigured`, naming the variable. */
export function parseVariables<Schema extends z.ZodType>(
  schema: Schema,
  variables: Variables,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AuditError('misconfigured', `environment of this function: ${problems.join('; ')}`);
}

/**
 * Values of the property `signal` of a log line: what somebody who watches should see. The stack counts some of them
 * and rings an alarm, and each has its entry in docs/runbook.md, so these names are a contract. Such a line has names
 * and numbers of ours alone.
 */
export const signals = {
  /** The log was halted, a check of its integrity failed, or what is stored did not pass one. */
  integrity: 'INTEGRITY_ALERT',
  /** Events were refused and quarantined; the line's `count` says how many. */
  refused: 'EVENTS_REFUSED',
  /** Of these: somebody spoke for another tenant, log, body or agent. */
  claimMismatch: 'CLAIM_MISMATCH',
  /** Of these: a signature that is not by the key that it names, or by none that is registered. */
  claimForged: 'CLAIM_FORGED',
  /** Of these: a claim outside its time, or by a key that was removed. */
  claimExpired: 'CLAIM_EXPIRED',
  /** A message failed for the last time and goes to the dead-letter queue. */
  deadLetter: 'DEAD_LETTER',
  /** Somebody showed a bearer that is not valid here. */
  tokenRefused: 'TOKEN_REFUSED',
  /** A caller used up its minute. */
  rateLimited: 'RATE_LIMITED',
  /** An endpoint gets nothing any more, since it asked for that or failed for days. */
  webhookDisabled: 'WEBHOOK_DISABLED',
  /** An endpoint could not be served, by a fault of ours or of a part of AWS. */
  webhookFault: 'WEBHOOK_FAULT',
  /** A part of AWS, or the tenant's issuer, did not answer. */
  unavailable: 'UNAVAILABLE',
} as const;

/**
 * CloudWatch metrics that the writer puts out, by their names. They have no dimension but the function, so they cost an account
 * the same however many tenants it has; which tenant it was is a property of the line.
 */
export const METRICS = {
  namespace: 'AuditTrail',
  /** Events that became records. */
  recorded: 'Recorded',
  refused: 'Refused',
  /** Milliseconds from the queue's taking a message to its events' being final, of the slowest message of a batch. */
  latency: 'RecordLatency',
} as const;

/** After how many receives a message goes to the dead-letter queue. */
export const MAX_RECEIVES = 100;
