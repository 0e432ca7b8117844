import { z } from 'zod';
import type { EventType } from '../event/event.ts';
import { formatTimestamp } from '../event/time.ts';
import { short, timestamp } from '../event/values.ts';
import { postingPartition, taskKey, taskPartition } from '../index/keys.ts';
import { paddedIndex } from '../index/packing.ts';
import {
  joinDigests,
  TASK_BOUNDARIES,
  type TaskDigest,
  type TaskEnd,
  unpackDigest,
} from '../index/task-digest.ts';
import type { Item, RecordsReader } from '../ports.ts';
import { foreignCursor, openCursor, questionDigest, sealCursor } from './cursor.ts';
import { type LogReader, readHead } from './log-reader.ts';
import { boundariesOf, type TaskPlace } from './task-boundaries.ts';

const ENDS = {
  completed: 'TASK_COMPLETED',
  failed: 'TASK_FAILED',
  cancelled: 'TASK_CANCELLED',
} as const satisfies Record<string, TaskEnd>;

/** How a task stands. `open`: nothing in the log says that it has ended. */
export const OUTCOMES = ['open', 'completed', 'failed', 'cancelled'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** What a reader may ask tasks by; everything that is given must hold. */
export const taskFilterSchema = z.strictObject({
  agent_id: short().optional(),
  user_id: short().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  from: timestamp().optional(),
  to: timestamp().optional(),
});
export type TaskFilter = z.output<typeof taskFilterSchema>;
export type TaskOrder = 'newest' | 'oldest';

/** What the log says of a task, without its events. */
export interface TaskSummary {
  task_id: string;
  outcome: Outcome;
  started_at?: string | undefined;
  ended_at?: string | undefined;
  /** From the first start to the last end, by the agent's clock. */
  duration_ms?: number | undefined;
  first_event_at: string;
  last_event_at: string;
  agent_id?: string | undefined;
  user_id?: string | undefined;
  parent_id?: string | undefined;
  session_id?: string | undefined;
  event_count: number;
  counts: Partial<Record<EventType, number>>;
  /** Numbers that no event has, of those that each agent instance counts from 0. */
  seq_gaps: { missing: number; ranges: { from: number; to: number }[] };
}

export interface TaskPage {
  tasks: TaskSummary[];
  next_cursor: string | null;
}

const MOST_LOOKED_AT = 2_000; // tasks of a page that a filter lets through late: the cursor goes on from there
const AT_ONCE = 32; // tasks read side by side
const MOST_GAPS = 100;

const cursorSchema = z.strictObject({ q: z.string(), at: z.tuple([z.int(), z.int()]), size: z.int() });

/**
 * A page of tasks. Each is listed once, at its first start, or at its first end where its start is not in the log; with
 * an `outcome` other than open, at its last end. It costs with the tasks that it looks at, whatever they are made of,
 * and looks at 2,000 starts and ends at most, so a page of what is rare may be short, or empty, and its cursor goes on. A walk from
 * cursor to cursor is a snapshot.
 */
export async function queryTasks(
  reader: LogReader,
  filter: TaskFilter,
  request: { order: TaskOrder; limit: number; cursor?: string | undefined },
): Promise<TaskPage> {
  const { order, limit, cursor } = request;
  const question = questionDigest({ tasks: filter, order });
  const { q, ...walk } =
    cursor === undefined
      ? { q: question, size: (await readHead(reader)).finalSize, at: undefined }
      : openCursor(reader.keys.cursor, cursorSchema, cursor);
  if (q !== question) throw foreignCursor();
  const { size } = walk;

  const digests = new DigestReader(reader.table, size);
  const tasks: TaskSummary[] = [];
  let looked = 0;
  let last = walk.at;
  const more = () => last && sealCursor(reader.keys.cursor, { q: question, at: last, size });
  for await (const places of inChunks(
    boundaries(reader, filter, { order, size, after: last }),
    Math.min(AT_ONCE, 2 * limit + 1),
  )) {
    const found = await Promise.all(
      places.map(async (place) => ({ place, digest: await digests.of(place.task) })),
    );
    for (const { place, digest } of found) {
      if (digest && standsAt(digest, filter) === place.index && wants(filter, digest)) {
        if (tasks.length === limit) return { tasks, next_cursor: more() ?? null };
        tasks.push(summaryOf(digest));
      }
      last = [place.at, place.index];
    }
    looked += places.length;
    if (looked >= MOST_LOOKED_AT) return { tasks, next_cursor: more() ?? null };
  }
  return { tasks, next_cursor: null };
}

/** What the log says of one task; undefined where it has no event of it. */
export async function findTask(reader: LogReader, taskId: string): Promise<TaskSummary | undefined> {
  const { finalSize } = await readHead(reader);
  const digest = await new DigestReader(reader.table, finalSize).of(taskKey(reader.keys.index, taskId));
  return digest && summaryOf(digest);
}

function boundaries(
  { table, keys }: LogReader,
  { agent_id, user_id, outcome, from, to }: TaskFilter,
  walk: { order: TaskOrder; size: number; after: [number, number] | undefined },
): AsyncGenerator<TaskPlace> {
  const listed = outcome === undefined || outcome === 'open' ? TASK_BOUNDARIES : [ENDS[outcome]];
  const startsListed = listed.includes('TASK_INITIATED');
  const lists = [
    listed.map((type) => postingPartition(keys.index, 'task', type)),
    ...(agent_id === undefined ? [] : [[postingPartition(keys.index, 'agent_id', agent_id)]]),
    // An end need not name the user on whose account the task was started: then the digest decides.
    ...(user_id === undefined || !startsListed ? [] : [[postingPartition(keys.index, 'user_id', user_id)]]),
  ];
  return boundariesOf(table, lists, {
    ...walk,
    from: from === undefined ? 0 : Date.parse(from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(to),
  });
}

/** Index of the event at which the task is listed, so that it is listed once. */
function standsAt({ start, firstEnd, end }: TaskDigest, { outcome }: TaskFilter): number | undefined {
  return outcome === undefined || outcome === 'open' ? (start ?? firstEnd)?.index : end?.index;
}

function wants({ user_id, outcome }: TaskFilter, digest: TaskDigest): boolean {
  const userHolds = user_id === undefined || (digest.start ?? digest.firstEnd)?.userId === user_id;
  return userHolds && (outcome === undefined || outcomeOf(digest) === outcome);
}

function outcomeOf({ end }: TaskDigest): Outcome {
  return OUTCOMES.find((name) => name !== 'open' && ENDS[name] === end?.type) ?? 'open';
}

function summaryOf(digest: TaskDigest): TaskSummary {
  const { taskId, parentId, sessionId, counts, start, firstEnd, end } = digest;
  const first = start ?? firstEnd;
  const duration = start && end ? end.at - start.at : -1; // an end before its start is a clock's fault: no duration
  return {
    task_id: taskId,
    outcome: outcomeOf(digest),
    ...(start && { started_at: formatTimestamp(start.at) }),
    ...(end && { ended_at: formatTimestamp(end.at) }),
    ...(duration >= 0 && { duration_ms: duration }),
    first_event_at: formatTimestamp(digest.firstAt),
    last_event_at: formatTimestamp(digest.lastAt),
    ...(first && { agent_id: first.agentId }),
    ...(first?.userId !== undefined && { user_id: first.userId }),
    ...(parentId !== undefined && { parent_id: parentId }),
    ...(sessionId !== undefined && { session_id: sessionId }),
    event_count: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts,
    seq_gaps: gapsOf(digest),
  };
}

function gapsOf({ seqs }: TaskDigest): TaskSummary['seq_gaps'] {
  const gaps = Object.values(seqs).flatMap((ranges) =>
    ranges.flatMap(([from], position) => {
      const expected = (ranges[position - 1]?.[1] ?? -1) + 1;
      return from > expected ? [{ from: expected, to: from - 1 }] : [];
    }),
  );
  return {
    missing: gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    ranges: gaps.slice(0, MOST_GAPS),
  };
}

/** Sums tasks up by what each batch added to them; each task once. */
class DigestReader {
  readonly #table: Pick<RecordsReader, 'query'>;
  readonly #size: number;
  readonly #known = new Map<string, Promise<TaskDigest | undefined>>();

  constructor(table: Pick<RecordsReader, 'query'>, size: number) {
    this.#table = table;
    this.#size = size;
  }

  of(task: string): Promise<TaskDigest | undefined> {
    const digest = this.#known.get(task) ?? this.#read(task);
    this.#known.set(task, digest);
    return digest;
  }

  async #read(task: string): Promise<TaskDigest | undefined> {
    if (this.#size === 0) return undefined;
    const items: Item[] = [];
    let after: string | undefined;
    do {
      const page = await this.#table.query({
        pk: taskPartition(task),
        to: paddedIndex(this.#size - 1),
        ...(after === undefined ? {} : { after }),
      });
      items.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return items.length === 0 ? undefined : joinDigests(items.map(unpackDigest));
  }
}

async function* inChunks<T>(values: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const value of values) {
    chunk.push(value);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
