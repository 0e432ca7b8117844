import { expect, test } from '@jest/globals';
import type { Projected } from '../../../core/export/projected.ts';
import { toSentinel } from '../../../core/export/sentinel.ts';

function row(event: object): Record<string, unknown> {
  const whole = {
    event_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
    occurred_at: '2026-03-08T14:47:00.000Z',
    agent: { id: 'refund-agent', version: '1.4.0' },
    payload: {},
    ...event,
  };
  const record = {
    tenant_id: 'acme',
    recorded_at: '2026-03-08T14:47:02.000Z',
    content_hash: 'sha256:cd',
    writer_version: '0.1.0',
    event: whole,
  };
  return toSentinel({
    record,
    event: whole,
    index: 17,
    leafHash: 'sha256:ab',
    origin: 'o',
  } as unknown as Projected);
}

const actor = { type: 'token', id: 'token-1' };

test.each([
  [
    {
      event_type: 'TOOL_CALLED',
      task: { id: 't' },
      initiator: { user_id: 'ann' },
      payload: { tool: { name: 'billing' } },
    },
    { EventType: 'Execute', Object: 'billing', ActorUserId: 'ann', EventResult: 'NA' },
  ],
  [
    { event_type: 'DATA_ACCESSED', payload: { operation: 'write', store: { name: 'crm' } } },
    { EventType: 'Set', Object: 'crm', ActorUserId: 'refund-agent' },
  ],
  [
    { event_type: 'TOOL_RESULT_RECEIVED', task: { id: 't' }, payload: { status: 'ok' } },
    { EventResult: 'Success', Object: 't' },
  ],
  [{ event_type: 'TOOL_RESULT_RECEIVED', payload: { status: 'timeout' } }, { EventResult: 'Failure' }],
  [{ event_type: 'TASK_FAILED' }, { EventResult: 'Failure', EventType: 'Other', Object: 'refund-agent' }],
  [{ event_type: 'TASK_COMPLETED' }, { EventResult: 'Success' }],
  [
    { event_type: 'TOKEN_ISSUED', payload: { actor, target: { type: 'token', id: 'x' } } },
    { EventType: 'Create', Object: 'token/x', ActorUserId: 'token-1' },
  ],
  [
    { event_type: 'TOKEN_REVOKED', payload: { actor, target: { type: 'token' } } },
    { EventType: 'Delete', Object: 'token' },
  ],
  [{ event_type: 'AUDIT_ACCESSED', payload: { actor } }, { EventType: 'Read' }],
  [{ event_type: 'WEBHOOK_CHANGED', payload: { actor } }, { EventType: 'Set' }],
])('%j', (event, columns) => {
  expect(row(event)).toMatchObject({
    EventSchema: 'AuditEvent',
    TimeGenerated: '2026-03-08T14:47:00.000Z',
    LogIndex: 17,
    LeafHash: 'sha256:ab',
    AuditTenantId: 'acme',
    ...columns,
  });
});
