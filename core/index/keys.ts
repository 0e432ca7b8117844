import { hmacSha256 } from '#crypto';
import { toBase64Url, utf8 } from '../encoding.ts';
import type { ItemKey } from '../ports.ts';
import { paddedIndex, unpackUuid } from './packing.ts';

/**
 * What a posting list can be asked for. `category` is `agent` or `governance`, and both together are everything.
 * `task` is the type of an event that begins or ends a task: in these lists the task's key stands for the event's id.
 * `about_task_id` lists what belongs to the story of a task without being an event of it. `subject` is the pseudonym of
 * somebody whom the data is about.
 */
export type Dimension =
  | 'category'
  | 'event_type'
  | 'agent_id'
  | 'user_id'
  | 'task_id'
  | 'task'
  | 'about_task_id'
  | 'subject';

/** The one item that says how long the log is. */
export const HEAD_KEY: ItemKey = { pk: 'LOG', sk: 'HEAD' };

const EVENT_SHARDS = 8; // an hour of one tenant's events outgrows the 1,000 write units a second of one partition
const BATCH_PARTITION = 1_000_000; // indices a partition of batch items

/** UTC hour of `ms`, as `2026-11-24T04`. */
export function hourOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13);
}

/** UTC minute of `ms`, as `2026-11-24T04:17`. */
export function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

/** Key of an event's record, which follows from its UUIDv7 alone: the hour of its time, and a shard by its last digit. */
export function eventKey(eventId: string): ItemKey {
  const ms = Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16);
  const shard = Number.parseInt(eventId.slice(-1), 16) % EVENT_SHARDS;
  return { pk: `E#${hourOf(ms)}#${shard}`, sk: eventId };
}

/** Partition of the batch item that holds `index`. */
export function batchPartition(index: number): string {
  return `B#${Math.floor(index / BATCH_PARTITION)}`;
}

/** Key of the batch item that begins with `first`. */
export function batchKey(first: number): ItemKey {
  return { pk: batchPartition(first), sk: paddedIndex(first) };
}

/** First index of the batch partition after the one that holds `index`. */
export function nextBatchPartition(index: number): number {
  return (Math.floor(index / BATCH_PARTITION) + 1) * BATCH_PARTITION;
}

/** Partition of the known hashes of hash tile `tile` at tile level `level` (1 or more). */
export function nodePartition(level: number, tile: number): string {
  return `T#${level}#${tile}`;
}

/** Key of one hash in such a tile: `offset` is 0 to 255. */
export function nodeKey(level: number, tile: number, offset: number): ItemKey {
  return { pk: nodePartition(level, tile), sk: String(offset).padStart(3, '0') };
}

/**
 * Partition of the posting list of `value`. The value itself is not in the key: who sees the table's keys (metrics,
 * hot-key diagnostics) learns no user or task id.
 */
export function postingPartition(indexKey: Uint8Array, dimension: Dimension, value: string): string {
  return `X#${dimension}#${toBase64Url(hmacSha256(indexKey, utf8(`${dimension}\n${value}`)))}`;
}

/** The keyed name of a task, 16 octets in the form of a UUID: what lists of tasks hold in the place of its id. */
export function taskKey(indexKey: Uint8Array, taskId: string): string {
  return unpackUuid(hmacSha256(indexKey, utf8(`task\n${taskId}`)).subarray(0, 16));
}

/** Partition of what each batch adds to a task. */
export function taskPartition(key: string): string {
  return `K#${key}`;
}

/** Object of the batch that begins with `first` in the archive: named by its predecessor's size, so each head has one successor. */
export function commitObject(first: number): string {
  return `commit/${paddedIndex(first)}`;
}

/** Object of the signatures of the records of the batch that begins with `first`, where records are signed each. */
export function signaturesObject(first: number): string {
  return `signatures/${paddedIndex(first)}`;
}

/** Object of the signed checkpoint of `size` in the archive. */
export function checkpointObject(size: number): string {
  return `checkpoint/${paddedIndex(size)}`;
}
