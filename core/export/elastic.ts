import type { AuditEvent } from '../event/event.ts';
import type { Projected } from './projected.ts';

/** A pair of lines of Elastic's bulk API: `create` on a data stream, so that a record is there once, and ECS fields. */
export function toElastic({ record, event, index, origin, leafHash, signature }: Projected): {
  action: object;
  document: object;
} {
  return {
    action: { create: { _id: event.event_id } },
    document: {
      '@timestamp': event.occurred_at,
      ecs: { version: '9.1.0' },
      event: {
        id: event.event_id,
        kind: 'event',
        category: ['process'],
        type: ['info'],
        action: event.event_type.toLowerCase(),
        dataset: 'agent_audit_trail.records',
        module: 'agent_audit_trail',
        outcome: outcomeOf(event),
        created: record.recorded_at,
        hash: leafHash.slice('sha256:'.length),
        sequence: index,
      },
      organization: { id: record.tenant_id },
      ...(event.initiator?.user_id && { user: { id: event.initiator.user_id } }),
      agent_audit_trail: {
        origin,
        content_hash: record.content_hash,
        ...(signature !== undefined && { record_signature: signature }),
        event,
      },
    },
  };
}

function outcomeOf(event: AuditEvent): 'success' | 'failure' | 'unknown' {
  switch (event.event_type) {
    case 'TASK_COMPLETED':
      return 'success';
    case 'TASK_FAILED':
      return 'failure';
    case 'TOOL_RESULT_RECEIVED':
      return event.payload.status === 'ok' ? 'success' : 'failure';
    default:
      return 'unknown';
  }
}
