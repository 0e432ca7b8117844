/** An endpoint as the document shows it. */
export const EXAMPLE = {
  webhook_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  name: 'SOC',
  url: 'https://hooks.customer.example/audit',
  receiver: { kind: 'standard', signature: 'v1' },
  filter: { category: 'all' },
  state: 'enabled',
  next_index: 4_210,
  behind: 0,
  delivered: 3_977,
  refused: 0,
  failures: 0,
  last_success_at: '2026-11-24T09:30:04.120Z',
  created_at: '2026-11-20T08:00:00.000Z',
  created_by: '01a20ce4-05c0-7f11-8d4e-1b0c5c1f9e01',
} as const;

/** The same, as it was just made. */
export const ISSUED = {
  ...EXAMPLE,
  next_index: 4_210,
  delivered: 0,
  last_success_at: undefined,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
} as const;

export const DELIVERY = {
  delivery_id: '01a20ce4-82c0-7000-8000-000000000020',
  at: '2026-11-24T09:30:04.120Z',
  message: 'records',
  message_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63_1_4200_4210',
  from_index: 4_200,
  next_index: 4_210,
  records: 10,
  attempt: 1,
  outcome: 'delivered',
  status: 204,
  duration_ms: 180,
} as const;
