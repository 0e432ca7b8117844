import { z } from 'zod';
import { REFUSAL_CODES } from './refusal.ts';
import { count, json, short, text, timestamp } from './values.ts';

/** Who did it: `system` is the product on its own account (a schedule, a sweep). */
const actorSchema = z
  .strictObject({
    type: z.enum(['user', 'token', 'emitter', 'operator', 'service', 'agent', 'schedule', 'system']),
    id: short(),
  })
  .meta({ id: 'Actor' });

const targetSchema = z
  .strictObject({
    type: short().meta({
      description: 'The kind of thing: events, task, token, emitter, export, webhook, policy …',
    }),
    id: short().optional(),
    filter: json().optional(),
    count: count().optional().meta({ description: 'How many reads an aggregated record stands for.' }),
  })
  .meta({ id: 'Target' });

const governanceShape = {
  actor: actorSchema,
  target: targetSchema.optional(),
  before: json().optional(),
  after: json().optional(),
  reason: text().optional(),
  request_id: short().optional(),
};

const governanceSchema = z.strictObject(governanceShape).meta({ id: 'GovernancePayload' });

/** Payloads of the event types that only the product itself emits. */
export const GOVERNANCE_PAYLOADS = {
  AUDIT_ACCESSED: governanceSchema,
  EXPORT_CREATED: governanceSchema,
  EXPORT_DOWNLOADED: governanceSchema,
  REVIEW_RECORDED: governanceSchema,
  EVENTS_REFUSED: z.strictObject({
    ...governanceShape,
    refused: count().meta({ description: 'How many events of the batch were refused.' }),
    reasons: z
      .partialRecord(z.enum(REFUSAL_CODES), count())
      .meta({ description: 'How many for each refusal code.' }),
  }),
  RETENTION_POLICY_CHANGED: governanceSchema,
  LEGAL_HOLD_PLACED: governanceSchema,
  LEGAL_HOLD_RELEASED: governanceSchema,
  ERASURE_PERFORMED: governanceSchema,
  RECORDS_PURGED: governanceSchema,
  TOKEN_ISSUED: governanceSchema,
  TOKEN_REVOKED: governanceSchema,
  EMITTER_REGISTERED: governanceSchema,
  EMITTER_REMOVED: z.strictObject({ ...governanceShape, compromised_since: timestamp().optional() }),
  WEBHOOK_CHANGED: governanceSchema,
  KEY_ROTATED: governanceSchema,
  INTEGRITY_ALERT: governanceSchema,
};

export type GovernanceEventType = keyof typeof GOVERNANCE_PAYLOADS;
