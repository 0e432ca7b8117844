import { z } from 'zod';
import { AuditError } from '../errors.ts';
import { SCHEMA_VERSION } from '../event/envelope.ts';
import { formatTimestamp } from '../event/time.ts';
import type { PostingEntry } from '../index/posting.ts';
import { type Erased, readErasures } from '../retention/erasure.ts';
import { entriesFrom } from './batches.ts';
import { foreignCursor, openCursor, questionDigest, sealCursor } from './cursor.ts';
import { type PageEntry, readEntries } from './entries.ts';
import { type EventFilter, type Selection, select, wants } from './filter.ts';
import { type LogReader, readHead } from './log-reader.ts';
import { countMatches, matchesByIndex, matchesByTime } from './matches.ts';

export type Order = 'occurred_at' | 'log';

/** Which page is asked for, and whether the caller may see personal fields. */
export interface PageRequest {
  order: Order;
  /** 1 to 1,000. */
  limit: number;
  cursor?: string | undefined;
  personal: boolean;
}

/** That the personal fields of a record were erased. */
export interface ErasedEntry extends Erased {
  log_index: number;
}

/** A page that verifies by itself: every proof leads to the one checkpoint. */
export interface EventPage {
  events: PageEntry[];
  /** The final checkpoint that the proofs are in, a signed note. */
  checkpoint: string;
  /** Null at the end; in the order of the log never, since more may come. */
  next_cursor: string | null;
  /** Events that match in the snapshot that the walk is of, on all pages together. */
  total_count: number;
  schema_version: string;
  /** Of which of these records the personal fields were erased, by whom and why. */
  erased?: ErasedEntry[];
  /** Indices of those that the table does not hold any more; absent where it holds all. */
  read_from_archive?: number[];
  /** What was recorded before this time was purged, but for what is on hold; absent where nothing was. */
  purged_before?: string;
}

const cursorSchema = z.strictObject({
  q: z.string(),
  at: z.union([z.tuple([z.int(), z.int()]), z.int()]),
  size: z.int(),
  total: z.int(),
});

/** A walk from page to page: the size of the log that it is of, how many events match there, and where it stands. */
interface Walk {
  size: number;
  total: number;
  /** Time and index of the last event; in the order of the log the index to go on from. */
  at: [number, number] | number;
}

const NEAR = 20_000; // the batch items of so many entries are about 1 MB, one read

/**
 * A page of the events that `filter` asks for. A walk from page to page is a snapshot of the log as it was at the first
 * page, whatever is appended meanwhile. In the order of the log, a walk that has come to the end of its snapshot goes on
 * with what was appended since, so that a poller misses nothing, late events included.
 */
export async function queryEvents(
  reader: LogReader,
  filter: EventFilter,
  request: PageRequest,
): Promise<EventPage> {
  const question = questionDigest({ filter, order: request.order });
  return await queryPage(reader, select(filter, reader.keys.index), question, request);
}

/** A page of what `selection` selects; `question` is the digest of what was asked, which the cursor is bound to. */
export async function queryPage(
  reader: LogReader,
  selection: Selection,
  question: string,
  request: PageRequest,
): Promise<EventPage> {
  const { order, limit, cursor, personal } = request;
  const { finalSize, checkpoint, purged } = await readHead(reader);
  const line = purged?.below ?? 0;
  const walk =
    cursor === undefined
      ? await begin(reader, selection, finalSize, order)
      : await goOn(reader, selection, openWalk(reader, cursor, question, order), { finalSize, line });

  const wanted = await matchesFrom(reader, selection, { ...walk, line }, limit + 1);
  const cold: number[] = [];
  const heardCold = (index: number) => cold.push(index);
  const events = await readEntries(reader, wanted.slice(0, limit), finalSize, { personal, heardCold });
  const at = endOf(walk, wanted, events.length);
  const erased = await erasedOf(reader, events, personal);
  return {
    events,
    ...(erased.length > 0 && { erased }),
    ...(cold.length > 0 && { read_from_archive: cold }),
    checkpoint,
    next_cursor: at === undefined ? null : sealCursor(reader.keys.cursor, { q: question, ...walk, at }),
    total_count: walk.total,
    schema_version: SCHEMA_VERSION,
    ...(purged && { purged_before: formatTimestamp(purged.recordedBefore) }),
  };
}

