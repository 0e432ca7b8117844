import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, fromUtf8, toBase64 } from '../../core/encoding.ts';
import type { AuditEvent } from '../../core/event/event.ts';
import { type BatchEntry, batchItems } from '../../core/index/batch-item.ts';
import { eventKey, hourOf, nodeKey, nodePartition, postingPartition } from '../../core/index/keys.ts';
import { postingItems } from '../../core/index/posting.ts';
import { deriveTenantKeys } from '../../core/index/tenant-keys.ts';
import { checkpointText } from '../../core/log/checkpoint.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { appendToEdge, rootOf } from '../../core/log/right-edge.ts';
import { TILE_WIDTH, tilePath, tileWidth } from '../../core/log/tile.ts';
import type { Head, Item, ItemKey, ItemRange } from '../../core/ports.ts';
import type { LogReader } from '../../core/query/log-reader.ts';
import { parseLeaf } from '../../core/record/record.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import { madeLeaf, ORIGIN, signedText, VERIFIER_KEY } from './made-log.ts';
import { SeededRandom } from './seeded-random.ts';

const START = Date.parse('2026-10-01T00:00:00Z');
const HOUR = 3_600_000;
const BATCH = 200;
const HASH_OCTETS = 32;
const TASK = [
  ['TASK_INITIATED', { goal: 'Refund the order' }],
  ['TOOL_CALLED', { tool: { name: 'orders.get', kind: 'api' }, input: { order: 7 } }],
  [
    'TOOL_RESULT_RECEIVED',
    { status: 'ok', result_summary: 'It was delivered two weeks ago', latency_ms: 40 },
  ],
  [
    'DECISION_POINT',
    {
      reasoning_summary: 'It is within the window',
      options_considered: [],
      selected_action: 'refund',
      source: 'stated',
    },
  ],
  ['DATA_ACCESSED', { operation: 'read', store: { kind: 'table', name: 'orders' }, record_count: 1 }],
  ['TASK_COMPLETED', { output: 'done', duration_ms: 900 }],
] as const;

/** The leaf at `index` of a log of tasks one after another, whose events are `step` milliseconds apart. */
export function taskLeaf(index: number, step: number): Uint8Array {
  const task = Math.floor(index / TASK.length);
  const seq = index % TASK.length;
  const [event_type, payload] = TASK[seq] ?? TASK[0];
  const call = event_type.startsWith('TOOL') ? { causation: { call_id: `call-${task}` } } : {};
  const start =
    event_type === 'TASK_INITIATED' ? { initiator: { type: 'user', user_id: `user-${task % 500}` } } : {};
  const event = { event_type, payload, task: { id: `task-${task}`, seq }, ...call, ...start };
  return madeLeaf(index, event, { at: START + index * step });
}

/**
 * A reader of a log whose hash tiles lie in a folder (`writeTiles`) and whose records and index are made up when they are
 * asked for: it takes no memory by itself, so that what a process takes is what its user takes. One more record may be
 * appended, which is kept in the folder.
 */
export class MadeReader {
  readonly #folder: string;
  readonly #count: number;
  readonly #step: number;
  readonly #keys = deriveTenantKeys('a secret of this test, long enough');
  readonly #list: string;
  readonly #now: () => number;

  /** `count`: a multiple of 200. `step`: milliseconds between two events. */
  constructor(folder: string, count: number, step: number, now: () => number) {
    if (count % BATCH !== 0) throw new Error(`the log is made in batches of ${BATCH}`);
    this.#folder = folder;
    this.#count = count;
    this.#step = step;
    this.#now = now;
    this.#list = postingPartition(this.#keys.index, 'category', 'agent');
  }

