/** Milliseconds after the task's start, and the event without its id and time. */
interface Step {
  after: number;
  event: { event_type: string; [member: string]: unknown };
}

const AGENT = {
  id: 'refund-agent',
  version: '2.4.1',
  owner: 'support-platform',
  model: { provider: 'example', name: 'assistant-large', version: '2026-10' },
};

/** One task of an agent that refunds customers: it looks the order up, may not decide alone, asks, and is allowed. */
export function refundTask(): Step[] {
  return STEPS.map(([after, event_type, payload, more = {}], seq) => ({
    after,
    event: {
      schema_version: '1.0.0',
      event_type,
      agent: AGENT,
      task: { id: 'task-refund-4711', seq },
      payload,
      ...more,
    },
  }));
}

const LOOKUP = { causation: { call_id: 'call-1' } };
const REFUND = { causation: { call_id: 'call-2', decision_id: 'decision-1' } };
const QUESTION = { causation: { call_id: 'escalation-1' } };

const STEPS: [after: number, type: string, payload: object, more?: object][] = [
  [
    0,
    'TASK_INITIATED',
    {
      goal: 'Refund order 4711: the customer says that it arrived broken.',
      input: { order: '4711', channel: 'chat' },
      trigger: { kind: 'chat' },
    },
    {
      initiator: { type: 'user', user_id: 'user-2041', assurance: 'verified' },
      subjects: [{ type: 'customer', id: 'customer-2041' }],
    },
  ],
  [900, 'MESSAGE_EXCHANGED', { role: 'user', channel: 'chat', content: 'The vase came in pieces.' }],
  [
    2_100,
    'TOOL_CALLED',
    {
      tool: { name: 'orders.get', kind: 'api', side_effect: false },
      input: { order: '4711' },
      purpose: 'To see what was bought, for how much, and when it was delivered.',
    },
    LOOKUP,
  ],
  [
    2_480,
    'TOOL_RESULT_RECEIVED',
    { status: 'ok', result_summary: 'Delivered 3 days ago, EUR 240.', latency_ms: 380 },
    LOOKUP,
  ],
  [
    2_500,
    'DATA_ACCESSED',
    {
      operation: 'read',
      store: { kind: 'database', system: 'postgres', name: 'orders' },
      resource: 'orders/4711',
      record_count: 1,
      data_classes: ['order'],
    },
    LOOKUP,
  ],
  [
    3_000,
    'POLICY_EVALUATED',
    {
      policy: 'refund-limits',
      version: '7',
      outcome: 'blocked',
      reason: 'More than EUR 200 needs the approval of a person.',
    },
  ],
  [
    3_600,
    'DECISION_POINT',
    {
      reasoning_summary: 'Damage is covered for 14 days; the amount is above what I may refund alone.',
      options_considered: [
        'Refund automatically - REJECTED: above the limit',
        'Ask a supervisor - SELECTED',
        'Decline - REJECTED: damage is covered',
      ],
      selected_action: 'Ask a supervisor',
      policy_references: ['refund-limits/7'],
      source: 'stated',
    },
    { causation: { decision_id: 'decision-1' } },
  ],
  [
    3_700,
    'HUMAN_ESCALATION_TRIGGERED',
    {
      reason: 'The amount is above the limit.',
      question: 'Refund EUR 240 for order 4711?',
      requested_from: 'refund-supervisors',
    },
    QUESTION,
  ],
  [
    41_000,
    'HUMAN_DECISION_RECORDED',
    {
      approver: { id: 'supervisor-7', auth: 'oidc' },
      decision: 'approved',
      justification: 'Photo shows the damage.',
    },
    QUESTION,
  ],
  [
    41_300,
    'TOOL_CALLED',
    {
      tool: { name: 'payments.refund', kind: 'api', side_effect: true },
      input: { order: '4711', amount: 240, currency: 'EUR' },
      elevated_permissions: ['payments:refund'],
      attempt: 1,
    },
    REFUND,
  ],
  [42_150, 'TOOL_RESULT_RECEIVED', { status: 'ok', result_summary: 'Refunded.', latency_ms: 850 }, REFUND],
  [
    43_000,
    'TASK_COMPLETED',
    {
      output: { refunded: 240, currency: 'EUR' },
      duration_ms: 43_000,
      tokens: { input: 5_210, output: 640, total: 5_850 },
      cost: { amount: 0.04, currency: 'EUR' },
    },
  ],
];
