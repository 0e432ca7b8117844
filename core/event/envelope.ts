import { z } from 'zod';
import { eventIdSchema, tenantIdSchema } from './ids.ts';
import { LIMITS } from './limits.ts';
import { count, digestSchema, short, timestamp } from './values.ts';

/** The version of the event format that this code writes. */
export const SCHEMA_VERSION = '1.0.0';

/** The agent id under which the product itself speaks; no emitter may use it. */
export const SELF_AGENT_ID = 'agent-audit-trail';

const agentSchema = z
  .strictObject({
    id: short(),
    version: short(),
    instance_id: short().optional(),
    name: short().optional(),
    owner: short().optional().meta({ description: 'Who answers for the agent.' }),
    framework: z.strictObject({ name: short(), version: short().optional() }).optional(),
    model: z
      .strictObject({ provider: short().optional(), name: short(), version: short().optional() })
      .optional(),
    prompt: z
      .strictObject({ id: short(), version: short().optional(), digest: digestSchema.optional() })
      .optional(),
    environment: short().optional(),
  })
  .meta({ id: 'Agent' });

/** The agent of a governance event: the product itself. */
export const selfAgentSchema = z
  .strictObject({ ...agentSchema.shape, id: z.literal(SELF_AGENT_ID) })
  .meta({ id: 'SelfAgent' });

export const taskSchema = z
  .strictObject({
    id: short(),
    parent_id: short().optional(),
    session_id: short().optional(),
    seq: count().optional().meta({ description: 'From 0 within task and agent instance: a gap shows loss.' }),
  })
  .meta({ id: 'Task' });

const INITIATOR_TYPES = ['user', 'service', 'agent', 'schedule'] as const;

export const initiatorSchema = z
  .strictObject({
    type: z.enum(INITIATOR_TYPES),
    user_id: short().optional(),
    assurance: z.enum(['asserted', 'verified']).optional(),
    on_behalf_of: z
      .array(z.strictObject({ type: z.enum(INITIATOR_TYPES), id: short() }))
      .max(16)
      .optional()
      .meta({ description: 'The chain of delegation, outermost first.' }),
  })
  .refine((initiator) => initiator.type !== 'user' || initiator.user_id !== undefined, {
    path: ['user_id'],
    error: 'expected the id of the user, since the type is user',
  })
  .meta({ id: 'Initiator' });

const subjectSchema = z
  .strictObject({ type: short(), id: short() })
  .meta({ id: 'Subject', description: 'Whom the data is about; the id is recorded as a keyed pseudonym.' });

const causationSchema = z
  .strictObject({
    parent_event_id: eventIdSchema.optional(),
    call_id: short()
      .optional()
      .meta({ description: 'Pairs a call with its result, an escalation with its decision.' }),
    decision_id: short().optional().meta({ description: 'The decision behind a call or a write.' }),
    trace_id: z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'expected 32 lower-case hex digits')
      .optional(),
    span_id: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'expected 16 lower-case hex digits')
      .optional(),
  })
  .meta({ id: 'Causation' });

const labelsSchema = z
  .record(z.string().min(1).max(LIMITS.labelKey), z.string().max(LIMITS.id))
  .refine((labels) => Object.keys(labels).length <= LIMITS.labels, {
    error: `expected at most ${LIMITS.labels} labels`,
  })
  .meta({ id: 'Labels' });

/** The fields that every event has in common; `event_type`, `task`, `payload` and the agent differ by type. */
export const envelopeShape = {
  schema_version: z.literal(SCHEMA_VERSION),
  event_id: eventIdSchema,
  occurred_at: timestamp(),
  agent: agentSchema,
  initiator: initiatorSchema.optional(),
  subjects: z.array(subjectSchema).max(64).optional(),
  causation: causationSchema.optional(),
  labels: labelsSchema.optional(),
};

/** What a sender may add and the writer takes off after having compared it: it is never part of a record. */
export const sentShape = { tenant_id: tenantIdSchema.optional() };

const envelopeSchema = z.strictObject({ ...envelopeShape, task: taskSchema.optional() });

/** What every event has, whatever its type. */
export type EventEnvelope = z.infer<typeof envelopeSchema>;