  get reader(): LogReader {
    return {
      keys: this.#keys,
      heads: { read: async () => this.#head() },
      table: {
        get: async (keys) => ({ items: keys.flatMap((key) => this.#record(key) ?? []), unprocessed: [] }),
        query: async (range) => this.#query(range),
      },
      archive: { read: async (key) => this.#file(key) },
      work: { read: async () => undefined },
      codec: zlibCodec,
      clock: { now: this.#now, sleep: async () => {} },
      random: new SeededRandom(1),
    };
  }

  /** Appends the record of `event`, and signs the log with it. */
  async append(event: AuditEvent): Promise<void> {
    if (existsSync(join(this.#folder, 'appended.json'))) return; // it is said again after a crash
    const leaf = madeLeaf(this.#count, event, { source: 'internal', at: this.#now() });
    const { edge } = appendToEdge(this.#edge(), this.#count, [leafHash(leaf)]);
    const checkpoint = await signedText(checkpointText(ORIGIN, this.#count + 1, rootOf(edge)));
    writeFileSync(join(this.#folder, 'appended.json'), JSON.stringify({ leaf: toBase64(leaf), checkpoint }));
  }

  #appended(): { leaf: Uint8Array; checkpoint: string } | undefined {
    const bytes = this.#file('appended.json');
    if (!bytes) return undefined;
    const { leaf, checkpoint } = JSON.parse(fromUtf8(bytes));
    return { leaf: fromBase64(leaf), checkpoint };
  }

  #head(): Head {
    const checkpoint = this.#appended()?.checkpoint ?? fromUtf8(this.#file('checkpoint') ?? new Uint8Array());
    const size = this.#count + (this.#appended() ? 1 : 0);
    const known = { recordedAt: this.#now(), verifierKey: VERIFIER_KEY, finalSize: size, checkpoint };
    return { size, root: new Uint8Array(HASH_OCTETS), edge: [], state: 'FINAL', ...known };
  }

  #leaf(index: number): Uint8Array {
    const appended = index === this.#count ? this.#appended() : undefined;
    return appended?.leaf ?? taskLeaf(index, this.#step);
  }

  #record({ pk, sk }: ItemKey): Item | undefined {
    if (!pk.startsWith('E#')) return undefined;
    const appended = this.#appended();
    const ofAppended = appended && parseLeaf(appended.leaf).event.event_id === sk;
    const index = ofAppended ? this.#count : Number(sk.slice(-12));
    const made = ofAppended || sk === eventIdOf(index);
    if (!made || index > this.#count) return undefined;
    const leaf = this.#leaf(index);
    return { ...eventKey(sk), i: index, h: leafHash(leaf), d: new Uint8Array(16), r: leaf };
  }

  #query(range: ItemRange): { items: Item[]; next?: string } {
    const { pk, from = '', to = '~', after, descending = false, limit = Number.POSITIVE_INFINITY } = range;
    const within = ({ pk: own, sk }: Item) =>
      own === pk && sk >= from && sk <= to && (after === undefined || sk > after);
    const items: Item[] = [];
    for (const some of this.#partition(pk, range)) {
      items.push(...some.filter(within));
      if (items.length > limit) break;
    }
    if (descending) return { items: items.reverse().slice(0, limit) };
    const page = items.slice(0, limit);
    const next = items.length > limit ? page.at(-1)?.sk : undefined;
    return { items: page, ...(next !== undefined && { next }) };
  }

  /** The items of a partition around the range, some at a time, in order. */
  *#partition(pk: string, { from = '', to = '~', after = '' }: ItemRange): Generator<Item[]> {
    if (pk === this.#list) yield* this.#postings(from > after ? from : after, to);
    else if (pk.startsWith('B#')) yield* this.#batches(Number(from || to), Number(to));
    else if (pk.startsWith('T#')) yield this.#nodes(pk);
  }

  *#postings(from: string, to: string): Generator<Item[]> {
    const end = START + this.#count * this.#step;
    const first = Math.max(START, Date.parse(`${from.slice(0, 13)}:00:00.000Z`));
    for (let hour = first; hour < end && hourOf(hour) <= to; hour += HOUR) {
      const low = Math.ceil((hour - START) / this.#step);
      const high = Math.min(this.#count, Math.ceil((hour + HOUR - START) / this.#step));
      const items: Item[] = [];
      for (let batch = low - (low % BATCH); batch < high; batch += BATCH) {
        const own = this.#entries(batch, Math.min(batch + BATCH, this.#count));
        items.push(...postingItems(this.#list, batch, own).filter(({ sk }) => sk.startsWith(hourOf(hour))));
      }
      yield items.sort((a, b) => (a.sk < b.sk ? -1 : 1));
    }
  }

  *#batches(from: number, to: number): Generator<Item[]> {
    const size = this.#count + (this.#appended() ? 1 : 0);
    for (let first = from - (from % BATCH); first <= Math.min(to, size - 1); first += BATCH)
      yield this.#batchItem(first, Math.min(first + BATCH, size));
  }

  #batchItem(first: number, end: number): Item[] {
    const checkpoint = first === this.#count ? this.#head().checkpoint : 'a checkpoint that nobody asks for';
    const root = new Uint8Array(HASH_OCTETS);
    const entries = this.#entries(first, end).map((entry) => ({
      ...entry,
      leafHash: this.#leafHash(entry.index),
    }));
    return batchItems({ first, entries, size: end, root, checkpoint, recordedAt: this.#now() });
  }

  #entries(first: number, end: number): (Omit<BatchEntry, 'leafHash'> & { index: number })[] {
    return Array.from({ length: end - first }, (_, position) => {
      const index = first + position;
      const own = index === this.#count ? parseLeaf(this.#leaf(index)).event : undefined;
      const type = own?.event_type ?? (TASK[index % TASK.length] ?? TASK[0])[0];
      return {
        index,
        eventId: own?.event_id ?? eventIdOf(index),
        occurredAt: START + index * this.#step,
        type,
      };
    });
  }

  #leafHash(index: number): Uint8Array {
    if (index === this.#count) return leafHash(this.#leaf(index));
    const tile = this.#tile(0, Math.floor(index / TILE_WIDTH));
    const at = (index % TILE_WIDTH) * HASH_OCTETS;
    return tile.subarray(at, at + HASH_OCTETS);
  }

  #nodes(pk: string): Item[] {
    const [, level = 0, tile = 0] = pk.split('#').map(Number);
    const bytes = this.#tile(level, tile);
    return Array.from({ length: bytes.length / HASH_OCTETS }, (_, offset) => ({
      ...nodeKey(level, tile, offset),
      pk: nodePartition(level, tile),
      h: bytes.subarray(offset * HASH_OCTETS, (offset + 1) * HASH_OCTETS),
    }));
  }

  /** The roots of the perfect subtrees of the log as it was made: of each bit of its size, from the tiles. */
  #edge(): Uint8Array[] {
    let edge: Uint8Array[] = [];
    for (let level = 0, rest = this.#count; rest > 0; level++, rest = Math.floor(rest / TILE_WIDTH)) {
      const width = rest % TILE_WIDTH;
      const bytes = width === 0 ? new Uint8Array() : this.#tile(level, Math.floor(rest / TILE_WIDTH));
      const hashes = Array.from({ length: width }, (_, at) =>
        bytes.subarray(at * HASH_OCTETS, (at + 1) * HASH_OCTETS),
      );
      edge = [...appendToEdge([], 0, hashes).edge, ...edge];
    }
    return edge;
  }

  #tile(level: number, index: number): Uint8Array {
    const bytes = this.#file(tilePath(level, index, tileWidth(level, index, this.#count)));
    if (!bytes) throw new Error(`no tile ${level}/${index} was made`);
    return bytes;
  }

  #file(path: string): Uint8Array | undefined {
    const file = join(this.#folder, path);
    return existsSync(file) ? readFileSync(file) : undefined;
  }
}

function eventIdOf(index: number): string {
  return `019ab3c4-0000-7000-8000-${String(index).padStart(12, '0')}`;
}
