import type { AuditEvent, EventType } from '../event/event.ts';
import type { Projected } from './projected.ts';

/**
 * A record as a row for Microsoft Sentinel: the columns of ASIM's AuditEvent schema 0.1, and after them where the record
 * stands in the log. The event itself is in `AdditionalFields`.
 */
export function toSentinel({ record, event, index, leafHash, origin }: Projected): Record<string, unknown> {
  return {
    ...asimColumns({ at: event.occurred_at, type: event.event_type, origin, version: record.writer_version }),
    EventOriginalUid: event.event_id,
    EventType: operationOf(event),
    EventResult: resultOf(event),
    EventSeverity: 'Informational',
    Operation: event.event_type,
    Object: objectOf(event),
    ActorUserId: actorOf(event),
    ActorUserIdType: 'Other',
    ActorSessionId: event.task?.session_id,
    ActingAppId: event.agent.id,
    ActingAppName: event.agent.name ?? event.agent.id,
    ActingAppType: 'Service',
    AuditTenantId: record.tenant_id,
    TaskId: event.task?.id,
    RecordedAt: record.recorded_at,
    LogIndex: index,
    LeafHash: leafHash,
    ContentHash: record.content_hash,
    AdditionalFields: event,
  };
}

/** The columns that every row has, whatever it tells of. */
export function asimColumns({
  at,
  type,
  origin,
  version,
}: {
  at: string;
  type: EventType;
  origin: string;
  version: string;
}): Record<string, unknown> {
  return {
    TimeGenerated: at,
    EventCount: 1,
    EventStartTime: at,
    EventEndTime: at,
    EventSubType: type,
    EventOriginalType: type,
    EventMessage: type,
    EventSchema: 'AuditEvent',
    EventSchemaVersion: '0.1',
    EventVendor: 'agent-audit-trail',
    EventProduct: 'agent-audit-trail',
    EventProductVersion: version,
    Dvc: origin,
    ObjectType: 'Other',
  };
}

const CREATES: ReadonlySet<EventType> = new Set<EventType>([
  'TOKEN_ISSUED',
  'EMITTER_REGISTERED',
  'EXPORT_CREATED',
  'LEGAL_HOLD_PLACED',
  'REVIEW_RECORDED',
]);
const DELETES: ReadonlySet<EventType> = new Set<EventType>([
  'TOKEN_REVOKED',
  'EMITTER_REMOVED',
  'LEGAL_HOLD_RELEASED',
  'ERASURE_PERFORMED',
  'RECORDS_PURGED',
]);
const READS: ReadonlySet<EventType> = new Set<EventType>(['AUDIT_ACCESSED', 'EXPORT_DOWNLOADED']);
const EXECUTES: ReadonlySet<EventType> = new Set<EventType>([
  'TASK_INITIATED',
  'TASK_RESUMED',
  'TOOL_CALLED',
]);
const ACCESS = { read: 'Read', write: 'Set', delete: 'Delete' } as const;

/** The operation in the words of ASIM, as far as it has one. */
function operationOf(event: AuditEvent): string {
  const { event_type: type } = event;
  if (event.event_type === 'DATA_ACCESSED') return ACCESS[event.payload.operation];
  if (EXECUTES.has(type)) return 'Execute';
  if (CREATES.has(type)) return 'Create';
  if (DELETES.has(type)) return 'Delete';
  if (READS.has(type)) return 'Read';
  return type.endsWith('_CHANGED') || type === 'KEY_ROTATED' ? 'Set' : 'Other';
}

function resultOf(event: AuditEvent): string {
  switch (event.event_type) {
    case 'TASK_FAILED':
    case 'EVENTS_REFUSED':
    case 'INTEGRITY_ALERT':
      return 'Failure';
    case 'TOOL_RESULT_RECEIVED':
      return event.payload.status === 'ok' ? 'Success' : 'Failure';
    case 'TASK_COMPLETED':
      return 'Success';
    default:
      return 'NA';
  }
}

/** What was acted on: the tool, the data, what was administered; else the task. */
function objectOf(event: AuditEvent): string {
  if (event.event_type === 'TOOL_CALLED') return event.payload.tool.name;
  if (event.event_type === 'DATA_ACCESSED') return event.payload.store.name;
  const target = Reflect.get(event.payload, 'target') as { type?: unknown; id?: unknown } | undefined;
  if (target) return [target.type, target.id].filter((part) => typeof part === 'string').join('/');
  return event.task?.id ?? event.agent.id;
}

function actorOf({ initiator, payload, agent }: AuditEvent): string {
  const governing = Reflect.get(payload, 'actor') as { id?: unknown } | undefined;
  if (initiator?.user_id) return initiator.user_id;
  return typeof governing?.id === 'string' ? governing.id : agent.id;
}
