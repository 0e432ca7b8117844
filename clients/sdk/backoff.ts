import type { Random } from '../../core/ports.ts';

/** How often a delivery is tried and how long is waited between; times in milliseconds. */
export interface RetryPolicy {
  attempts: number;
  baseMs: number;
  capMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, baseMs: 200, capMs: 10_000 };

/**
 * How long to wait after the failed attempt number `attempt` (from 0): uniform between 0 and the exponential bound
 * ("full jitter"), so that many agents that lost one server do not come back at once. A server that names a time
 * (`atLeastMs`) is obeyed up to the cap.
 */
export function backoff(policy: RetryPolicy, attempt: number, random: Random, atLeastMs = 0): number {
  const bound = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
  return Math.max(Math.floor(fraction(random) * bound), Math.min(atLeastMs, policy.capMs));
}

/** Uniform in [0, 1) from 32 bits. */
function fraction(random: Random): number {
  const octets = random.octets(4);
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0) / 2 ** 32;
}