/** Of the records whose commitments nothing opens: whether an erasure says why. For those alone who may see personal fields. */
async function erasedOf(
  reader: LogReader,
  events: readonly PageEntry[],
  personal: boolean,
): Promise<ErasedEntry[]> {
  const closed = personal ? events.filter(isClosed) : [];
  if (closed.length === 0) return [];
  const look = await readErasures(reader.table);
  return closed.flatMap(({ log_index, record }) => {
    const erased = look(log_index, record.event);
    return erased ? [{ log_index, ...erased }] : [];
  });
}

/** Whether the record commits to something that nothing here opens. */
export function isClosed({ record, disclosures = [] }: Pick<PageEntry, 'record' | 'disclosures'>): boolean {
  return disclosures.length === 0 && record.redactions.some(({ action }) => action === 'committed');
}

async function begin({ table }: LogReader, selection: Selection, size: number, order: Order): Promise<Walk> {
  const total = await countMatches(table, selection, size);
  return { size, total, at: order === 'log' ? 0 : [-1, -1] };
}

function openWalk({ keys }: LogReader, cursor: string, question: string, order: Order): Walk {
  const { q, ...walk } = openCursor(keys.cursor, cursorSchema, cursor);
  if (q !== question || (typeof walk.at === 'number') !== (order === 'log')) throw foreignCursor();
  return walk;
}

/** A walk in the order of the log whose snapshot is used up takes in what became final since. */
async function goOn(
  reader: LogReader,
  selection: Selection,
  walk: Walk,
  { finalSize, line }: { finalSize: number; line: number },
): Promise<Walk> {
  if (walk.size > finalSize) throw new AuditError('integrity', 'the log is shorter than it was');
  const { size, total, at } = walk;
  if (typeof at !== 'number' || at < size || size === finalSize) return walk;
  const range = { first: size, size: finalSize, line };
  const fresh = await inLogOrder(reader, selection, range, Number.POSITIVE_INFINITY);
  return { size: finalSize, total: total + fresh.length, at };
}

async function matchesFrom(
  reader: LogReader,
  selection: Selection,
  { size, at, line }: Walk & { line: number },
  limit: number,
): Promise<Match[]> {
  if (typeof at === 'number') return await inLogOrder(reader, selection, { first: at, size, line }, limit);
  const [occurredAt, index] = at;
  return await matchesByTime(reader.table, selection, size, { occurredAt, index }, limit);
}

type Match = Pick<PostingEntry, 'index' | 'eventId' | 'occurredAt'>;

/**
 * Matches with an index from `first` to below `size`. Batch items stand in this order and tell type and time, so a
 * walk over everything, or over what was appended of late, reads those; otherwise the posting lists are read and sorted.
 * Below the line of a purge there are no batch items, but for what is on hold, which the posting lists have.
 */
async function inLogOrder(
  { table }: LogReader,
  selection: Selection,
  { first, size, line }: { first: number; size: number; line: number },
  limit: number,
): Promise<Match[]> {
  const near = selection.unbounded || size - first <= NEAR;
  const walkable = !selection.namesId && near && first >= line;
  if (!walkable) return (await matchesByIndex(table, selection, first, size)).slice(0, limit);
  const found: Match[] = [];
  for await (const entry of entriesFrom(table, first, size)) {
    if (wants(selection, entry)) found.push(entry);
    if (found.length === limit) break;
  }
  return found;
}

/** Where the next page begins; undefined where there is none. */
function endOf(walk: Walk, wanted: readonly Match[], given: number): Walk['at'] | undefined {
  const last = wanted[given - 1];
  const more = given < wanted.length;
  if (typeof walk.at === 'number') return more && last ? last.index + 1 : walk.size;
  return more && last ? [last.occurredAt, last.index] : undefined;
}
