import type { EventEnvelope } from '../../core/event/envelope.ts';
import type { EventId } from '../../core/event/ids.ts';
import type { AgentEventType } from '../../core/event/payloads.ts';
import type { EventContext, PayloadInput } from './inputs.ts';
import type { Recorder } from './recorder.ts';

/** What all events of one task share. */
export interface TaskFrame {
  task: { id: string; parent_id?: string; session_id?: string };
  initiator: EventEnvelope['initiator'];
  context: EventContext;
}

/** What another process needs to go on with a task: JSON, to be kept beside the agent's own checkpoint. */
export interface TaskReference extends TaskFrame {
  /** The TASK_INITIATED event. */
  event_id: EventId;
  /** Milliseconds since the Unix epoch. */
  started_at: number;
}

/** The events of one task in one process: same task, same initiator, counted from 0. */
export class TaskEvents {
  readonly frame: TaskFrame;
  readonly recorder: Recorder;
  #seq = 0;

  constructor(recorder: Recorder, frame: TaskFrame) {
    this.recorder = recorder;
    this.frame = frame;
  }

  /**
   * Records one event. The counter moves on also where the event is refused, since a gap is how the log shows that
   * something is missing; not where strict mode throws, since then the thing did not happen.
   */
  emit<T extends AgentEventType>(type: T, payload: PayloadInput<T>, context: EventContext = {}): EventId {
    const { task, initiator, context: shared } = this.frame;
    const causation = { ...shared.causation, ...context.causation };
    const labels = { ...shared.labels, ...context.labels };
    const subjects = context.subjects ?? shared.subjects;
    const eventId = this.recorder.record({
      event_type: type,
      payload,
      task: { ...task, seq: this.#seq },
      initiator,
      ...(subjects && { subjects }),
      ...(Object.keys(causation).length > 0 && { causation }),
      ...(Object.keys(labels).length > 0 && { labels }),
    });
    this.#seq++;
    return eventId;
  }

  now(): number {
    return this.recorder.now();
  }

  /** Milliseconds since `start`; a clock that was set back counts as no time. */
  since(start: number): number {
    return Math.max(0, this.now() - start);
  }
}
