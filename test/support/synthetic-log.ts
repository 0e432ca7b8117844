import { canonicalBytes, contentHash } from '../../core/event/canonical.ts';
import type { AuditEvent, EventType } from '../../core/event/event.ts';
import { mintEventId } from '../../core/event/ids.ts';
import { batchItems } from '../../core/index/batch-item.ts';
import { dayItems } from '../../core/index/day-count.ts';
import { eventItem } from '../../core/index/event-item.ts';
import { type Dimension, eventKey, nodeKey, postingPartition, taskKey } from '../../core/index/keys.ts';
import { type PostingEntry, postingItems } from '../../core/index/posting.ts';
import { TASK_BOUNDARIES, taskItems } from '../../core/index/task-digest.ts';
import { deriveTenantKeys } from '../../core/index/tenant-keys.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { TILE_WIDTH } from '../../core/log/tile.ts';
import type { Clock, Head, Item, ItemKey } from '../../core/ports.ts';
import type { LogReader } from '../../core/query/log-reader.ts';
import { closeDays } from '../../core/sequencer/close-days.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import { BilledTable, type ReadBill } from './billed-table.ts';
import { SeededRandom } from './seeded-random.ts';

const BATCH = 200;
const BATCHES_A_DAY = 14; // a million records in a year
const DAY = 86_400_000;
const START = Date.parse('2025-11-24T00:00:00.000Z');
const AGENTS = 20;
const USERS = 2_000;
const TASK_EVENTS = 20;
const LATE = 0.01; // of the events occurred days before
const BETWEEN: readonly EventType[] = [
  'TOOL_CALLED',
  'TOOL_RESULT_RECEIVED',
  'DECISION_POINT',
  'DATA_ACCESSED',
];

/** What a question costs: of the table, and objects of the archive. */
export interface QueryBill extends ReadBill {
  objects: number;
}

/** One event of the log, as far as the index needs it. */
interface Made extends PostingEntry {
  agentId: string;
  userId: string;
  taskId: string;
  seq: number;
}

/**
 * A year of one tenant's log, or the first days of it: the items that the writer would have written for so many events,
 * in batches of 200, fourteen a day, ten tasks of twenty events side by side. Records are made when they are asked for,
 * and hash tiles are not the true ones: what they cost is.
 */
export class SyntheticLog {
  readonly table: BilledTable;
  readonly reader: LogReader;
  readonly size: number;
  readonly #keys = deriveTenantKeys('a secret of thirty-two characters or more');
  readonly #random = new SeededRandom(7);
  /** By index: made up again from its seed when a record of it is asked for. */
  readonly #known = new Map<string, { index: number; made: Made }>();
  #now = START;
  #objects = 0;

