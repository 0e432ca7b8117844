import { type DigestText, equalBytes, fromUtf8, toDigestText } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { type AuditEvent, aboutTaskIdOf, categoryOf, userIdOf } from '../event/event.ts';
import type { BatchItem } from '../index/batch-item.ts';
import { dayItems } from '../index/day-count.ts';
import { eventItem } from '../index/event-item.ts';
import { type HashEntry, hashItems } from '../index/hash-item.ts';
import { type Dimension, nodeKey, postingPartition, taskKey } from '../index/keys.ts';
import { type PostingEntry, postingItems } from '../index/posting.ts';
import { rotationItem } from '../index/rotation-item.ts';
import { TASK_BOUNDARIES, taskItems } from '../index/task-digest.ts';
import { hashTag } from '../index/tenant-keys.ts';
import { leafHash } from '../log/merkle.ts';
import { appendToEdge, type CompletedNode, rootOf } from '../log/right-edge.ts';
import { TILE_HEIGHT, TILE_WIDTH } from '../log/tile.ts';
import type { Head, Item, Purged } from '../ports.ts';
import type { AuditRecord } from '../record/record.ts';
import { erasedItem } from '../retention/erasure.ts';
import { purgedBy, purgedItem } from '../retention/purged.ts';
import { type Log, MOST_SIGNED_EACH } from './log.ts';
import type { Leaf, Segment } from './segment.ts';

/** What all candidates of a batch share. */
export interface BatchTerms {
  policyVersion: number;
  /** Object of the batch's disclosures in the work bucket, durable already. */
  disclosures?: string;
  /** The batch hands the log over from one key to another; refused (`conflict`) where the first is not the log's. */
  handover?: Handover;
  /** Milliseconds since the epoch by which the writer must have stopped. */
  deadline: number;
}

/** Verifier keys: the one that signs, and the one that signs from the next batch on. */
export interface Handover {
  from: string;
  to: string;
}

/** Everything that finalising a segment writes, but for what needs a signature or older leaves. */
export interface Plan {
  /** Size of the log with the segment, and the edge of that tree. */
  size: number;
  edge: Uint8Array[];
  rootText: DigestText;
  /** The perfect subtrees that the segment completes: what its hash tiles are made of. */
  completed: CompletedNode[];
  /** One item a record, in the order of the leaves; signatures are added where records are signed each. */
  events: Item[];
  /** Posting, task, day, hash and node items. */
  items: Item[];
  /** How far the log is purged from this batch on, where it says so. */
  purged?: Purged;
  /** The batch item, which waits for its checkpoint. */
  batch: Omit<BatchItem, 'batchFirst' | 'checkpoint'>;
}

const MAX_ITEM = 400 * 1024; // DynamoDB
const MAX_PARTITION_KEY = 2048;

/** The segment that adds `leaves` to the tree of `head`. Throws `invalid_request` on more than can be signed each. */
export function extend(
  head: Head,
  leaves: Leaf[],
  recordedAt: number,
  terms: Pick<BatchTerms, 'policyVersion' | 'disclosures' | 'handover'> & Pick<Log, 'signEach' | 'lockDays'>,
): Segment {
  if (terms.signEach && leaves.length > MOST_SIGNED_EACH)
    throw new AuditError('invalid_request', `expected at most ${MOST_SIGNED_EACH} records to sign each`);
  const { edge } = appendToEdge(
    head.edge,
    head.size,
    leaves.map((leaf) => leafHash(leaf.bytes)),
  );
  return {
    first: head.size,
    previousEdge: head.edge,
    previousRoot: head.root,
    root: rootOf(edge),
    recordedAt,
    policyVersion: terms.policyVersion,
    lockDays: terms.lockDays,
    verifierKey: head.verifierKey,
    ...(terms.handover === undefined ? {} : { nextVerifierKey: terms.handover.to }),
    ...(terms.signEach ? { signEach: true } : {}),
    ...(terms.disclosures === undefined ? {} : { disclosures: terms.disclosures }),
    leaves,
  };
}

/**
 * What to write for `segment`. Pure: the same segment gives the same plan, whoever finalises it. Throws
 * `invalid_request` where an item would break a limit of the table, and `integrity` where the segment does not
 * give its own root. With `only`, events and items are those that the records at these positions need.
 */
