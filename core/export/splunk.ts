import { toOcsf } from './ocsf.ts';
import type { Projected } from './projected.ts';

/** An object of Splunk's HTTP Event Collector: objects one after another, not an array. The event is OCSF. */
export function toSplunk(entry: Projected): Record<string, unknown> {
  const { record, event, index, origin, leafHash } = entry;
  return {
    time: Date.parse(event.occurred_at) / 1_000,
    host: record.tenant_id,
    source: origin,
    sourcetype: 'agent_audit_trail:ocsf',
    event: toOcsf(entry),
    fields: {
      tenant_id: record.tenant_id,
      event_type: event.event_type,
      agent_id: event.agent.id,
      log_index: String(index),
      leaf_hash: leafHash,
      ...(event.task && { task_id: event.task.id }),
      ...(event.initiator?.user_id && { user_id: event.initiator.user_id }),
    },
  };
}
