import type { Random } from '../ports.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after a failure the next attempt follows; the first attempt waits for nothing. */
const DELAYS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;
const JITTER = 0.1;
const LONGEST = 24 * HOUR;

/**
 * Milliseconds until the next attempt after `failed` of them in a row, up to a tenth more at random, so that receivers
 * that come back are not met by all senders at once; not before the receiver's own `retryAfter`. Undefined where there
 * have been enough: more than three days have gone by.
 */
export function nextDelay(failed: number, random: Random, retryAfter = 0): number | undefined {
  const delay = DELAYS[failed - 1];
  if (delay === undefined) return undefined;
  const [high = 0, low = 0] = random.octets(2);
  const share = (high * 256 + low) / 65_536;
  return Math.max(Math.round(delay * (1 + JITTER * share)), Math.min(retryAfter, LONGEST));
}

/** Milliseconds that `Retry-After` (RFC 9110, section 10.2.3: seconds, or a date) asks for; 0 where it says nothing. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
