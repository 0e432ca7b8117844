import { sha256 } from '#crypto';
import { toHex } from '../encoding.ts';
import { canonicalBytes } from '../event/canonical.ts';
import type { AuditEvent, EventType } from '../event/event.ts';
import type { JsonValue } from '../event/values.ts';
import type { Projected } from './projected.ts';

/**
 * A record as an event of OCSF 1.9.0, category Application Activity: tool calls and whatever has no class of its own as
 * API Activity (6003), data access as Datastore Activity (6005), the life of a task as Application Lifecycle (6002);
 * profiles `ai_operation` and `record_integrity`. The record itself, with its place in the log, is under `unmapped`.
 */
export function toOcsf({
  record,
  event,
  index,
  leafHash,
  origin,
  signature,
}: Projected): Record<string, unknown> {
  const { classUid, className, activity, more } = classOf(event);
  const { code: statusId, name: status } = statusOf(event);
  const base = {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: classUid,
    class_name: className,
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: classUid * 100 + activity.id,
    type_name: `${className}: ${activity.name}`,
    severity_id: 1,
    severity: 'Informational',
    status_id: statusId,
    status,
    time: Date.parse(event.occurred_at),
    message: event.event_type,
    metadata: {
      version: '1.9.0',
      profiles: ['ai_operation', 'record_integrity'],
      product: {
        name: 'agent-audit-trail',
        vendor_name: 'agent-audit-trail',
        version: record.writer_version,
      },
      uid: event.event_id,
      event_code: event.event_type,
      log_name: origin,
      log_version: event.schema_version,
      logged_time: Date.parse(record.recorded_at),
      original_time: event.occurred_at,
      sequence: index,
      tenant_uid: record.tenant_id,
      ...(event.task && { correlation_uid: event.task.id }),
    },
    actor: actorOf(event),
    src_endpoint: { name: event.agent.instance_id ?? event.agent.id, type_id: 99, type: 'AI agent' },
    ai_agent: agentOf(event),
    ...more,
    unmapped: {
      agent_audit_trail: {
        log_index: index,
        leaf_hash: leafHash,
        content_hash: record.content_hash,
        ...(signature !== undefined && { record_signature: signature }),
        event,
      },
    },
  };
  // The fingerprint is over the event as it is given here, without itself (OCSF, object attestation).
  const attestation = { uid: leafHash, chain_uid: origin, authority_uid: origin };
  const bytes = canonicalBytes({ ...base, attestation_list: [attestation] });
  const fingerprint = { algorithm_id: 3, algorithm: 'SHA-256', encoding_id: 1, value: toHex(sha256(bytes)) };
  return { ...base, attestation_list: [{ ...attestation, fingerprint }] };
}

interface OcsfClass {
  classUid: number;
  className: string;
  activity: { id: number; name: string };
  more: Record<string, unknown>;
}

const LIFECYCLE: Partial<Record<EventType, { id: number; name: string }>> = {
  TASK_INITIATED: { id: 3, name: 'Start' },
  TASK_COMPLETED: { id: 4, name: 'Stop' },
  TASK_FAILED: { id: 4, name: 'Stop' },
  TASK_CANCELLED: { id: 4, name: 'Stop' },
  TASK_SUSPENDED: { id: 99, name: 'Suspend' },
  TASK_RESUMED: { id: 99, name: 'Resume' },
};
const DATASTORE = {
  read: { id: 1, name: 'Read' },
  write: { id: 5, name: 'Write' },
  delete: { id: 7, name: 'Delete' },
} as const;

function classOf(event: AuditEvent): OcsfClass {
  const lifecycle = LIFECYCLE[event.event_type];
  if (lifecycle) {
    const application = { name: event.agent.name ?? event.agent.id, uid: event.agent.id };
    return {
      classUid: 6002,
      className: 'Application Lifecycle',
      activity: lifecycle,
      more: { application },
    };
  }
  if (event.event_type === 'DATA_ACCESSED') {
    const { operation, store } = event.payload;
    return {
      classUid: 6005,
      className: 'Datastore Activity',
      activity: DATASTORE[operation],
      more: {
        type_id: 99,
        type: store.kind ?? 'datastore',
        database: {
          name: store.name,
          type_id: 99,
          type: store.kind ?? 'datastore',
          ...(store.system && { desc: store.system }),
        },
      },
    };
  }
  return {
    classUid: 6003,
    className: 'API Activity',
    activity: { id: 99, name: event.event_type },
    more: { api: apiOf(event) },
  };
}

function apiOf(event: AuditEvent): Record<string, unknown> {
  const call = event.causation?.call_id;
  const request = call === undefined ? {} : { request: { uid: call } };
  if (event.event_type === 'TOOL_CALLED') {
    const { tool } = event.payload;
    return {
      operation: tool.name,
      service: { name: tool.server ?? tool.kind ?? 'tool', ...(tool.version && { version: tool.version }) },
      ...request,
    };
  }
  if (event.event_type === 'TOOL_RESULT_RECEIVED') {
    const { status, error } = event.payload;
    return {
      operation: event.event_type,
      ...request,
      response: { message: status, ...(error?.code && { error: error.code }) },
    };
  }
  return { operation: event.event_type, ...request };
}

function statusOf(event: AuditEvent): { code: number; name: string } {
  const failed =
    event.event_type === 'TASK_FAILED' ||
    (event.event_type === 'TOOL_RESULT_RECEIVED' && event.payload.status !== 'ok');
  return failed ? { code: 2, name: 'Failure' } : { code: 1, name: 'Success' };
}

function actorOf({ agent, initiator, payload }: AuditEvent): Record<string, unknown> {
  const governing = Reflect.get(payload, 'actor') as { type?: JsonValue; id?: JsonValue } | undefined;
  const user = initiator?.user_id ?? (typeof governing?.id === 'string' ? governing.id : undefined);
  return {
    app_name: agent.name ?? agent.id,
    app_uid: agent.id,
    ...(user !== undefined && { user: { uid: user } }),
  };
}

const FRAMEWORKS: readonly [RegExp, number, string][] = [
  [/^lang(chain|graph)/i, 2, 'LangChain'],
  [/^autogen/i, 3, 'AutoGen'],
  [/^crewai/i, 4, 'CrewAI'],
];

function agentOf({ agent }: AuditEvent): Record<string, unknown> {
  const { framework, model } = agent;
  const [, typeId = framework ? 99 : 0, type = framework?.name ?? 'Unknown'] =
    FRAMEWORKS.find(([pattern]) => framework && pattern.test(framework.name)) ?? [];
  return {
    uid: agent.id,
    version: agent.version,
    name: agent.name ?? agent.id,
    type_id: typeId,
    type,
    ...(agent.instance_id && { instance_uid: agent.instance_id }),
    ...(model && {
      ai_model: {
        name: model.name,
        ai_provider: model.provider ?? 'unknown',
        ...(model.version && { version: model.version }),
      },
    }),
  };
}
