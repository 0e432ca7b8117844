import { hourOf } from '../index/keys.ts';
import { unpackPosting } from '../index/posting.ts';
import type { RecordsReader } from '../ports.ts';
import { BACK, commonHours, FORWARD, streamOf } from './hour-stream.ts';

const LAST_MS = 253_402_300_799_999; // the end of 9999, beyond which there are no times

/** An event that begins or ends a task, in the order of time and then index. */
export interface TaskPlace {
  at: number;
  index: number;
  /** The task's key. */
  task: string;
}

/**
 * The starts and ends in the first of `lists`, as far as their indices are in all the others, in the order of the walk.
 * `from` is inclusive, `to` exclusive; `after` is where the page before ended.
 */
export async function* boundariesOf(
  table: Pick<RecordsReader, 'query'>,
  lists: readonly string[][],
  walk: {
    order: 'newest' | 'oldest';
    size: number;
    from: number;
    to: number;
    after: readonly [number, number] | undefined;
  },
): AsyncGenerator<TaskPlace> {
  const { order, size, from, to, after } = walk;
  if (to <= from) return;
  const way = order === 'newest' ? BACK : FORWARD;
  const [latest, earliest] = [Math.min(to - 1, LAST_MS), Math.min(from, LAST_MS)];
  const [begin, last] = order === 'newest' ? [latest, earliest] : [earliest, latest];
  const start = after === undefined ? begin : after[0];
  const streams = lists.map((partitions) => streamOf(table, partitions, hourOf(last), way));
  const sign = order === 'newest' ? -1 : 1;
  for await (const { groups } of commonHours(streams, hourOf(start), way)) {
    const [boundaries = [], ...others] = groups.map(({ items }) => items.flatMap(unpackPosting));
    const indices = others.map((entries) => new Set(entries.map(({ index }) => index)));
    const places = boundaries
      .filter(({ index, occurredAt: at }) => index < size && at >= from && at < to)
      .filter(({ index }) => indices.every((other) => other.has(index)))
      .map(({ index, occurredAt: at, eventId: task }) => ({ at, index, task }))
      .filter(({ at, index }) => !after || sign * (at - after[0] || index - after[1]) > 0)
      .sort((a, b) => sign * (a.at - b.at || a.index - b.index));
    yield* places;
  }
}
