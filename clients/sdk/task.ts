import { extractDecisions } from '../../core/decision/extract.ts';
import type { EventEnvelope } from '../../core/event/envelope.ts';
import type { EventId } from '../../core/event/ids.ts';
import { parseOptionText } from '../../core/event/options.ts';
import { Call } from './call.ts';
import type {
  ChildTaskStart,
  Completion,
  Decision,
  Escalation,
  EventContext,
  Failure,
  PayloadInput,
  TaskStart,
  ToolCall,
} from './inputs.ts';
import { PendingDecision } from './pending-decision.ts';
import { messageOf } from './problem.ts';
import type { Recorder } from './recorder.ts';
import { TaskEvents, type TaskReference } from './task-events.ts';

/**
 * One run of an agent towards a goal. Each method records one event and returns its id at once; none waits and, unless
 * the trail is strict, none throws. Call before you act, and again with the outcome: what is announced and never
 * answered shows in the timeline.
 */
export class Task {
  readonly id: string;
  /** The TASK_INITIATED event. */
  readonly eventId: EventId;
  readonly #events: TaskEvents;
  readonly #startedAt: number;

  private constructor(events: TaskEvents, startedAt: number, eventId: EventId) {
    this.#events = events;
    this.#startedAt = startedAt;
    this.id = events.frame.task.id;
    this.eventId = eventId;
  }

