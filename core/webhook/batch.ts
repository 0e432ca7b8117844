import { utf8 } from '../encoding.ts';
import type { Head } from '../ports.ts';
import { entriesFrom } from '../query/batches.ts';
import { type PageEntry, readEntries } from '../query/entries.ts';
import { typesOf } from '../query/filter.ts';
import type { EntryReader } from '../query/log-reader.ts';
import type { WebhookFilter } from './endpoint.ts';

/** Records that are delivered at once, in the order of the log. */
export interface Batch {
  /** The first index that the batch speaks for. */
  from: number;
  /** The index after the last one: below it nothing is left that the endpoint gets. */
  next: number;
  /** Where part of the range is purged: the index of the first record that is not. */
  purgedBelow?: number;
  entries: PageEntry[];
  /** The tree that the proofs are in, and its final checkpoint. */
  size: number;
  checkpoint: string;
}

/** Where a batch begins and ends at the latest. */
interface Stretch {
  from: number;
  /** Indices below this, which must be final. */
  below: number;
  size: number;
  checkpoint: string;
  /** At most so many records. */
  most: number;
}

const SCAN = 20_000; // entries looked at for one batch: about 1 MB of batch items
/** Octets of the records of a batch; one that is longer by itself goes alone. */
const MOST_OCTETS = 700_000;

/** The next batch of what `filter` asks for: possibly without an entry, where nothing of a long stretch matches. */
export async function readBatch(
  reader: EntryReader,
  filter: WebhookFilter,
  { from, below, size, checkpoint, most }: Stretch,
): Promise<Batch> {
  const types = typesOf(filter);
  const end = Math.min(below, from + SCAN);
  const wanted: { index: number; eventId: string }[] = [];
  for await (const { index, eventId, type } of entriesFrom(reader.table, from, end)) {
    if (types.has(type)) wanted.push({ index, eventId });
    if (wanted.length === most) break;
  }
  const read = wanted.length === 0 ? [] : await readEntries(reader, wanted, size, { personal: false });
  const entries = read.slice(0, fitting(read));
  const last = entries.at(-1);
  const cut = last !== undefined && (entries.length < wanted.length || wanted.length === most);
  return { from, next: cut ? last.log_index + 1 : end, entries, size, checkpoint };
}

const NEWEST_WITHIN = 2_000;

/** The newest record that `filter` gives, of the last two thousand; a batch without an entry where there is none. */
export async function readNewest(
  reader: EntryReader,
  filter: WebhookFilter,
  { finalSize: size, checkpoint }: Pick<Head, 'finalSize' | 'checkpoint'>,
): Promise<Batch> {
  const types = typesOf(filter);
  let newest: { index: number; eventId: string } | undefined;
  for await (const { index, eventId, type } of entriesFrom(
    reader.table,
    Math.max(0, size - NEWEST_WITHIN),
    size,
  ))
    if (types.has(type)) newest = { index, eventId };
  if (!newest) return { from: size, next: size, entries: [], size, checkpoint };
  const entries = await readEntries(reader, [newest], size, { personal: false });
  return { from: newest.index, next: newest.index + 1, entries, size, checkpoint };
}

/** How many of `entries` fit into a message; at least one. */
function fitting(entries: readonly PageEntry[]): number {
  let octets = 0;
  for (const [position, entry] of entries.entries()) {
    octets += utf8(JSON.stringify(entry)).length;
    if (octets > MOST_OCTETS && position > 0) return position;
  }
  return entries.length;
}
