import { z } from 'zod';
import { consideredOptionSchema } from './options.ts';
import { count, digestSchema, json, list, quantity, short, statement, text, timestamp } from './values.ts';

const errorSchema = z.strictObject({ code: short().optional(), message: text() }).meta({ id: 'ErrorInfo' });

const personSchema = z
  .strictObject({
    id: short(),
    auth: short()
      .optional()
      .meta({ description: 'How the person was authenticated; absent: reported by the agent.' }),
    assertion_digest: digestSchema.optional(),
  })
  .meta({ id: 'Person' });

const waitingSchema = z.strictObject({ waiting_for: text().optional(), until: timestamp().optional() });

const tokensSchema = z
  .strictObject({
    input: count().optional(),
    output: count().optional(),
    cached: count().optional(),
    reasoning: count().optional(),
    total: count().optional(),
  })
  .meta({ id: 'Tokens' });

/** Payloads of the event types that agents emit. */
export const AGENT_PAYLOADS = {
  TASK_INITIATED: z.strictObject({
    goal: statement(),
    input: json().optional(),
    trigger: z
      .strictObject({ kind: short(), schedule_id: short().optional(), deadline: timestamp().optional() })
      .optional(),
  }),
  MESSAGE_EXCHANGED: z.strictObject({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'agent', 'tool']),
    channel: short().optional(),
    content: json(),
    tokens: tokensSchema
      .optional()
      .meta({ description: 'What this one answer of a model took; those of a whole task stand at its end.' }),
  }),
  TOOL_CALLED: z.strictObject({
    tool: z.strictObject({
      name: short(),
      kind: z.enum(['tool', 'api', 'mcp', 'agent', 'memory']).optional(),
      version: short().optional(),
      server: short().optional(),
      side_effect: z
        .boolean()
        .optional()
        .meta({ description: 'Whether the call changes something outside the agent.' }),
    }),
    input: json().optional(),
    purpose: text().optional(),
    elevated_permissions: z.array(short()).max(100).optional(),
    attempt: z.int().min(1).optional(),
    retry_of: short().optional(),
  }),
  TOOL_RESULT_RECEIVED: z.strictObject({
    status: z.enum(['ok', 'error', 'timeout', 'cancelled', 'denied']),
    result_summary: text().optional(),
    latency_ms: quantity().optional(),
    error: errorSchema.optional(),
  }),
  DECISION_POINT: z.strictObject({
    reasoning_summary: statement(),
    options_considered: list(consideredOptionSchema, 100).optional(),
    selected_action: statement().meta({ description: 'What was chosen, or "none".' }),
    policy_references: z.array(short()).max(100).optional(),
    source: z.enum(['stated', 'extracted', 'reconstructed']).optional(),
  }),
  POLICY_EVALUATED: z.strictObject({
    policy: short(),
    version: short().optional(),
    target_call_id: short().optional(),
    outcome: z.enum(['allowed', 'blocked', 'modified']),
    reason: text().optional(),
  }),
  HUMAN_ESCALATION_TRIGGERED: z.strictObject({
    reason: statement(),
    question: text().optional(),
    requested_from: short().optional(),
    resume_token: short().optional(),
    deadline: timestamp().optional(),
  }),
  HUMAN_DECISION_RECORDED: z.strictObject({
    approver: personSchema,
    decision: z.enum(['approved', 'rejected', 'changed']),
    justification: text().optional(),
    approved_input_digest: digestSchema.optional(),
  }),
  HUMAN_INTERVENED: z.strictObject({
    actor: personSchema,
    action: z.enum(['stop', 'override', 'correct']),
    target_call_id: short().optional(),
    justification: text().optional(),
  }),
  TASK_SUSPENDED: waitingSchema,
  TASK_RESUMED: waitingSchema,
  TASK_COMPLETED: z.strictObject({
    output: json().optional(),
    duration_ms: quantity().optional(),
    tokens: tokensSchema.optional(),
    cost: z
      .strictObject({
        amount: quantity(),
        currency: z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code, as EUR'),
      })
      .optional(),
  }),
  TASK_FAILED: z.strictObject({
    reason: statement(),
    error: errorSchema.optional(),
    last_known_state: json().optional(),
    duration_ms: quantity().optional(),
  }),
  TASK_CANCELLED: z.strictObject({
    by: short().optional(),
    reason: text().optional(),
    duration_ms: quantity().optional(),
  }),
  DATA_ACCESSED: z.strictObject({
    operation: z.enum(['read', 'write', 'delete']),
    store: z.strictObject({ kind: short().optional(), system: short().optional(), name: short() }),
    resource: text().optional(),
    record_count: count().optional(),
    query_digest: short().optional().meta({ description: 'A salted digest of the query, not the query.' }),
    data_classes: z.array(short()).max(100).optional(),
  }),
  AGENT_CHANGED: z.strictObject({
    what: z.enum(['model', 'prompt', 'tools', 'policy']),
    from: json().optional(),
    to: json().optional(),
    approved_by: short().optional(),
  }),
};

export type AgentEventType = keyof typeof AGENT_PAYLOADS;
