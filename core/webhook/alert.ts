import { sha256 } from '#crypto';
import { fromHex, toHex, utf8 } from '../encoding.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import type { EventOf } from '../event/event.ts';
import { type EventId, mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import type { Head } from '../ports.ts';

/** That the log can't be trusted at the moment, or part of it: told to every endpoint, whatever it asked for. */
export interface Alert {
  /** Of the event that records it, once the log takes records. */
  alertId: EventId;
  raisedAt: number;
  /** Size of the log. */
  size: number;
  reason: string;
  /** Whether its event is in the queue. */
  recorded: boolean;
}

/** Alerts of the last thirty days. */
export interface AlertStore {
  /** In the order in which they were raised. */
  all(): Promise<Alert[]>;
  /** Keeps `alert`, unless there is one of the same fault; returns the one that stands. */
  add(alert: Alert): Promise<Alert>;
  /** Its event is in the queue. */
  recorded(alert: Alert): Promise<void>;
}

/** What makes two alerts the same: size and reason, not the time at which it was noticed. */
export function faultOf({ size, reason }: Pick<Alert, 'size' | 'reason'>): string {
  return toHex(sha256(utf8(`${size}\n${reason}`)));
}

/** The alert that a head asks for: its log is halted. */
export function alertOfHead(
  { state, size, reason = 'no reason was given' }: Head,
  now: number,
): Alert | undefined {
  return state === 'HALTED' ? makeAlert(size, `The log is halted: ${reason}`, now) : undefined;
}

export function makeAlert(size: number, reason: string, now: number): Alert {
  const digest = fromHex(faultOf({ size, reason }));
  const alertId = mintEventId(now, { octets: (length) => digest.slice(0, length) });
  return { alertId, raisedAt: now, size, reason, recorded: false };
}

/** The alert as an event for the log. Where that is halted, it is recorded once it goes on. */
export function alertEvent(
  { alertId: id, raisedAt, size, reason }: Alert,
  version: string,
): EventOf<'INTEGRITY_ALERT'> {
  return {
    schema_version: SCHEMA_VERSION,
    event_id: id,
    event_type: 'INTEGRITY_ALERT',
    occurred_at: formatTimestamp(raisedAt),
    agent: { id: SELF_AGENT_ID, version },
    payload: {
      actor: { type: 'system', id: SELF_AGENT_ID },
      target: { type: 'log' },
      after: { size },
      reason,
    },
  };
}
