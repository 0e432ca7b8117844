import type { Clock } from '../ports.ts';

/** Requests of one caller in one minute, counted where all functions see them. */
export interface UsageStore {
  /**
   * Takes up to `wanted` of the `limit` requests that `caller` has in the minute `window` (minutes since the Unix
   * epoch), with one conditional write, and notes that the caller was seen. `taken` is what all functions together have
   * taken of the window then; `granted` is 0 where nothing was left. `opens` tells that the window is likely new.
   */
  lease(
    caller: string,
    request: { window: number; wanted: number; limit: number; now: number; opens: boolean },
  ): Promise<{ granted: number; taken: number }>;
}

/** When callers were last seen, in milliseconds since the Unix epoch; exact to a minute or so. */
export interface LastSeen {
  lastSeen(): Promise<ReadonlyMap<string, number>>;
}

/** What a caller has left, as the `RateLimit-*` headers tell it. Times are seconds. */
export interface Allowance {
  admitted: boolean;
  limit: number;
  /** At least; what other functions hold may come back unused. */
  remaining: number;
  resetsIn: number;
}

/** Requests a minute of a caller that has no limit of its own: half of what the tenant's API takes. */
export const DEFAULT_REQUESTS_PER_MINUTE = 3_000;
/** What a token may be given. */
export const MOST_REQUESTS_PER_MINUTE = 6_000;

const WINDOW_MS = 60_000;
const FIRST_LEASE = 5; // a caller that is seldom seen keeps little from the other functions
const LARGEST_LEASE = 100;
const MOST_CALLERS = 10_000;

interface Lease {
  window: number;
  /** Requests left of what was leased. */
  left: number;
  /** What the next lease asks for. */
  next: number;
  taken: number;
  exhausted: boolean;
}

/**
 * Counts requests against a limit a minute. A function leases some requests with one write and then admits them from
 * memory; each further lease of the window is twice as large. What a function leased and did not use is lost to the
 * others until the minute ends, so a limit is never exceeded, and near it a caller may get a little less.
 */
export class RateLimiter {
  readonly #store: UsageStore;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #leases = new Map<string, Lease>();

  constructor(store: UsageStore, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Takes one request of `caller`'s. What the store throws is passed on. */
  async admit(caller: string, limit: number = DEFAULT_REQUESTS_PER_MINUTE): Promise<Allowance> {
    const now = this.#clock.now();
    const window = Math.floor(now / WINDOW_MS);
    const known = this.#leases.get(caller);
    const lease =
      known?.window === window ? known : { window, left: 0, next: FIRST_LEASE, taken: 0, exhausted: false };
    if (lease.left === 0 && !lease.exhausted) await this.#renew(caller, lease, limit, now);
    this.#remember(caller, lease);
    const admitted = lease.left > 0;
    if (admitted) lease.left -= 1;
    return {
      admitted,
      limit,
      remaining: Math.max(0, limit - lease.taken) + lease.left,
      resetsIn: Math.ceil(((window + 1) * WINDOW_MS - now) / 1_000),
    };
  }

  async #renew(caller: string, lease: Lease, limit: number, now: number): Promise<void> {
    const opens = lease.taken === 0;
    const wanted = Math.min(lease.next, limit);
    const { granted, taken } = await this.#store.lease(caller, {
      window: lease.window,
      wanted,
      limit,
      now,
      opens,
    });
    Object.assign(lease, { left: granted, taken, exhausted: granted === 0 });
    lease.next = Math.min(lease.next * 2, LARGEST_LEASE);
  }

  /** A forgotten lease costs a write, no more. */
  #remember(caller: string, lease: Lease): void {
    if (this.#leases.size >= MOST_CALLERS && !this.#leases.has(caller)) this.#leases.clear();
    this.#leases.set(caller, lease);
  }
}
