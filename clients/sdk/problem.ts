import { inspect } from 'node:util';
import type { EventId } from '../../core/event/ids.ts';

/** What a trail tells `onError`. No problem carries an event's content. */
export interface TrailProblem {
  code:
    | 'refused' // the event does not fit the schema; it lies in `rejected.ndjson`
    | 'rejected' // the audit trail took the request but not this event; it lies in `rejected.ndjson`
    | 'overflow' // the buffer is full; the event lies in the spill file
    | 'undelivered' // it could not be sent; the event lies in the spill file
    | 'lost' // the disk did not take it either
    | 'bookkeeping'; // the receipts file could not be written
  /** Where and what, in plain English. */
  message: string;
  /** The events that it is about. */
  event_ids: readonly EventId[];
  cause?: unknown;
}

export type ProblemListener = (problem: TrailProblem) => void;

/** What hears of problems unless the agent gives a listener: Node's own channel for warnings, never silence. */
export function warnOfProblem(problem: TrailProblem): void {
  const { code, message, event_ids } = problem;
  const [first] = event_ids;
  process.emitWarning(message, {
    type: 'AuditTrailWarning',
    code,
    ...(first !== undefined && { detail: `${event_ids.length} event(s), the first ${first}` }),
  });
}

/** `listener`, unable to throw into the agent. */
export function harmless<A extends unknown[]>(listener: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch (cause) {
      process.emitWarning(`a listener of the audit trail threw: ${messageOf(cause)}`, {
        type: 'AuditTrailWarning',
      });
    }
  };
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1 });
}