export function planSegment(
  segment: Segment,
  log: Pick<Log, 'keys' | 'codec'>,
  only?: ReadonlySet<number>,
): Plan {
  const leafHashes = segment.leaves.map((leaf) => leafHash(leaf.bytes));
  const { edge, completed } = appendToEdge(segment.previousEdge, segment.first, leafHashes);
  if (!equalBytes(rootOf(edge), segment.root))
    throw new AuditError('integrity', 'a segment does not give its own root');

  const size = segment.first + segment.leaves.length;
  const entries = segment.leaves.map((leaf, position) => readLeaf(leaf, segment.first + position));
  const chosen = only ? entries.filter((_, position) => only.has(position)) : entries;
  const leafAt = (index: number) => at(segment.leaves, index - segment.first);
  const events = chosen.map(({ eventId, index }) => {
    const { bytes, dedupeTag } = leafAt(index);
    const event = { eventId, index, leafHash: at(leafHashes, index - segment.first), leaf: bytes };
    return eventItem({ ...event, dedupeTag }, log.codec, segment);
  });
  const purged = entries.reduce<Purged | undefined>(furthest, undefined);
  const items = [
    ...postings(segment.first, chosen, log.keys.index),
    ...taskBoundaries(segment.first, chosen, log.keys.index),
    ...taskItems(segment.first, chosen, log.keys.index),
    ...dayItems(
      segment,
      chosen.map(({ event, ...entry }) => ({
        ...entry,
        category: categoryOf(event.event_type),
        agentId: event.agent.id,
      })),
      log.keys.index,
    ),
    ...hashItems(
      segment.first,
      chosen.flatMap((entry) => hashEntries(entry, leafAt(entry.index), log.keys.dedupe)),
    ),
    ...completed.flatMap(nodeItem),
    ...handover(segment, size, at(entries, entries.length - 1)),
    ...(purged ? [purgedItem(purged)] : []),
    ...entries.flatMap(({ index, event }) => erasedItem(index, event) ?? []),
  ];
  for (const item of [...events, ...items]) checkLimits(item);
  const batchEntries = entries.map(({ eventId, occurredAt, type }, position) => ({
    eventId,
    occurredAt,
    type,
    leafHash: at(leafHashes, position),
  }));
  const { first, root, recordedAt, disclosures } = segment;
  const batch = {
    first,
    entries: batchEntries,
    size,
    root,
    recordedAt,
    ...(disclosures === undefined ? {} : { disclosures }),
  };
  const rootText = toDigestText(segment.root);
  return { size, edge, rootText, completed, events, items, batch, ...(purged && { purged }) };
}

function furthest(known: Purged | undefined, { event }: Entry): Purged | undefined {
  const said = purgedBy(event);
  return said && said.below >= (known?.below ?? 0) ? said : known;
}

/** What the index keeps of a record. */
interface Entry extends PostingEntry {
  event: AuditEvent;
  lists: [Dimension, string][];
  contentHash: string;
}

function readLeaf(leaf: Leaf, index: number): Entry {
  const { event, content_hash } = JSON.parse(fromUtf8(leaf.bytes)) as AuditRecord; // our own bytes, checked before they were sequenced
  const lists: [Dimension, string | undefined][] = [
    ['category', categoryOf(event.event_type)],
    ['event_type', event.event_type],
    ['agent_id', event.agent.id],
    ['user_id', userIdOf(event)],
    ['task_id', event.task?.id],
    ['about_task_id', aboutTaskIdOf(event)],
    ...[...new Set((event.subjects ?? []).map(({ id }) => id))].map((id): [Dimension, string] => [
      'subject',
      id,
    ]),
  ];
  return {
    index,
    eventId: event.event_id,
    occurredAt: Date.parse(event.occurred_at),
    type: event.event_type,
    event,
    lists: lists.filter((list): list is [Dimension, string] => list[1] !== undefined),
    contentHash: content_hash,
  };
}

function postings(first: number, entries: readonly Entry[], indexKey: Uint8Array): Item[] {
  const byList = new Map<string, { dimension: Dimension; value: string; entries: PostingEntry[] }>();
  for (const entry of entries) {
    for (const [dimension, value] of entry.lists) {
      const name = `${dimension}\n${value}`;
      const list = byList.get(name) ?? { dimension, value, entries: [] };
      list.entries.push(entry);
      byList.set(name, list);
    }
  }
  return [...byList.values()].flatMap((list) =>
    postingItems(postingPartition(indexKey, list.dimension, list.value), first, list.entries),
  );
}

/** The lists of tasks that begin or end in the batch. */
function taskBoundaries(first: number, entries: readonly Entry[], indexKey: Uint8Array): Item[] {
  return TASK_BOUNDARIES.flatMap((type) => {
    const marks = entries.flatMap((entry) =>
      entry.type === type && entry.event.task
        ? [{ ...entry, eventId: taskKey(indexKey, entry.event.task.id) }]
        : [],
    );
    return postingItems(postingPartition(indexKey, 'task', type), first, marks);
  });
}

/** A record is found by the hash of what was recorded, and by the hash of what was sent where the writer changed it. */
function hashEntries({ index, eventId, contentHash }: Entry, leaf: Leaf, dedupeKey: Uint8Array): HashEntry[] {
  const recorded = hashTag(dedupeKey, contentHash);
  const tags = equalBytes(recorded, leaf.dedupeTag) ? [recorded] : [recorded, leaf.dedupeTag];
  return tags.map((tag) => ({ tag, index, eventId }));
}

/** Roots of full tiles are hashes of the tile above: kept, so that its partial form can be served. */
function nodeItem({ level, index, hash }: CompletedNode): Item[] {
  if (level === 0 || level % TILE_HEIGHT !== 0) return [];
  return [{ ...nodeKey(level / TILE_HEIGHT, Math.floor(index / TILE_WIDTH), index % TILE_WIDTH), h: hash }];
}

/** Where the batch hands over to another key, the item that says so: what the chain of keys is read from. */
function handover({ verifierKey, nextVerifierKey }: Segment, size: number, record: Entry): Item[] {
  if (nextVerifierKey === undefined) return [];
  return [
    rotationItem({
      firstSize: size,
      previous: verifierKey,
      verifierKey: nextVerifierKey,
      eventId: record.eventId,
    }),
  ];
}

function checkLimits(item: Item): void {
  const octets = Object.values(item).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? 21 : value.length) + 16,
    0,
  );
  if (octets > MAX_ITEM || item.pk.length > MAX_PARTITION_KEY) {
    throw new AuditError(
      'invalid_request',
      `an item of the batch breaks a limit of the table: ${octets} bytes`,
    );
  }
}

function at<T>(values: readonly T[], position: number): T {
  const value = values[position];
  if (value === undefined) throw new AuditError('integrity', 'a batch is shorter than it says');
  return value;
}