  static #begin(events: TaskEvents, start: PayloadInput<'TASK_INITIATED'>, context: EventContext): Task {
    return new Task(events, events.now(), events.emit('TASK_INITIATED', start, context));
  }

  /** Goes on with a task; `AuditTrail.continueTask` is the way to call it. */
  static continue(recorder: Recorder, { event_id, started_at, ...frame }: TaskReference): Task {
    return new Task(new TaskEvents(recorder, frame), started_at, event_id);
  }

  /** What another process needs to go on with this task, as JSON. */
  get reference(): TaskReference {
    return { ...this.#events.frame, event_id: this.eventId, started_at: this.#startedAt };
  }

  /** The question that was put to a person under `callId`, perhaps by another process, to record the answer. */
  pendingDecision(callId: string): PendingDecision {
    return new PendingDecision(this.#events, callId);
  }

  /** Starts a task; `AuditTrail.startTask` is the way to call it. */
  static start(recorder: Recorder, start: TaskStart): Task {
    const { user_id, initiator, task_id, parent_id, session_id, subjects, labels, causation, ...payload } =
      start;
    return Task.#begin(
      new TaskEvents(recorder, {
        task: {
          id: task_id ?? recorder.mintId(),
          ...(parent_id !== undefined && { parent_id }),
          ...(session_id !== undefined && { session_id }),
        },
        initiator: initiator ?? assertedUser(user_id),
        context: { subjects, labels, causation: traceOf(causation) },
      }),
      payload,
      { causation },
    );
  }

  /** Starts a task of a sub-agent in the same process: `parent_id` is this task, the account is the same. */
  startTask(start: ChildTaskStart): Task {
    const { task, initiator: own, context } = this.#events.frame;
    const { agent, initiator, task_id, subjects, labels, causation, ...payload } = start;
    const recorder = agent ? this.#events.recorder.speakingFor(agent) : this.#events.recorder;
    return Task.#begin(
      new TaskEvents(recorder, {
        task: { ...task, id: task_id ?? recorder.mintId(), parent_id: this.id },
        initiator: initiator ?? own,
        context: {
          subjects: subjects ?? context.subjects,
          labels: { ...context.labels, ...labels },
          causation: { ...context.causation, ...traceOf(causation) },
        },
      }),
      payload,
      { causation },
    );
  }

  /** Something was said: to the agent, by it, or between agents (MESSAGE_EXCHANGED). */
  message(message: PayloadInput<'MESSAGE_EXCHANGED'>, context?: EventContext): EventId {
    return this.#events.emit('MESSAGE_EXCHANGED', message, context);
  }

  /** The agent is about to call a tool, an API or another agent (TOOL_CALLED). */
  toolCalled(call: ToolCall, context: EventContext = {}): Call {
    const { tool, call_id = this.#events.recorder.mintId(), decision_id, ...rest } = call;
    const payload = { ...rest, tool: typeof tool === 'string' ? { name: tool } : tool };
    const causation = { ...context.causation, call_id, ...(decision_id !== undefined && { decision_id }) };
    const eventId = this.#events.emit('TOOL_CALLED', payload, { ...context, causation });
    return new Call(this.#events, call_id, eventId);
  }

  /**
   * The agent weighed its options and chose (DECISION_POINT). Options may be objects or lines such as
   * `"Initiate refund - SELECTED"`. The returned id goes into `decision_id` of what follows from the decision.
   */
  decision(decision: Decision, context?: EventContext): EventId {
    const { selected_action = selectedOption(decision), ...rest } = decision;
    return this.#events.emit('DECISION_POINT', { ...rest, selected_action }, context);
  }

  /**
   * Records each decision block in what a model gave: text, a message with parts, the arguments of `record_decision`
   * (core/decision). Where there is none, nothing is recorded.
   */
  captureDecisions(output: unknown, context?: EventContext): EventId[] {
    return extractDecisions(output).map((decision) => this.decision(decision, context));
  }

  /** A rule allowed, blocked or changed what the agent wanted to do (POLICY_EVALUATED). */
  policyEvaluated(evaluation: PayloadInput<'POLICY_EVALUATED'>, context?: EventContext): EventId {
    return this.#events.emit('POLICY_EVALUATED', evaluation, context);
  }

  /** The agent asks a person and waits (HUMAN_ESCALATION_TRIGGERED); `.decided(…)` records the answer. */
  escalate(escalation: Escalation, context: EventContext = {}): PendingDecision {
    const { call_id = this.#events.recorder.mintId(), ...payload } = escalation;
    const causation = { ...context.causation, call_id };
    const eventId = this.#events.emit('HUMAN_ESCALATION_TRIGGERED', payload, { ...context, causation });
    return new PendingDecision(this.#events, call_id, eventId);
  }

  /** A person stepped in without being asked (HUMAN_INTERVENED). */
  humanIntervened(intervention: PayloadInput<'HUMAN_INTERVENED'>, context?: EventContext): EventId {
    return this.#events.emit('HUMAN_INTERVENED', intervention, context);
  }

  /** The task pauses, for a person, a timer or another task (TASK_SUSPENDED). A pause is not an end. */
  suspend(waiting: PayloadInput<'TASK_SUSPENDED'> = {}, context?: EventContext): EventId {
    return this.#events.emit('TASK_SUSPENDED', waiting, context);
  }

  /** The task goes on (TASK_RESUMED). */
  resume(waiting: PayloadInput<'TASK_RESUMED'> = {}, context?: EventContext): EventId {
    return this.#events.emit('TASK_RESUMED', waiting, context);
  }

  /** The agent read, wrote or deleted data (DATA_ACCESSED). `query_digest` is a salted digest, never the query. */
  dataAccessed(access: PayloadInput<'DATA_ACCESSED'>, context?: EventContext): EventId {
    return this.#events.emit('DATA_ACCESSED', access, context);
  }

  /** The goal was reached (TASK_COMPLETED). */
  complete(completion: Completion = {}, context?: EventContext): EventId {
    return this.#events.emit(
      'TASK_COMPLETED',
      { ...completion, duration_ms: this.#duration(completion) },
      context,
    );
  }

  /** The goal was not reached (TASK_FAILED). `error` may be whatever was thrown; its message is recorded. */
  fail({ error, ...failure }: Failure, context?: EventContext): EventId {
    const info = error === undefined ? {} : { error: { message: messageOf(error) } };
    return this.#events.emit(
      'TASK_FAILED',
      { ...failure, ...info, duration_ms: this.#duration(failure) },
      context,
    );
  }

  /** Somebody called the task off (TASK_CANCELLED). */
  cancel(cancellation: PayloadInput<'TASK_CANCELLED'> = {}, context?: EventContext): EventId {
    const duration_ms = this.#duration(cancellation);
    return this.#events.emit('TASK_CANCELLED', { ...cancellation, duration_ms }, context);
  }

  #duration({ duration_ms }: { duration_ms?: number | undefined }): number {
    return duration_ms ?? this.#events.since(this.#startedAt);
  }
}

/** Trace and span hold for the whole task; the parent event and the call are those of its first event alone. */
function traceOf(causation: EventEnvelope['causation']): EventContext['causation'] {
  const { trace_id, span_id } = causation ?? {};
  return { ...(trace_id !== undefined && { trace_id }), ...(span_id !== undefined && { span_id }) };
}

function assertedUser(user_id: string | undefined): EventEnvelope['initiator'] {
  return user_id === undefined ? undefined : { type: 'user', user_id, assurance: 'asserted' };
}

/** The option that the agent marked as selected, or `none`. */
function selectedOption({ options_considered: options }: Decision): string {
  for (const option of Array.isArray(options) ? options : []) {
    const read = typeof option === 'string' ? parseOptionText(option) : option;
    if (read?.outcome === 'selected' && typeof read.option === 'string') return read.option;
  }
  return 'none';
}
