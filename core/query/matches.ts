import { hourOf } from '../index/keys.ts';
import { type PostingEntry, postingCount, unpackPosting } from '../index/posting.ts';
import type { RecordsReader } from '../ports.ts';
import { countedDays } from './day-counts.ts';
import { type Selection, wants } from './filter.ts';
import { commonHours, type HourGroup, streamOf } from './hour-stream.ts';

const HOUR_MS = 3_600_000;
const LAST_MS = 253_402_300_799_999; // the end of 9999, beyond which there are no times

/** Where a page in the order of `occurred_at` ended. */
interface TimePosition {
  occurredAt: number;
  index: number;
}

/** How many events below `size` match: closed days by their counts, the rest hour by hour. */
export async function countMatches(
  table: RecordsReader,
  selection: Selection,
  size: number,
): Promise<number> {
  const days = await countedDays(table, selection, size);
  if (!days) return await countHours(table, selection, size);
  const before = await countHours(table, { ...selection, to: days.from }, size);
  const after = await countHours(table, { ...selection, from: days.to }, size);
  return before + days.matches + after;
}

/** Whole hours of a single list are added up by length, unopened. */
async function countHours(
  table: Pick<RecordsReader, 'query'>,
  selection: Selection,
  size: number,
): Promise<number> {
  let total = 0;
  for await (const { hour, groups } of hoursOf(table, selection, selection.from)) {
    const [only] = groups;
    total +=
      only && groups.length === 1 && countsUnopened(hour, only, selection, size)
        ? only.items.reduce((sum, item) => sum + postingCount(item), 0)
        : matchesIn(groups, selection, size).length;
  }
  return total;
}

/** The matching events below `size` after `position`, in the order of `occurred_at` and then index; at most `limit`. */
export async function matchesByTime(
  table: Pick<RecordsReader, 'query'>,
  selection: Selection,
  size: number,
  position: TimePosition,
  limit: number,
): Promise<PostingEntry[]> {
  const found: PostingEntry[] = [];
  const start = Math.max(selection.from, position.occurredAt);
  for await (const { groups } of hoursOf(table, selection, start)) {
    for (const entry of matchesIn(groups, selection, size).sort(byTime)) {
      if (byTime(entry, position) <= 0) continue;
      found.push(entry);
      if (found.length === limit) return found;
    }
  }
  return found;
}

/** All matching events with an index of at least `first` and below `size`, in the order of the log. */
export async function matchesByIndex(
  table: Pick<RecordsReader, 'query'>,
  selection: Selection,
  first: number,
  size: number,
): Promise<PostingEntry[]> {
  const found: PostingEntry[] = [];
  for await (const { groups } of hoursOf(table, selection, selection.from)) {
    for (const entry of matchesIn(groups, selection, size)) if (entry.index >= first) found.push(entry);
  }
  return found.sort((a, b) => a.index - b.index);
}

function hoursOf(table: Pick<RecordsReader, 'query'>, { lists, from, to }: Selection, start: number) {
  if (to <= from || lists.some((list) => list.length === 0)) return commonHours([], '');
  const last = hourOf(Math.min(to - 1, LAST_MS));
  return commonHours(
    lists.map((partitions) => streamOf(table, partitions, last)),
    hourOf(Math.min(start, LAST_MS)),
  );
}

/** A batch is below `size` or at and above it as a whole, since `size` was final once. */
function countsUnopened(hour: string, { items }: HourGroup, selection: Selection, size: number): boolean {
  const begin = Date.parse(`${hour}:00:00.000Z`);
  const inside = begin >= selection.from && begin + HOUR_MS <= selection.to;
  return inside && selection.typesSettled && items.every((item) => Number(item.first) < size);
}

function matchesIn(groups: readonly HourGroup[], selection: Selection, size: number): PostingEntry[] {
  const [shortest, ...others] = groups
    .map(({ items }) => items.flatMap(unpackPosting))
    .sort((a, b) => a.length - b.length);
  const indices = others.map((entries) => new Set(entries.map(({ index }) => index)));
  return (shortest ?? []).filter(
    (entry) =>
      entry.index < size && wants(selection, entry) && indices.every((others) => others.has(entry.index)),
  );
}

function byTime(a: TimePosition, b: TimePosition): number {
  return a.occurredAt - b.occurredAt || a.index - b.index;
}
