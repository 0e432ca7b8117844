import type { Random } from '../ports.ts';
import type { DeliveryState } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';
import type { PushOutcome } from './push.ts';
import { nextDelay, retryAfterMs } from './schedule.ts';

/** Records in a message, until a receiver says that this is too much. */
const MOST_RECORDS = 100;
const ASK_AGAIN_MS = 5_000;
const ACKNOWLEDGED_WITHIN_MS = 5 * 60_000;

/** The state to begin an endpoint with, or to go on with in a generation that has not been seen. */
export function adopt(state: DeliveryState | undefined, endpoint: Endpoint): DeliveryState {
  const { generation, start, createdAt } = endpoint;
  if (state?.generation === generation) return state;
  const begins = state === undefined || start.generation > state.generation;
  const cursor = begins ? start.at : state.cursor;
  return {
    delivered: 0,
    refused: 0,
    alertedTo: createdAt,
    ...state,
    generation,
    cursor,
    acknowledged: begins ? start.at : state.acknowledged,
    pending: undefined,
    failures: 0,
    failingSince: undefined,
    nextAttemptAt: 0,
    most: MOST_RECORDS,
    disabled: undefined,
  };
}

/** The state after an attempt at `message` that ended at `now`. */
export function advance(
  state: DeliveryState,
  message: Message,
  outcome: PushOutcome,
  { now, random }: { now: number; random: Random },
): DeliveryState {
  switch (outcome.outcome) {
    case 'delivered':
      return delivered(state, message, outcome, now);
    case 'accepted':
      if (message.kind !== 'records') return delivered(state, message, {}, now);
      return accepted(state, outcome, { now, random });
    case 'gone': {
      const lastFailure = { at: now, problem: 'status', status: outcome.status } as const;
      return { ...state, lastFailure, disabled: { at: now, reason: 'gone' } };
    }
    case 'too_large': {
      const records = message.kind === 'records' ? message.batch.entries.length : 0;
      if (records > 1)
        return { ...state, pending: undefined, most: Math.floor(records / 2), nextAttemptAt: 0 };
      return failed(state, { ...outcome, outcome: 'failed', problem: 'too_large' }, { now, random });
    }
    case 'failed':
      return failed(state, outcome, { now, random });
  }
}

function delivered(
  state: DeliveryState,
  message: Message,
  { refused = [] }: { refused?: readonly unknown[] },
  now: number,
): DeliveryState {
  const settled = { ...state, failures: 0, failingSince: undefined, nextAttemptAt: 0, lastSuccessAt: now };
  if (message.kind !== 'records')
    return message.kind === 'alert' ? { ...settled, alertedTo: message.alert.raisedAt } : settled;
  const { next, entries } = message.batch;
  return {
    ...settled,
    pending: undefined,
    cursor: next,
    acknowledged: next,
    most: Math.min(2 * state.most, MOST_RECORDS),
    delivered: state.delivered + entries.length - refused.length,
    refused: state.refused + refused.length,
  };
}

/** It is asked for again soon; a receipt that never comes is a failure, and the message is sent again. */
function accepted(
  state: DeliveryState,
  { token, status }: Extract<PushOutcome, { outcome: 'accepted' }>,
  { now, random }: { now: number; random: Random },
): DeliveryState {
  const { pending } = state;
  const since = pending?.receipt?.token === token ? pending.receipt.since : now;
  if (!pending || now - since > ACKNOWLEDGED_WITHIN_MS)
    return failed(state, { outcome: 'failed', problem: 'not_acknowledged', status }, { now, random });
  return { ...state, pending: { ...pending, receipt: { token, since } }, nextAttemptAt: now + ASK_AGAIN_MS };
}

function failed(
  state: DeliveryState,
  { problem, status, retryAfter }: Extract<PushOutcome, { outcome: 'failed' }>,
  { now, random }: { now: number; random: Random },
): DeliveryState {
  const failures = state.failures + 1;
  const delay = nextDelay(failures, random, retryAfterMs(retryAfter, now));
  const { receipt, ...pending } = state.pending ?? {};
  // Whoever could not be asked may have it all the same; any other answer means that it has to be sent again.
  const mayBeSafe =
    receipt !== undefined && (status === undefined ? problem !== 'answer_malformed' : status >= 500);
  return {
    ...state,
    failures,
    failingSince: state.failingSince ?? now,
    lastFailure: { at: now, problem, ...(status !== undefined && { status }) },
    ...(state.pending && !mayBeSafe && { pending: pending as DeliveryState['pending'] }),
    nextAttemptAt: now + (delay ?? 0),
    ...(delay === undefined && { disabled: { at: now, reason: 'failed_for_days' } }),
  };
}
