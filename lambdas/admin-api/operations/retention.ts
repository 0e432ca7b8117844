import { z } from 'zod';
import { count, short, timestamp } from '../../../core/event/values.ts';
import { type RetentionPolicy, retentionPolicySchema } from '../../../core/retention/policy.ts';
import { PRESETS } from '../../../core/retention/presets.ts';
import type { Operation } from '../../shared/http/operation.ts';

const path = '/v1/audit/retention-policy';
const common = { tag: 'Retention', scopes: ['retention'] } as const;

const policySchema = retentionPolicySchema.meta({
  id: 'RetentionPolicy',
  description:
    'In days from the recording. `immutability_days`: nobody can delete (S3 Object Lock). `min_days`: kept at least. ' +
    '`max_days`: purged after. `archive_after_days`: leaves the table, and is read from the archive. `after_termination_days`: kept ' +
    'after the end of the contract. `immutability_days` ≤ `min_days` ≤ `max_days`.',
});

const actorSchema = z.strictObject({ type: short(), id: short() });
const version = z.int().positive().meta({ description: '1 is what was deployed.' });

const versionShape = {
  version,
  policy: policySchema,
  changed_at: timestamp().optional(),
  changed_by: actorSchema.optional(),
  reason: z.string().optional(),
};
const standingShape = {
  ...versionShape,
  floors: z
    .strictObject({ immutability_days: count(), min_days: count() })
    .meta({ description: 'What the deployment demands at least.' }),
};

const words = z.array(z.string());
const explanationSchema = z
  .strictObject({ new_records: words, existing_records: words, cannot_change: words })
  .meta({ id: 'RetentionChange', description: 'What the change does, for people.' });

const POLICY: RetentionPolicy = {
  immutability_days: 184,
  min_days: 184,
  max_days: 730,
  archive_after_days: 90,
  after_termination_days: 90,
};
const VERSION = {
  version: 2,
  policy: POLICY,
  changed_at: '2026-11-24T09:00:00.000Z',
  changed_by: { type: 'token', id: '01a20ce4-05c0-7f11-8d4e-1b0c5c1f9e01' },
  reason: 'AI Act, half a year',
};
const STANDING = { ...VERSION, floors: { immutability_days: 30, min_days: 30 } };

export const getRetentionPolicy = {
  ...common,
  id: 'getRetentionPolicy',
  leaves: { accessTo: 'retention_policy' },
  method: 'GET',
  path,
  summary: 'How long records are kept, as it is in force',
  answers: {
    200: {
      description: 'The version in force, the earlier ones that were set, and usual times with their source.',
      schema: z.strictObject({
        ...standingShape,
        history: z.array(z.strictObject(versionShape)),
        presets: z.array(z.strictObject({ id: short(), days: count(), source: z.string() })),
      }),
      headers: { etag: 'The version, in quotes: what `If-Match` takes.' },
      example: { ...STANDING, history: [VERSION], presets: [...PRESETS] },
    },
  },
} as const satisfies Operation;

export const putRetentionPolicy = {
  ...common,
  id: 'putRetentionPolicy',
  leaves: { acts: ['RETENTION_POLICY_CHANGED'] },
  method: 'PUT',
  path,
  summary: 'Sets the policy, and says what that changes and what it cannot change',
  description:
    'The whole policy, and the version that it is based on: as `version`, or as `If-Match` with the ETag. Where another ' +
    'version stands by now, the answer is 409 and nothing changes. With `preview` nothing changes either; the answer ' +
    'says what would.',
  body: {
    schema: z.strictObject({
      version: version.optional().meta({ description: 'The version that you saw; or use If-Match.' }),
      policy: policySchema,
      reason: z.string().min(1).max(1_000).optional(),
      preview: z.boolean().optional(),
    }),
    example: { version: 1, policy: POLICY, reason: 'AI Act, half a year' },
  },
  answers: {
    200: {
      description: 'It is in force, and its record is on its way; with `preview`, what it would be.',
      schema: z.strictObject({
        ...standingShape,
        applied: z.boolean(),
        changes: explanationSchema,
      }),
      headers: { etag: 'The version, in quotes.' },
      example: {
        ...STANDING,
        applied: true,
        changes: {
          new_records: ['The archive locks them for 184 days from their recording (so far 30).'],
          existing_records: [],
          cannot_change: [],
        },
      },
    },
  },
  problems: ['conflict'],
} as const satisfies Operation;
