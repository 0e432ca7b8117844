import { mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import type { Head } from '../ports.ts';
import { adopt, advance } from './advance.ts';
import type { Alert } from './alert.ts';
import { readBatch } from './batch.ts';
import type { Attempt, DeliveryState } from './delivery.ts';
import { disabledEvent } from './disabled-event.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Endpoint } from './endpoint.ts';
import { extentOf, type Message } from './message.ts';
import type { PushOutcome } from './push.ts';
import { pushTo } from './push-to.ts';

/** Longer than any attempt takes: who has not written by then is gone. */
const LEASE_MS = 90_000;

/** How an endpoint stands when its worker leaves it. */
export interface Served {
  /** The next log index to look at. */
  cursor: number;
  /** When there is something to do next, in milliseconds since the Unix epoch; undefined: when there is news. */
  wakeAt?: number;
}

/** What there is to tell: how far the log is, and what is wrong with it. */
export interface News {
  head: Head;
  alerts: readonly Alert[];
}

/**
 * Delivers to one endpoint whatever is due, message by message, until nothing is or `deadline` is near. Undefined where
 * another worker has the endpoint, or it is disabled. Each attempt is written down before the next one begins: a worker that dies repeats
 * at most one message, with the same id.
 */
export async function serveEndpoint(
  endpoint: Endpoint,
  news: News,
  deadline: number,
  dispatcher: Dispatcher,
): Promise<Served | undefined> {
  const { states, reader, random } = dispatcher;
  const { endpointId } = endpoint;
  const { clock } = reader;
  const holder = mintEventId(clock.now(), random);
  const lease = () => ({ holder, until: clock.now() + LEASE_MS });
  const claimed = await states.claim(endpointId, { ...lease(), now: clock.now() });
  if (!claimed) return undefined;
  let state = adopt(claimed.state, endpoint);
  try {
    for (;;) {
      const now = clock.now();
      if (state.disabled || now >= deadline || state.nextAttemptAt > now) break;
      const next = await nextMessage(state, endpoint, news, dispatcher);
      state = next.state;
      if (!next.message) {
        if (next.more) continue;
        break;
      }
      state = await attempt(next.message, state, endpoint, dispatcher);
      if (!(await states.save(endpointId, state, lease()))) return undefined; // another worker took over
    }
  } finally {
    await states.save(endpointId, state, { holder, until: 0 });
  }
  const waits = state.nextAttemptAt > clock.now();
  const behind = state.cursor < news.head.finalSize;
  if (state.disabled) return undefined; // nothing is due, however far behind it is
  if (!waits && !behind) return { cursor: state.cursor };
  return { cursor: state.cursor, wakeAt: Math.max(state.nextAttemptAt, clock.now()) };
}

/** The message that is due; `more` where a stretch held nothing that the endpoint gets, and the log goes on after it. */
async function nextMessage(
  known: DeliveryState,
  endpoint: Endpoint,
  { head, alerts }: News,
  { reader }: Dispatcher,
): Promise<{ state: DeliveryState; message?: Message; more: boolean }> {
  const alert = alerts.find(({ raisedAt }) => raisedAt > known.alertedTo);
  if (alert) {
    const message: Message = {
      kind: 'alert',
      id: `${endpoint.endpointId}_${alert.alertId}`,
      at: alert.raisedAt,
      alert,
    };
    return { state: known, message, more: false };
  }
  const { finalSize, checkpoint, purged } = head;
  const state = beyondPurged(known, purged);
  const { cursor: from, pending } = state;
  if (!pending && from >= finalSize) return { state, more: false };
  const batch = await readBatch(reader, endpoint.filter, {
    from,
    below: pending?.next ?? finalSize,
    size: pending?.size ?? finalSize,
    checkpoint: pending?.checkpoint ?? checkpoint,
    most: state.most,
  });
  if (batch.entries.length === 0)
    return { state: { ...state, cursor: batch.next }, more: batch.next < finalSize };
  const fixed = pending ?? {
    from: state.acknowledged,
    next: batch.next,
    size: batch.size,
    checkpoint,
    firstAt: reader.clock.now(),
    ...(purged && state.acknowledged < purged.below && { purgedBelow: purged.below }),
  };
  const { endpointId, generation } = endpoint;
  const message: Message = {
    kind: 'records',
    id: `${endpointId}_${generation}_${fixed.from}_${fixed.next}`,
    at: fixed.firstAt,
    batch: {
      ...batch,
      from: fixed.from,
      ...(fixed.purgedBelow !== undefined && { purgedBelow: fixed.purgedBelow }),
    },
  };
  return { state: { ...state, pending: fixed }, message, more: false };
}

/**
 * What was purged while the endpoint was down can't be delivered any more, and it goes on behind that. `acknowledged` stays: the
 * next message speaks for that range too, and says that it was purged.
 */
function beyondPurged(state: DeliveryState, purged: Head['purged']): DeliveryState {
  const below = purged?.below ?? 0;
  return below > state.cursor ? { ...state, cursor: below, pending: undefined } : state;
}

/** One attempt at `message`, its line in the delivery log, and the state after it. */
async function attempt(
  message: Message,
  state: DeliveryState,
  endpoint: Endpoint,
  dispatcher: Dispatcher,
): Promise<DeliveryState> {
  const { random, log, record, observe, version, reader } = dispatcher;
  const { endpointId } = endpoint;
  const startedAt = reader.clock.now();
  const receipt = message.kind === 'records' ? state.pending?.receipt?.token : undefined;
  const outcome = await pushTo(message, endpoint, receipt, dispatcher);
  const now = reader.clock.now();
  const after = advance(state, message, outcome, { now, random });
  if (after.disabled) {
    await record([disabledEvent(endpoint, after, version)]);
    observe({ kind: 'disabled', endpointId, reason: after.disabled.reason });
  }
  const neverSaid = outcome.outcome === 'accepted' && after.failures > state.failures;
  const judged: PushOutcome = neverSaid
    ? { outcome: 'failed', problem: 'not_acknowledged', status: outcome.status }
    : outcome;
  const waits = !after.disabled && after.nextAttemptAt > now;
  await log.add(endpointId, {
    ...attemptLine(message, judged, { startedAt, now, attempt: state.failures + 1 }),
    delivery_id: mintEventId(now, random),
    ...(waits && { next_attempt_at: formatTimestamp(after.nextAttemptAt) }),
  });
  return after;
}

const SHOWN_REFUSALS = 20;

/** What the tenant is shown of an attempt. */
export function attemptLine(
  message: Message,
  outcome: PushOutcome,
  { startedAt, now, attempt }: { startedAt: number; now: number; attempt: number },
): Omit<Attempt, 'delivery_id'> {
  const { status } = outcome;
  const taken = outcome.outcome === 'delivered' || outcome.outcome === 'accepted';
  const refused = outcome.outcome === 'delivered' ? outcome.refused?.slice(0, SHOWN_REFUSALS) : undefined;
  const problem =
    outcome.outcome === 'failed' ? outcome.problem : outcome.outcome === 'too_large' ? 'too_large' : 'status';
  return {
    at: formatTimestamp(now),
    message: message.kind,
    message_id: message.id,
    ...extentOf(message),
    attempt,
    outcome: taken ? (outcome.outcome as 'delivered' | 'accepted') : 'failed',
    ...(status !== undefined && { status }),
    ...(!taken && { problem }),
    ...(refused && refused.length > 0 && { refused }),
    duration_ms: now - startedAt,
  };
}
