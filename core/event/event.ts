import { z } from 'zod';
import {
  type EventEnvelope,
  envelopeShape,
  initiatorSchema,
  selfAgentSchema,
  sentShape,
  taskSchema,
} from './envelope.ts';
import { GOVERNANCE_PAYLOADS, type GovernanceEventType } from './governance.ts';
import { AGENT_PAYLOADS, type AgentEventType } from './payloads.ts';

export type EventType = AgentEventType | GovernanceEventType;

export const AGENT_EVENT_TYPES = Object.keys(AGENT_PAYLOADS) as [AgentEventType, ...AgentEventType[]];
export const GOVERNANCE_EVENT_TYPES = Object.keys(GOVERNANCE_PAYLOADS) as [
  GovernanceEventType,
  ...GovernanceEventType[],
];
export const EVENT_TYPES: readonly EventType[] = [...AGENT_EVENT_TYPES, ...GOVERNANCE_EVENT_TYPES];

const PAYLOADS = { ...AGENT_PAYLOADS, ...GOVERNANCE_PAYLOADS };

/** The payload of an event of type `T`, as recorded: a committable field is its value or a `Committed`. */
export type PayloadOf<T extends EventType> = z.infer<(typeof PAYLOADS)[T]>;

/** An event as recorded; `event_type` tells which payload it has. */
export type AuditEvent = {
  [T in EventType]: EventEnvelope & { event_type: T; payload: PayloadOf<T> };
}[EventType];

/** The event of type `T`. */
export type EventOf<T extends EventType> = Extract<AuditEvent, { event_type: T }>;

/** Whether `type` is one of this schema version. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(PAYLOADS, type);
}

/** Whether only the product itself emits events of this type. */
export function isGovernanceType(type: EventType): type is GovernanceEventType {
  return Object.hasOwn(GOVERNANCE_PAYLOADS, type);
}

/** `governance` for what the product does to the log, `agent` for what agents do. */
export function categoryOf(type: EventType): 'agent' | 'governance' {
  return isGovernanceType(type) ? 'governance' : 'agent';
}

/** The user on whose account the event happened: the initiator, or the acting user of a governance event. */
export function userIdOf(event: AuditEvent): string | undefined {
  if (event.initiator?.user_id !== undefined) return event.initiator.user_id;
  const { payload } = event;
  return 'actor' in payload && 'type' in payload.actor && payload.actor.type === 'user'
    ? payload.actor.id
    : undefined;
}

/**
 * The other task that the event is about: whose part it takes over (the start of a sub-agent's task), or which it
 * judges (a review). Events of a task itself are found by their own `task.id`.
 */
export function aboutTaskIdOf(event: AuditEvent): string | undefined {
  if (event.event_type === 'TASK_INITIATED')
    return event.task?.parent_id === event.task?.id ? undefined : event.task?.parent_id;
  if (event.event_type !== 'REVIEW_RECORDED') return undefined;
  const { target } = event.payload;
  return target?.type === 'task' ? target.id : undefined;
}

function schemaOf<S extends z.ZodRawShape>(type: EventType, more: S) {
  const common = { ...envelopeShape, ...more, event_type: z.literal(type), payload: PAYLOADS[type] };
  if (isGovernanceType(type)) return z.strictObject({ ...common, agent: selfAgentSchema });
  return z.strictObject({
    ...common,
    task: type === 'AGENT_CHANGED' ? taskSchema.optional() : taskSchema,
    initiator: type === 'TASK_INITIATED' ? initiatorSchema : initiatorSchema.optional(),
  });
}

function schemasWith<S extends z.ZodRawShape>(more: S) {
  const schemas = EVENT_TYPES.map((type) => [type, schemaOf(type, more)]);
  return Object.fromEntries(schemas) as Record<EventType, ReturnType<typeof schemaOf<S>>>;
}

/** The schema of an event as sent, by type. */
export const EVENT_SCHEMAS = schemasWith(sentShape);

/** Any event as sent: what the published JSON Schema and the OpenAPI document describe. */
export const sentEventSchema = anyOf(EVENT_SCHEMAS);

/** Any event as recorded: without the `tenant_id` that a sender may add. */
export const recordedEventSchema = anyOf(schemasWith({}));

function anyOf<T extends z.ZodType>(schemas: Record<EventType, T>) {
  const [first, ...others] = Object.values(schemas) as [T, ...T[]];
  return z.union([first, ...others]);
}
