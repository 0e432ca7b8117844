import type { EventId } from '../../core/event/ids.ts';
import type { EventContext, PayloadInput } from './inputs.ts';
import type { TaskEvents } from './task-events.ts';

/** A question that has been put to a person. It and its answer carry the same `call_id`. */
export class PendingDecision {
  /** The question's event; absent where another process asked. */
  readonly eventId: EventId | undefined;
  readonly callId: string;
  readonly #events: TaskEvents;

  constructor(events: TaskEvents, callId: string, eventId?: EventId) {
    this.#events = events;
    this.callId = callId;
    this.eventId = eventId;
  }

  /** The person answered (HUMAN_DECISION_RECORDED). Without `auth` the approver reads "reported by the agent". */
  decided(decision: PayloadInput<'HUMAN_DECISION_RECORDED'>, context: EventContext = {}): EventId {
    return this.#events.emit('HUMAN_DECISION_RECORDED', decision, {
      ...context,
      causation: { ...context.causation, call_id: this.callId },
    });
  }
}
