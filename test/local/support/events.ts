import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** The agent that every local emitter may speak for besides the examples. */
export const LOCAL_AGENT = 'local-agent';

/** An event as it is sent: the smallest that is valid, for tests to add to or to spoil. */
export interface PlainEvent extends Record<string, unknown> {
  readonly event_id: string;
}

/** A name that no other run of the tests uses, so that what it finds is its own. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}

/** A `DATA_ACCESSED` of the local agent, of now and with a new id; `more` adds fields or replaces them. */
export function plainEvent(taskId: string, more: Record<string, unknown> = {}): PlainEvent {
  return {
    schema_version: '1.0.0',
    event_id: v7(),
    event_type: 'DATA_ACCESSED',
    occurred_at: new Date().toISOString(),
    agent: { id: LOCAL_AGENT, version: '1.0.0' },
    task: { id: taskId },
    payload: { operation: 'read', store: { kind: 'table', name: 'customers' }, record_count: 1 },
    ...more,
  };
}
