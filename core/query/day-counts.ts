import type { EventType } from '../event/event.ts';
import {
  beginOf,
  CLOSED_KEY,
  countPartition,
  dayAfter,
  dayOf,
  lateFirst,
  unpackCounts,
} from '../index/day-count.ts';
import type { RecordsReader } from '../ports.ts';
import type { Selection } from './filter.ts';

const DAY_MS = 86_400_000;
const LAST_MS = 253_402_300_799_999; // the end of 9999, beyond which there are no times

/** Whole days that need not be counted again: how many events of them match, and the range that they cover. */
export interface CountedDays {
  matches: number;
  /** Milliseconds: inclusive, exclusive. */
  from: number;
  to: number;
}

/**
 * What closed days say of a selection by time, type, category and agent; undefined where there are none within its time
 * or where it is by something else. A count that was made of a larger log than `size` is not believed.
 */
export async function countedDays(
  table: RecordsReader,
  { counted, types, from, to }: Selection,
  size: number,
): Promise<CountedDays | undefined> {
  if (!counted || counted.length === 0 || Math.min(to, LAST_MS) - from < DAY_MS) return undefined;
  const [closed] = (await table.get([CLOSED_KEY])).items; // unprocessed is as good as none: then postings are read
  if (!closed || Number(closed['size']) > size) return undefined;
  const first = dayOf(from + DAY_MS - 1);
  const end = [dayAfter(String(closed['through'])), dayOf(Math.min(to, LAST_MS))].sort()[0] ?? first;
  if (end <= first) return undefined;
  let matches = 0;
  for (const list of counted) {
    let after: string | undefined;
    do {
      const page = await table.query({
        pk: countPartition(list),
        from: first,
        to: end, // an item of the day `end` itself goes on behind it, but for its own count
        ...(after === undefined ? {} : { after }),
      });
      for (const item of page.items) {
        if (item.sk >= end || (lateFirst(item) ?? -1) >= size) continue;
        for (const [type, count] of Object.entries(unpackCounts(item)))
          if (types.has(type as EventType)) matches += count;
      }
      after = page.next;
    } while (after !== undefined);
  }
  return { matches, from: beginOf(first), to: beginOf(end) };
}
