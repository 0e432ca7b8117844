import type { z } from 'zod';
import type { EventEnvelope, initiatorSchema } from '../../core/event/envelope.ts';
import type { AGENT_PAYLOADS, AgentEventType } from '../../core/event/payloads.ts';

/** The payload of an event type as an agent may write it: options as one-line text, times with any offset. */
export type PayloadInput<T extends AgentEventType> = z.input<(typeof AGENT_PAYLOADS)[T]>;

/** Who acts (docs/formats/event.md, `agent`). */
export type AgentInfo = EventEnvelope['agent'];

/** What any event may say besides its payload. */
export type EventContext = Pick<EventEnvelope, 'subjects' | 'labels' | 'causation'>;

type Initiator = z.input<typeof initiatorSchema>;

/**
 * On whose account a task runs: a `user_id` for short (recorded as asserted by the agent), or the whole initiator.
 * It stands on every event of the task, so that a search by user finds all of them.
 */
export type OnBehalfOf = { user_id: string; initiator?: never } | { initiator: Initiator; user_id?: never };

/** How a task begins. Ids are minted where none are given. */
export type TaskStart = PayloadInput<'TASK_INITIATED'> &
  EventContext &
  OnBehalfOf & { task_id?: string; parent_id?: string; session_id?: string };

/**
 * How a child task begins: on the same account as its parent unless another is given, by the same agent unless it is
 * handed to another one. A `name` alone is a part of the same agent, as frameworks name those that hand work over.
 */
export type ChildTaskStart = PayloadInput<'TASK_INITIATED'> &
  EventContext & { initiator?: Initiator; task_id?: string; agent?: AgentInfo | { name: string } };

type Tool = PayloadInput<'TOOL_CALLED'>['tool'];

/** A call of a tool, an API or another agent; the tool's name alone will do. `decision_id` names the decision behind it. */
export type ToolCall = Omit<PayloadInput<'TOOL_CALLED'>, 'tool'> & {
  tool: string | Tool;
  call_id?: string;
  decision_id?: string;
};

/** How a call ended; `latency_ms` is measured unless it is given. */
export type ToolResult = Omit<PayloadInput<'TOOL_RESULT_RECEIVED'>, 'status' | 'result_summary' | 'error'> & {
  summary?: PayloadInput<'TOOL_RESULT_RECEIVED'>['result_summary'];
};

/** Why a call gave no result. */
export interface ToolFailure {
  status?: 'error' | 'timeout' | 'cancelled' | 'denied';
  code?: string;
}

/** What the agent decided; `selected_action` is taken from the option that is marked as selected where it is missing. */
export type Decision = Omit<PayloadInput<'DECISION_POINT'>, 'selected_action'> & { selected_action?: string };

export type Escalation = PayloadInput<'HUMAN_ESCALATION_TRIGGERED'> & { call_id?: string };

/** The end of a task; `duration_ms` is measured unless it is given. */
export type Completion = PayloadInput<'TASK_COMPLETED'>;
export type Failure = Omit<PayloadInput<'TASK_FAILED'>, 'error'> & { error?: unknown };
