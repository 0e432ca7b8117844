import { z } from 'zod';
import { hmacSha256 } from '#crypto';
import { toBase64Url, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { type AuditEvent, type EventType, userIdOf } from '../event/event.ts';
import type { Item } from '../ports.ts';
import { taskKey, taskPartition } from './keys.ts';
import { paddedIndex } from './packing.ts';

/** The types that begin and end a task. */
export const TASK_ENDS = ['TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED'] as const;
export type TaskEnd = (typeof TASK_ENDS)[number];
export const TASK_BOUNDARIES: readonly EventType[] = ['TASK_INITIATED', ...TASK_ENDS];

/** An event that begins or ends a task. */
export interface TaskMark {
  index: number;
  /** Milliseconds. */
  at: number;
  type: EventType;
  agentId: string;
  userId?: string | undefined;
}

/** From and to, both included. */
export type SeqRange = [number, number];

/** What some of the log's events say of one task together: those of a batch, or of all batches. */
export interface TaskDigest {
  taskId: string;
  parentId?: string | undefined;
  sessionId?: string | undefined;
  counts: Partial<Record<EventType, number>>;
  /** Time of the first and of the last event, milliseconds. */
  firstAt: number;
  lastAt: number;
  /** By time and then index: the first start, the first end and the last end. */
  start?: TaskMark | undefined;
  firstEnd?: TaskMark | undefined;
  end?: TaskMark | undefined;
  /** By the keyed name of an agent instance, which counts for itself: the `seq` that are there, in order. */
  seqs: Record<string, SeqRange[]>;
}

/** An event as its batch holds it. */
export interface PlacedEvent {
  index: number;
  event: AuditEvent;
}

/**
 * The items that a batch adds to its tasks: one each, so that a task is summed up without reading its events. Nothing in
 * one grows without bound: ids of instances are hashed, and of starts and ends three are kept.
 */
export function taskItems(first: number, placed: readonly PlacedEvent[], indexKey: Uint8Array): Item[] {
  const byTask = new Map<string, TaskDigest[]>();
  for (const { index, event } of placed) {
    if (event.task === undefined) continue;
    const digest = digestOf(index, event, event.task, indexKey);
    const others = byTask.get(event.task.id);
    if (others) others.push(digest);
    else byTask.set(event.task.id, [digest]);
  }
  return [...byTask].map(([taskId, digests]) => ({
    pk: taskPartition(taskKey(indexKey, taskId)),
    sk: paddedIndex(first),
    d: JSON.stringify(joinDigests(digests)),
  }));
}

function digestOf(
  index: number,
  event: AuditEvent,
  { id, parent_id, session_id, seq }: NonNullable<AuditEvent['task']>,
  indexKey: Uint8Array,
): TaskDigest {
  const { event_type: type, agent } = event;
  const at = Date.parse(event.occurred_at);
  const mark = { index, at, type, agentId: agent.id, userId: userIdOf(event) };
  const ends = (TASK_ENDS as readonly EventType[]).includes(type);
  const instance = JSON.stringify([agent.id, agent.instance_id ?? null]);
  return {
    taskId: id,
    parentId: parent_id,
    sessionId: session_id,
    counts: { [type]: 1 },
    firstAt: at,
    lastAt: at,
    ...(type === 'TASK_INITIATED' && { start: mark }),
    ...(ends && { firstEnd: mark, end: mark }),
    seqs: seq === undefined ? {} : { [instanceTag(indexKey, instance)]: [[seq, seq]] },
  };
}

/** What digests of one task, at least one, say together. */
export function joinDigests(digests: readonly TaskDigest[]): TaskDigest {
  const counts: TaskDigest['counts'] = {};
  const ranges: Record<string, SeqRange[]> = {};
  for (const digest of digests) {
    for (const [type, count] of Object.entries(digest.counts) as [EventType, number][])
      counts[type] = (counts[type] ?? 0) + count;
    for (const [instance, more] of Object.entries(digest.seqs)) {
      const known = ranges[instance] ?? [];
      known.push(...more);
      ranges[instance] = known;
    }
  }
  const marks = (name: 'start' | 'firstEnd' | 'end') =>
    digests.flatMap(({ [name]: mark }) => (mark ? [mark] : [])).sort(byTime);
  return {
    taskId: digests[0]?.taskId ?? '',
    parentId: digests.find(({ parentId }) => parentId !== undefined)?.parentId,
    sessionId: digests.find(({ sessionId }) => sessionId !== undefined)?.sessionId,
    counts,
    firstAt: digests.reduce((least, { firstAt }) => Math.min(least, firstAt), Number.POSITIVE_INFINITY),
    lastAt: digests.reduce((most, { lastAt }) => Math.max(most, lastAt), 0),
    start: marks('start').at(0),
    firstEnd: marks('firstEnd').at(0),
    end: marks('end').at(-1),
    seqs: Object.fromEntries(Object.entries(ranges).map(([instance, all]) => [instance, joinRanges(all)])),
  };
}

/** The same numbers in as few ranges as hold them, in order. */
export function joinRanges(ranges: readonly SeqRange[]): SeqRange[] {
  const joined: SeqRange[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

function byTime(a: TaskMark, b: TaskMark): number {
  return a.at - b.at || a.index - b.index;
}

/** Nine octets: an instance's name in as little room as tells instances apart. */
function instanceTag(indexKey: Uint8Array, instance: string): string {
  return toBase64Url(hmacSha256(indexKey, utf8(`instance\n${instance}`)).subarray(0, 9));
}

const mark = z.strictObject({
  index: z.int(),
  at: z.int(),
  type: z.string() as unknown as z.ZodType<EventType>,
  agentId: z.string(),
  userId: z.string().optional(),
});
const digestSchema = z.strictObject({
  taskId: z.string(),
  parentId: z.string().optional(),
  sessionId: z.string().optional(),
  counts: z.record(z.string(), z.int()),
  firstAt: z.int(),
  lastAt: z.int(),
  start: mark.optional(),
  firstEnd: mark.optional(),
  end: mark.optional(),
  seqs: z.record(z.string(), z.array(z.tuple([z.int(), z.int()]))),
});

/** Reads an item of a task back; `integrity` where it is not one. */
export function unpackDigest(item: Item): TaskDigest {
  try {
    return digestSchema.parse(JSON.parse(String(item['d']))) as TaskDigest;
  } catch (cause) {
    throw new AuditError('integrity', `not an item of a task: ${item.pk} ${item.sk}`, { cause });
  }
}
