import { AuditError } from '../errors.ts';
import type { EventType } from '../event/event.ts';
import type { Item, ItemKey } from '../ports.ts';
import { postingPartition } from './keys.ts';
import { paddedIndex } from './packing.ts';
import type { PostingEntry } from './posting.ts';

/**
 * How many events of a list occurred on a UTC day. A day is closed once the log has a batch that was recorded
 * `GRACE_MS` after its end: what is recorded later of that day is late, by its batch alone, and the batch itself adds an
 * item that counts it. So the count of a closed day is made once and never changes, and a day is its count and those of
 * its late batches.
 */
export type DayCounts = Partial<Record<EventType, number>>;

const DAY_MS = 86_400_000;
const GRACE_MS = DAY_MS;

/** Up to which day counts are made, and the final size of the log at which that was. */
export const CLOSED_KEY: ItemKey = { pk: 'D#STATE', sk: 'closed' };

/** UTC day of `ms`, as `2026-11-24`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Begin of a UTC day, in milliseconds. */
export function beginOf(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function dayAfter(day: string, days = 1): string {
  return dayOf(beginOf(day) + days * DAY_MS);
}

/** The last day that is closed for a log whose newest batch was recorded at `recordedAt`. */
export function lastClosedDay(recordedAt: number): string {
  return dayOf(recordedAt - GRACE_MS - DAY_MS);
}

/** Partition of the counts of the posting list `list`. */
export function countPartition(list: string): string {
  return `D#${list}`;
}

/** Partition that names the lists of agents with events of `day`. */
export function activePartition(day: string): string {
  return `L#${day}`;
}

/** The count of a closed day. */
export function closedItem(list: string, day: string, counts: DayCounts): Item {
  return { pk: countPartition(list), sk: day, d: JSON.stringify(counts) };
}

/** The counts of a closed day or of a late batch. */
export function unpackCounts(item: Item): DayCounts {
  try {
    return JSON.parse(String(item['d']));
  } catch (cause) {
    throw new AuditError('integrity', `not a day's count: ${item.pk} ${item.sk}`, { cause });
  }
}

/** First index of the batch of a late count; undefined for the count of a day itself. */
export function lateFirst({ sk }: Item): number | undefined {
  const [, first] = sk.split('#');
  return first === undefined ? undefined : Number(first);
}

/** What a batch adds: counts of what is late, and the names of the lists that later will have to be counted. */
export function dayItems(
  { first, recordedAt }: { first: number; recordedAt: number },
  entries: readonly (Pick<PostingEntry, 'occurredAt' | 'type'> & { category: string; agentId: string })[],
  indexKey: Uint8Array,
): Item[] {
  const closed = lastClosedDay(recordedAt);
  const late = new Map<string, DayCounts>();
  const active = new Set<string>();
  for (const { occurredAt, type, category, agentId } of entries) {
    const day = dayOf(occurredAt);
    const ofAgent = postingPartition(indexKey, 'agent_id', agentId);
    if (day > closed) {
      active.add(`${day}\n${ofAgent}`);
      continue;
    }
    for (const list of [postingPartition(indexKey, 'category', category), ofAgent]) {
      const name = `${day}\n${list}`;
      const counts = late.get(name) ?? {};
      counts[type] = (counts[type] ?? 0) + 1;
      late.set(name, counts);
    }
  }
  const split = (name: string) => name.split('\n') as [day: string, list: string];
  return [
    ...[...late].map(([name, counts]) => {
      const [day, list] = split(name);
      return { ...closedItem(list, day, counts), sk: `${day}#${paddedIndex(first)}` };
    }),
    ...[...active].map((name) => {
      const [day, list] = split(name);
      return { pk: activePartition(day), sk: list };
    }),
  ];
}
