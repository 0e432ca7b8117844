const RESERVE_MS = 5_000; // to answer the queue in
const LONGEST_MS = 900_000; // of any function
const ASSUMED_MS = 60_000;

/**
 * When the writer must have stopped, in milliseconds since the Unix epoch, given what the runtime says is left.
 * Emulators have said nonsense: then half of the writer's own time limit is assumed.
 */
export function deadlineOf(remainingMs: number, now: number): number {
  const sensible = remainingMs > 0 && remainingMs <= LONGEST_MS;
  return now + Math.max(0, (sensible ? remainingMs : ASSUMED_MS) - RESERVE_MS);
}
