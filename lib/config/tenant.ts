import { z } from 'zod';
import { isPersonalPointer } from '../../core/event/fields.ts';
import { DEFAULT_PERSONAL_DATA } from '../../core/event/personal-data.ts';
import { expandScopes, SCOPE_PRESETS, SCOPES } from '../../core/identity/scope.ts';
import { parseWitnessKey } from '../../core/log/cosignature.ts';
import { redactionRuleSchema } from '../../core/redaction/rules.ts';
import { retentionPolicySchema } from '../../core/retention/policy.ts';

const accountId = z.string().regex(/^\d{12}$/, 'expected the 12 digits of an AWS account');
const principalArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/,
    'expected the ARN of an IAM principal',
  );

/** A scope or a preset, of which a group has one or more. */
const grant = z
  .array(z.string())
  .min(1)
  .transform((names, context) => {
    const scopes = expandScopes(names);
    if (scopes) return scopes;
    context.addIssue({
      code: 'custom',
      message: `expected scopes (${SCOPES.join(', ')}) or presets (${Object.keys(SCOPE_PRESETS).join(', ')})`,
    });
    return z.NEVER;
  });

/** The issuer's name is compared with what its tokens say, letter by letter: a slash at the end counts. */
const issuer = z
  .string()
  .max(500)
  .regex(
    /^(https:\/\/[^\s?#@]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/[^\s?#@]*)?)$/,
    'expected the https address of an OpenID Connect issuer',
  );

const MOST_IDENTITY = 2_500;

const identity = z
  .strictObject({
    issuer,
    /** What a token has to be made for. */
    audience: z.string().min(1).max(500),
    groups_claim: z.string().min(1).max(100).default('groups'),
    groups: z.record(z.string().min(1).max(256), grant),
    /** The console as a public client of the issuer (authorization code with PKCE). */
    console: z
      .strictObject({
        client_id: z.string().min(1).max(200),
        scope: z
          .string()
          .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'expected names of scopes with a space between them')
          .max(200)
          .default('openid'),
        /** Origin of the issuer's token endpoint, where that is not its own. */
        token_origin: z
          .string()
          .regex(/^https:\/\/[a-z0-9.-]+(?::\d+)?$/, 'expected an origin, as https://auth.example.com')
          .optional(),
      })
      .optional(),
  })
  .refine((value) => JSON.stringify(value).length <= MOST_IDENTITY, {
    message: `expected at most ${MOST_IDENTITY} characters of JSON, which is what a function can be told: name fewer groups`,
  });

const MOST_WORKLOADS = 1_000;

const workloadIdentity = z
  .strictObject({
    issuer,
    /** Which agents each workload may speak for, by the subject of its tokens, letter by letter. */
    workloads: z
      .record(z.string().min(1).max(240), z.array(z.string().min(1).max(256)).min(1).max(100))
      .refine((all) => Object.keys(all).length > 0, 'expected at least one workload'),
  })
  .refine((value) => JSON.stringify(value).length <= MOST_WORKLOADS, {
    message: `expected at most ${MOST_WORKLOADS} characters of JSON, which is what a function can be told: name fewer workloads`,
  });

/** Whether the function may ask there at all; a deployment to AWS asks public addresses over https alone. */
function isWitnessAddress(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

const common = {
  id: z.string().regex(/^[a-z0-9-]{3,32}$/, 'expected 3 to 32 lower case letters, digits or hyphens'),
  display_name: z.string().min(1).max(100),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected an AWS Region such as eu-central-1'),
  retention: retentionPolicySchema,
  auditor_principals: z.array(principalArn).min(1).optional(),
  personal_data: z
    .array(
      z
        .string()
        .refine(isPersonalPointer, 'expected a JSON Pointer to a payload field that can be committed'),
    )
    .default([...DEFAULT_PERSONAL_DATA]),
  /** People of the tenant sign in with its own issuer, and may do what their groups may. */
  identity: identity.optional(),
  /** Agents may send with a token of the platform that they run on, in the place of a registered key. */
  workload_identity: workloadIdentity.optional(),
  /** Seconds for which the writer waits for a batch to fill: later records, and fewer, cheaper batches (docs/scale.md). */
  batch_window_seconds: z.int().min(1).max(300).default(5),
  /** What is taken out for good, by its form or its place: there is no way back, so nothing is unless it is named. */
  redact: z.array(redactionRuleSchema).default([]),
  log_origin: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'expected a name without spaces and plus signs')
    .optional(),
  /** Who cosigns the log's checkpoints (C2SP tlog-witness): where it is asked, and its verifier key, of type 0x04. */
  witnesses: z
    .array(
      z.strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .refine(isWitnessAddress, 'expected https, or http on this machine for the local cloud'),
        verifier_key: z
          .string()
          .refine(
            (text) => parseWitnessKey(text) !== undefined,
            'expected a cosignature key: name+id+base64',
          ),
      }),
    )
    .min(1)
    .max(15)
    .refine((all) => new Set(all.map(({ verifier_key }) => verifier_key.split('+')[0])).size === all.length, {
      message: 'expected each witness once, by its name',
    })
    .optional(),
  /** Each record gets a KMS signature of its own too: $0.15 per 10,000 events, and one of the account's 1,000 a second each. */
  sign_each: z.boolean().default(false),
  /** How many signing keys the log has had. One more makes the next one, which `rotate-key` hands the log over to. */
  signing_keys: z.int().min(1).max(20).default(1),
  /** `s3`: keys of S3 itself, which nobody can delete. `tenant`: the tenant's key, whose deletion ends the archive. */
  archive_key: z.enum(['s3', 'tenant']).default('s3'),
  /** Mode of the lock on every object of the archive. */
  lock_mode: z.enum(['COMPLIANCE', 'GOVERNANCE']).default('COMPLIANCE'),
  data_processing: z
    .strictObject({ dpa: z.string().optional(), subprocessors: z.array(z.string()).optional() })
    .optional(),
  alarm_email: z.email().optional(),
};

/** A tenant as its file describes it, with defaults filled in. */
export const tenantSchema = z.discriminatedUnion('tier', [
  z.strictObject({ ...common, tier: z.literal('table-per-tenant') }),
  z.strictObject({
    ...common,
    tier: z.literal('account-per-tenant'),
    account: accountId,
    /** Whose account it is. */
    account_owner: z.enum(['provider', 'tenant']),
    /** Who may send to the ingest queue and use its key for that. */
    emitter_principals: z.array(principalArn).min(1),
  }),
]);

export type Tenant = z.output<typeof tenantSchema>;
