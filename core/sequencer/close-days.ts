import { AuditError } from '../errors.ts';
import { unpackBatch } from '../index/batch-item.ts';
import {
  activePartition,
  CLOSED_KEY,
  closedItem,
  countPartition,
  type DayCounts,
  dayAfter,
  lastClosedDay,
  lateFirst,
} from '../index/day-count.ts';
import { batchPartition, postingPartition } from '../index/keys.ts';
import { unpackPosting } from '../index/posting.ts';
import type { Item, ItemRange } from '../ports.ts';
import type { Log } from './log.ts';
import { getAll, type Patience, putAll } from './until-processed.ts';

type Ports = Pick<Log, 'heads' | 'table' | 'keys' | 'clock' | 'random'>;

/** Which days were closed in this run; `open` where there was no time for all that could be. */
export interface ClosedDays {
  days: string[];
  open: boolean;
}

const RESERVE_MS = 10_000; // a day is not begun with less than this

/**
 * Counts the days that have closed since the last run. Idempotent: a closed day's count follows from batches that are
 * final, so whoever makes it makes the same one, and readers believe it only once the mark behind it is written.
 */
export async function closeDays(ports: Ports, patience: Patience): Promise<ClosedDays> {
  const head = await ports.heads.read();
  if (!head || head.state === 'HALTED' || head.finalSize === 0) return { days: [], open: false };
  const last = lastClosedDay(head.recordedAt);
  const days: string[] = [];
  for (let day = await firstOpenDay(ports, patience); day <= last; day = dayAfter(day)) {
    if (patience.deadline - ports.clock.now() < RESERVE_MS) return { days, open: true };
    await closeDay(ports, day, head.finalSize, patience);
    await putAll(ports.table, [{ ...CLOSED_KEY, through: day, size: head.finalSize }], patience);
    days.push(day);
  }
  return { days, open: false };
}

/** The day after the last closed one. Before the first batch's own days there is nothing that is not late. */
async function firstOpenDay({ table }: Ports, patience: Patience): Promise<string> {
  const [closed] = await getAll(table, [CLOSED_KEY], patience);
  if (closed) return dayAfter(String(closed['through']));
  const { items } = await table.query({ pk: batchPartition(0), limit: 1 });
  const [first] = items;
  if (!first) throw new AuditError('integrity', 'the log has no first batch');
  return dayAfter(lastClosedDay(unpackBatch(first).recordedAt));
}

async function closeDay(
  { table, keys }: Ports,
  day: string,
  size: number,
  patience: Patience,
): Promise<void> {
  const lists = ['agent', 'governance'].map((category) => postingPartition(keys.index, 'category', category));
  for await (const { sk } of itemsOf(table, { pk: activePartition(day) })) lists.push(sk);
  const items: Item[] = [];
  for (const list of lists) {
    const counts = await countDay(table, list, day, size);
    if (Object.keys(counts).length > 0) items.push(closedItem(list, day, counts));
  }
  await putAll(table, items, patience);
}

/** What is not late of a day, in batches that are final: of those alone everything is known to be there. */
export async function countDay(
  table: Pick<Log['table'], 'query'>,
  list: string,
  day: string,
  size: number,
): Promise<DayCounts> {
  const late = new Set<number>();
  for await (const item of itemsOf(table, { pk: countPartition(list), from: `${day}#`, to: `${day}~` }))
    late.add(lateFirst(item) ?? -1);
  const counts: DayCounts = {};
  for await (const item of itemsOf(table, { pk: list, from: day, to: `${day}~` })) {
    const first = Number(item['first']);
    if (first >= size || late.has(first)) continue;
    for (const { type } of unpackPosting(item)) counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

async function* itemsOf(table: Pick<Log['table'], 'query'>, range: ItemRange): AsyncGenerator<Item> {
  let after: string | undefined;
  do {
    const page = await table.query({ ...range, ...(after === undefined ? {} : { after }) });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}
