import { v7 } from 'uuid';
import { uniqueName } from '../../local/support/events.ts';
import { eventually } from '../../local/support/eventually.ts';
import { call } from '../../local/support/http.ts';
import type { LocalTenant } from '../../local/support/local-tenants.ts';

/** A task that a test put into the log, on behalf of a user of its own. */
export interface SentTask {
  id: string;
  user: string;
  /** Event ids, in their order. */
  events: string[];
}

export const REASONS =
  'Damage is covered for 14 days, but the amount is above what I may refund alone, so I ask a supervisor.';

/** Milliseconds after the start, type, payload, and what else an event of the task says. */
type Step = [after: number, type: string, payload: object, more?: object];

function steps(user: string, goal: string): Step[] {
  const decision = v7();
  const [lookup, question, payment] = [v7(), v7(), v7()];
  return [
    [
      0,
      'TASK_INITIATED',
      { goal, input: { order: '4711' }, trigger: { kind: 'chat' } },
      { initiator: { type: 'user', user_id: user, assurance: 'verified' } },
    ],
    [900, 'MESSAGE_EXCHANGED', { role: 'user', channel: 'chat', content: 'The vase came in pieces.' }],
    [
      2_100,
      'TOOL_CALLED',
      {
        tool: { name: 'orders.get', kind: 'api' },
        input: { order: '4711' },
        purpose: 'To see what was bought, and for how much.',
      },
      { causation: { call_id: lookup } },
    ],
    [
      2_480,
      'TOOL_RESULT_RECEIVED',
      { status: 'ok', result_summary: 'A vase, delivered 3 days ago, EUR 240.', latency_ms: 380 },
      { causation: { call_id: lookup } },
    ],
    [
      2_500,
      'DATA_ACCESSED',
      {
        operation: 'read',
        store: { kind: 'database', name: 'orders' },
        resource: 'orders/4711',
        record_count: 1,
        data_classes: ['order'],
      },
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
        reasoning_summary: REASONS,
        options_considered: [
          'Refund automatically - REJECTED (above the limit)',
          'Ask a supervisor - SELECTED',
          'Decline - REJECTED (damage is covered)',
        ],
        selected_action: 'Ask a supervisor',
        policy_references: ['refund-limits/7'],
        source: 'stated',
      },
      { event_id: decision },
    ],
    [
      3_700,
      'HUMAN_ESCALATION_TRIGGERED',
      {
        reason: 'The amount is above the limit.',
        question: 'Refund EUR 240 for order 4711?',
        requested_from: 'refund supervisors',
      },
      { causation: { call_id: question } },
    ],
    [
      145_000,
      'HUMAN_DECISION_RECORDED',
      {
        approver: { id: 'supervisor-7', auth: 'oidc' },
        decision: 'approved',
        justification: 'The photo shows the damage.',
      },
      { causation: { call_id: question } },
    ],
    [
      145_300,
      'TOOL_CALLED',
      {
        tool: { name: 'payments.refund', kind: 'api', side_effect: true },
        input: { order: '4711', amount: 240 },
        elevated_permissions: ['payments:refund'],
      },
      { causation: { call_id: payment, decision_id: decision } },
    ],
    [
      146_150,
      'TOOL_RESULT_RECEIVED',
      { status: 'ok', result_summary: 'Refunded EUR 240.', latency_ms: 850 },
      { causation: { call_id: payment } },
    ],
    [
      147_000,
      'TASK_COMPLETED',
      {
        output: 'Refunded EUR 240 for order 4711.',
        duration_ms: 147_000,
        tokens: { input: 5_210, output: 640, total: 5_850 },
      },
    ],
  ];
}

const AGE_MS = 3 * 60_000;

/** Sends a whole task over HTTPS and waits until the log holds it. */
export async function sendTask(
  tenant: LocalTenant,
  goal = 'Refund order 4711: the customer says that it arrived broken.',
): Promise<SentTask> {
  const id = uniqueName('task');
  const user = uniqueName('customer');
  const start = Date.now() - AGE_MS;
  const events = steps(user, goal).map(([after, event_type, payload, more = {}], seq) => ({
    schema_version: '1.0.0',
    event_id: v7(),
    event_type,
    occurred_at: new Date(start + after).toISOString(),
    agent: {
      id: 'refund-agent',
      version: '2.4.1',
      owner: 'customer care',
      model: { provider: 'example', name: 'assistant-large', version: '2026-10' },
    },
    task: { id, seq },
    initiator: { type: 'user', user_id: user, assurance: 'verified' },
    payload,
    ...more,
  }));
  const answer = await call(tenant, 'POST', '/v1/audit/events', {
    token: tenant.tokens.writer,
    body: { events },
  });
  if (answer.status !== 202) throw new Error(`the task was not taken: ${answer.status} ${answer.text}`);
  await eventually(async () => {
    const path = `/v1/audit/events?task_id=${id}&limit=1`;
    const { body } = await call(tenant, 'GET', path, { token: tenant.tokens.reader });
    const { total_count } = Object(body) as { total_count?: number };
    if (total_count !== events.length)
      throw new Error(`${total_count} of ${events.length} events are in the log`);
  });
  return { id, user, events: events.map(({ event_id }) => event_id) };
}
