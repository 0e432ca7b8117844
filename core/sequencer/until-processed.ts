import { AuditError } from '../errors.ts';
import type { Clock, Item, ItemKey, Random, RecordsTable } from '../ports.ts';

/** What waiting needs: time, randomness, and when the caller must have stopped (milliseconds since the epoch). */
export interface Patience {
  clock: Clock;
  random: Random;
  deadline: number;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/** Waits before try `attempt` (from 0): exponential with full jitter. `unavailable` where that would pass the deadline. */
export async function backOff(attempt: number, patience: Patience): Promise<void> {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  const [octet = 0] = patience.random.octets(1);
  const wait = Math.ceil((ceiling * (octet + 1)) / 256);
  if (patience.clock.now() + wait >= patience.deadline) {
    throw new AuditError(
      'unavailable',
      'out of time: the batch is delivered again and goes on from where it stands',
    );
  }
  await patience.clock.sleep(wait);
}

/** Looks all `keys` up. Does not return while one is unprocessed: unknown is not absent, and the duplicate check rests on it. */
export async function getAll(
  table: RecordsTable,
  keys: readonly ItemKey[],
  patience: Patience,
): Promise<Item[]> {
  const found: Item[] = [];
  let rest = [...keys];
  for (let attempt = 0; rest.length > 0; attempt++) {
    const answer = await table.get(rest);
    found.push(...answer.items);
    rest = answer.unprocessed;
    if (rest.length > 0) await backOff(attempt, patience);
  }
  return found;
}

/** Writes all `items`. Does not return while one is unprocessed. */
export async function putAll(table: RecordsTable, items: readonly Item[], patience: Patience): Promise<void> {
  let rest = [...items];
  for (let attempt = 0; rest.length > 0; attempt++) {
    rest = (await table.put(rest)).unprocessed;
    if (rest.length > 0) await backOff(attempt, patience);
  }
}
