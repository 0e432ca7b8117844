import type { Clock, Random } from '../../core/ports.ts';
import type { OutgoingEvent } from './outgoing.ts';

/**
 * What became of one event. `retry`: nothing is known or it may work later. `undeliverable`: it will not work until
 * somebody changes something (a token, a grant). `rejected`: the audit trail refuses this event for what it is.
 */
export type Verdict =
  | { outcome: 'taken' }
  | { outcome: 'retry'; reason: string }
  | { outcome: 'undeliverable'; reason: string }
  | { outcome: 'rejected'; code: string; detail: string };

/** One verdict for each event that was handed over, in order. */
export interface Delivery {
  verdicts: readonly Verdict[];
  /** How long the receiver asked to be left alone, in milliseconds. */
  retryAfterMs?: number;
}

/** Where receipts are asked for, and with which bearer. */
export interface ReceiptSource {
  apiUrl: string;
  bearer(agentId: string): Promise<string>;
}

/**
 * A way to the audit trail. `send` takes at most `limits`, and is done with an event when its verdict is `taken`:
 * the queue or the API has it durably. It may throw; that counts as `retry` for all.
 */
export interface Transport {
  /** The address of the one tenant that it leads to. */
  readonly destination: string;
  readonly limits: { events: number; bytes: number };
  send(events: readonly OutgoingEvent[]): Promise<Delivery>;
  /** Absent where receipts can't be had on this way. */
  readonly receipts?: ReceiptSource;
}

/** What a transport is given to work with. */
export interface TransportContext {
  clock: Clock;
  random: Random;
  /** Names this run of this process: a counter of messages belongs to it. */
  session: string;
}

/** What `sqs(…)` and `https(…)` make: a transport that waits for its trail. */
export type TransportFactory = (context: TransportContext) => Transport;

/** The same verdict for `count` events. */
export function verdictForAll(count: number, verdict: Verdict): Verdict[] {
  return Array.from({ length: count }, () => verdict);
}
