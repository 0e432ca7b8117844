import { sha256 } from '#crypto';
import { utf8 } from '../encoding.ts';
import { type EventEnvelope, SCHEMA_VERSION } from '../event/envelope.ts';
import { type EventId, mintEventId } from '../event/ids.ts';
import type { AgentEventType } from '../event/payloads.ts';
import { formatTimestamp } from '../event/time.ts';
import { nameOf, textOf, toName } from './attributes.ts';
import { langgraph } from './kind.ts';
import type { Span } from './span.ts';

/** An event made of a span, before the writer's own checks. */
export type SpanEventDraft = EventEnvelope & { event_type: AgentEventType; payload: Record<string, unknown> };

/** What an event says beyond its span. */
export interface Told {
  type: AgentEventType;
  /** Names this event among those of its span, so that resending makes the same id. */
  role: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
  payload: Record<string, unknown>;
  callId?: string | undefined;
  decisionId?: string | undefined;
  /** Of a child task; otherwise the event belongs to the task of its trace. */
  task?: EventEnvelope['task'];
  initiator?: EventEnvelope['initiator'];
}

/**
 * The event that `told` is about `span`. Its id is made of the span's time and a digest of trace, span and role: the
 * same span sent again makes the same ids, in whatever order and company it comes.
 */
export function frame(span: Span, told: Told): SpanEventDraft {
  const { traceId, spanId } = span;
  return {
    schema_version: SCHEMA_VERSION,
    event_id: deriveEventId(span, told.role, told.at),
    event_type: told.type,
    occurred_at: formatTimestamp(Math.floor(told.at)),
    agent: agentOf(span),
    task: told.task ?? taskOf(span),
    ...(told.initiator && { initiator: told.initiator }),
    causation: {
      ...(told.callId !== undefined && { call_id: toName(told.callId) }),
      ...(told.decisionId !== undefined && { decision_id: told.decisionId }),
      trace_id: traceId,
      span_id: spanId,
    },
    payload: told.payload,
  };
}

/** A UUIDv7 of `at` whose other bits are a digest of trace, span and role. */
function deriveEventId({ traceId, spanId }: Span, role: string, at: number): EventId {
  const digest = sha256(utf8(`otlp ${traceId} ${spanId} ${role}`));
  return mintEventId(Math.floor(at), { octets: (length) => digest.slice(0, length) });
}

/**
 * The task that a span belongs to: LangGraph's thread where the span names one, since a run that was paused goes on in
 * another trace but in the same thread; otherwise the trace.
 */
export function taskOf(span: Span): NonNullable<EventEnvelope['task']> {
  const { thread } = langgraph(span);
  const session = nameOf(span.attributes, 'gen_ai.conversation.id', 'session.id');
  return { id: thread ?? span.traceId, ...(session !== undefined && { session_id: session }) };
}

/** The task of a sub-agent, named by its span. */
export function childTaskOf(span: Span): NonNullable<EventEnvelope['task']> {
  const { id, session_id } = taskOf(span);
  return {
    id: `${span.traceId}/${span.spanId}`,
    parent_id: id,
    ...(session_id !== undefined && { session_id }),
  };
}

const UNKNOWN_VERSION = 'unknown';

function agentOf({ attributes, resource, scope }: Span): EventEnvelope['agent'] {
  const service = nameOf(resource, 'service.name') ?? 'unknown_service';
  const named = nameOf(
    attributes,
    'gen_ai.agent.name',
    'agent.name',
    'graph.node.id',
    'tool.agent_role',
    'gen_ai.agent.id',
  );
  const instance = nameOf(resource, 'service.instance.id');
  const owner = nameOf(resource, 'service.namespace');
  const environment = nameOf(resource, 'deployment.environment.name', 'deployment.environment');
  const model = nameOf(attributes, 'gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name');
  const provider = nameOf(attributes, 'gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system');
  return {
    id: service,
    version:
      nameOf(attributes, 'gen_ai.agent.version') ?? nameOf(resource, 'service.version') ?? UNKNOWN_VERSION,
    ...(named !== undefined && named !== service && { name: named }),
    ...(instance !== undefined && { instance_id: instance }),
    ...(owner !== undefined && { owner }),
    ...(environment !== undefined && { environment }),
    ...(scope.name !== '' && {
      framework: {
        name: toName(scope.name),
        ...(scope.version !== '' && { version: toName(scope.version) }),
      },
    }),
    ...(model !== undefined && { model: { name: model, ...(provider !== undefined && { provider }) } }),
  };
}

/** On whose account the run happens, as far as the span says. */
export function initiatorOf({ attributes, resource }: Span): NonNullable<EventEnvelope['initiator']> {
  const user = nameOf(attributes, 'user.id', 'enduser.id', 'gen_ai.user.id') ?? nameOf(resource, 'user.id');
  return user === undefined ? { type: 'service' } : { type: 'user', user_id: user, assurance: 'asserted' };
}

/** How long a span took, in whole milliseconds. */
export function durationOf({ start, end }: Span): number {
  return Math.round(end - start);
}

/** Why the span failed, in the words of its exception or its status. */
export function errorOf(span: Span): { code?: string; message: string } {
  const thrown = span.events.findLast(({ name }) => name === 'exception');
  const code = nameOf(span.attributes, 'error.type') ?? nameOf(thrown?.attributes ?? {}, 'exception.type');
  const message = textOf(thrown?.attributes ?? {}, 'exception.message') ?? span.status.message;
  return { ...(code !== undefined && { code }), message };
}
