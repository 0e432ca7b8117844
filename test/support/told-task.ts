/** Texts in the scripts that a report has faces for, in the order in which they are read. */
export const SCRIPTS = {
  chinese: '客户要求退款：订单4711，金额为49.90欧元。',
  japanese: 'お客様は、注文4711の返金を求めています。',
  korean: '고객이 주문 4711의 환불을 요청했습니다.',
  arabic: 'يطلب العميل استرداد مبلغ الطلب 4711 (49.90 يورو).',
  hebrew: 'הלקוח מבקש החזר עבור הזמנה 4711 (49.90 אירו).',
  russian: 'Клиент просит вернуть деньги за заказ 4711.',
  greek: 'Ο πελάτης ζητά επιστροφή χρημάτων.',
} as const;

type Make = (event: Record<string, unknown>) => unknown;

/**
 * A task with everything that a report shows in its own way: a call that fails, a decision with options, a question to a
 * person and its answer, data that was read and written, and texts in many scripts. `at` is when it begins.
 */
export function toldTask(taskId: string, at: number, make: Make): unknown[] {
  let seq = 0;
  const event = (event_type: string, payload: object, more: Record<string, unknown> = {}) =>
    make({
      event_type,
      occurred_at: new Date(at + seq * 7_300).toISOString(),
      task: { id: taskId, seq: seq++ },
      payload,
      ...more,
    });
  return [
    event(
      'TASK_INITIATED',
      { goal: 'Decide on the refund of order 4711', input: { order: 4711, note: SCRIPTS.arabic } },
      { initiator: { type: 'user', user_id: 'user-2041', assurance: 'verified' } },
    ),
    ...Object.values(SCRIPTS).map((content) => event('MESSAGE_EXCHANGED', { role: 'user', content })),
    event(
      'TOOL_CALLED',
      { tool: { name: 'orders.get', kind: 'api' }, input: { order: 4711 }, purpose: 'see what was bought' },
      { causation: { call_id: 'call-1' } },
    ),
    event(
      'TOOL_RESULT_RECEIVED',
      {
        status: 'ok',
        result_summary: 'Order 4711: one lamp, 49.90 EUR, delivered 12 days ago',
        latency_ms: 182,
      },
      { causation: { call_id: 'call-1' } },
    ),
    event('DATA_ACCESSED', {
      operation: 'read',
      store: { kind: 'table', system: 'shop', name: 'orders' },
      record_count: 1,
      data_classes: ['order', 'address'],
    }),
    event(
      'DECISION_POINT',
      {
        reasoning_summary:
          'The lamp was returned within the period of 14 days, and its photograph shows a broken socket. ' +
          'The amount is above the limit up to which the agent may pay on its own, so a person has to agree. ' +
          'A voucher was refused by the customer in the second message.',
        options_considered: [
          { option: 'Refund at once', outcome: 'rejected', reason: 'above the limit of 40 EUR' },
          { option: 'Ask a person', outcome: 'selected' },
          { option: 'Offer a voucher', outcome: 'not_applicable', reason: 'the customer refused it' },
        ],
        selected_action: 'Ask a person to approve the refund of 49.90 EUR',
        policy_references: ['refunds-2026 §4', 'limits-of-agents'],
        source: 'stated',
      },
      { causation: { decision_id: 'decision-1' } },
    ),
    event(
      'HUMAN_ESCALATION_TRIGGERED',
      {
        reason: 'Amount above the limit',
        question: 'Approve the refund of 49.90 EUR?',
        requested_from: 'team-refunds',
      },
      { causation: { call_id: 'ask-1' } },
    ),
    event(
      'HUMAN_DECISION_RECORDED',
      {
        approver: { id: 'lead-7', auth: 'SSO with a passkey' },
        decision: 'approved',
        justification: 'The photograph is clear.',
      },
      { causation: { call_id: 'ask-1' } },
    ),
    event(
      'TOOL_CALLED',
      {
        tool: { name: 'payments.refund', kind: 'api', side_effect: true },
        input: { order: 4711, amount: '49.90 EUR' },
      },
      { causation: { call_id: 'call-2', decision_id: 'decision-1' } },
    ),
    event(
      'TOOL_RESULT_RECEIVED',
      { status: 'timeout', error: { code: 'E_TIMEOUT', message: 'no answer in 30 s 😀 → tried again' } },
      { causation: { call_id: 'call-2' } },
    ),
    event('TASK_FAILED', { reason: 'The payment service did not answer', duration_ms: 130_000 }),
  ];
}