  private constructor(size: number) {
    this.size = size;
    this.table = new BilledTable((key) => this.#record(key));
    const clock: Clock = { now: () => this.#now, sleep: async () => {} };
    this.reader = {
      keys: this.#keys,
      heads: { read: async () => this.#head() },
      table: this.table,
      archive: {
        read: async () => {
          this.#objects++;
          return new Uint8Array(TILE_WIDTH * 32);
        },
      },
      work: { read: async () => undefined },
      codec: zlibCodec,
      clock,
      random: this.#random,
    };
  }

  /** The log of `size` records, a multiple of 200, its days closed. */
  static async of(size: number): Promise<SyntheticLog> {
    const log = new SyntheticLog(size);
    for (let first = 0; first < size; first += BATCH) await log.#append(first);
    const { clock, random } = log.reader;
    const ports = { ...log.reader, heads: { read: async () => log.#head() }, table: log.table };
    await closeDays(ports as unknown as Parameters<typeof closeDays>[0], {
      clock,
      random,
      deadline: clock.now() + DAY,
    });
    log.take();
    return log;
  }

  /** What reading has cost since the last time that it was taken. */
  take(): QueryBill {
    const bill = { ...this.table.take(), objects: this.#objects };
    this.#objects = 0;
    return bill;
  }

  /** All items of the log, those of its records made for the purpose. */
  *items(): Generator<Item> {
    yield* this.table.items();
    for (const eventId of this.#known.keys()) {
      const item = this.#record(eventKey(eventId));
      if (item) yield item;
    }
  }

  async #append(first: number): Promise<void> {
    this.#now = START + Math.floor((first / BATCH) * (DAY / BATCHES_A_DAY));
    const made = Array.from({ length: BATCH }, (_, position) => this.#make(first + position));
    for (const one of made) this.#known.set(one.eventId, { index: one.index, made: one });
    await this.table.put([
      ...this.#postings(first, made),
      ...taskItems(
        first,
        made.map((one) => ({ index: one.index, event: eventOf(one) })),
        this.#keys.index,
      ),
      ...dayItems(
        { first, recordedAt: this.#now },
        made.map((one) => ({ ...one, category: 'agent' })),
        this.#keys.index,
      ),
      ...fullTiles(first, first + BATCH),
      ...batchItems({
        first,
        entries: made.map((one) => ({ ...one, leafHash: new Uint8Array(32) })),
        size: first + BATCH,
        root: new Uint8Array(32),
        checkpoint: 'a checkpoint of about so many octets'.repeat(6),
        recordedAt: this.#now,
      }),
    ]);
  }

  #make(index: number): Made {
    const batch = Math.floor(index / BATCH);
    const inBatch = index % BATCH;
    const task = inBatch % (BATCH / TASK_EVENTS); // ten take turns, so each has its twenty in the batch
    const seq = Math.floor(inBatch / (BATCH / TASK_EVENTS));
    const late = this.#random.chance(LATE) ? (2 + this.#random.below(8)) * DAY : 0;
    const user = (batch * 37 + task * 101) % USERS;
    const end = user % 25 === 0 ? 'TASK_FAILED' : 'TASK_COMPLETED';
    const between = BETWEEN[seq % BETWEEN.length] ?? 'TOOL_CALLED';
    return {
      index,
      eventId: mintEventId(this.#now, this.#random),
      occurredAt: this.#now - 60_000 + inBatch * 200 - late,
      type: seq === 0 ? 'TASK_INITIATED' : seq === TASK_EVENTS - 1 ? end : between,
      agentId: `agent-${(batch + task) % AGENTS}`,
      userId: `user-${user}`,
      taskId: `task-${batch}-${task}`,
      seq,
    };
  }

  #postings(first: number, made: readonly Made[]): Item[] {
    const lists = new Map<string, Made[]>();
    const add = (dimension: Dimension, value: string, one: Made) => {
      const name = `${dimension}\n${value}`;
      const list = lists.get(name);
      if (list) list.push(one);
      else lists.set(name, [one]);
    };
    for (const one of made) {
      add('category', 'agent', one);
      add('event_type', one.type, one);
      add('agent_id', one.agentId, one);
      add('user_id', one.userId, one);
      add('task_id', one.taskId, one);
      if (TASK_BOUNDARIES.includes(one.type))
        add('task', one.type, { ...one, eventId: taskKey(this.#keys.index, one.taskId) });
    }
    return [...lists].flatMap(([name, entries]) => {
      const [dimension, value = ''] = name.split('\n') as [Dimension, string];
      return postingItems(postingPartition(this.#keys.index, dimension, value), first, entries);
    });
  }

  #record({ pk, sk }: ItemKey): Item | undefined {
    const known = pk.startsWith('E#') ? this.#known.get(sk) : undefined;
    if (!known) return undefined;
    const event = eventOf(known.made);
    const leaf = canonicalBytes({
      record_version: '1.0.0',
      tenant_id: 'acme',
      recorded_at: event.occurred_at,
      event,
      content_hash: contentHash(event),
      ingest: { source: 'sqs' },
      emitter: { id: 'emitter-1' },
      redactions: [],
      writer_version: '0.1.0',
    });
    const dedupeTag = new Uint8Array(16);
    return {
      ...eventItem({ eventId: sk, index: known.index, leafHash: leafHash(leaf), dedupeTag, leaf }, zlibCodec),
      ...eventKey(sk),
    };
  }

  #head(): Head {
    return {
      size: this.size,
      root: new Uint8Array(32),
      edge: [],
      state: 'FINAL',
      recordedAt: this.#now,
      verifierKey: 'synthetic',
      finalSize: this.size,
      checkpoint: 'synthetic',
    };
  }
}

/** The roots of hash tiles that fill between two sizes, as hashes of the tile above. */
function fullTiles(from: number, to: number): Item[] {
  return [1, 2].flatMap((level) => {
    const width = TILE_WIDTH ** level;
    const [first, end] = [Math.floor(from / width), Math.floor(to / width)];
    return Array.from({ length: end - first }, (_, offset) => {
      const tile = first + offset;
      return { ...nodeKey(level, Math.floor(tile / TILE_WIDTH), tile % TILE_WIDTH), h: new Uint8Array(32) };
    });
  });
}

function eventOf(made: Made): AuditEvent {
  return {
    schema_version: '1.0.0',
    event_id: made.eventId,
    event_type: made.type,
    occurred_at: new Date(made.occurredAt).toISOString(),
    agent: { id: made.agentId, version: '1' },
    initiator: { type: 'user', user_id: made.userId },
    task: { id: made.taskId, seq: made.seq },
    payload: { tool: { name: 'look something up in the system of orders' } },
  } as unknown as AuditEvent;
}
