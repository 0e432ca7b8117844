import { dayOf, parseOffsetsObject, parseRecordsObject } from '../archive/layout.ts';
import { fromUtf8, utf8 } from '../encoding.ts';
import { categoryOf } from '../event/event.ts';
import { unpackBatch } from '../index/batch-item.ts';
import { closedItem, countPartition } from '../index/day-count.ts';
import { batchPartition, commitObject, nextBatchPartition, postingPartition } from '../index/keys.ts';
import { paddedIndex } from '../index/packing.ts';
import { TILE_WIDTH } from '../log/tile.ts';
import type { Item, ItemKey } from '../ports.ts';
import { readDisclosures } from '../query/disclosures.ts';
import type { AuditRecord } from '../record/record.ts';
import { countDay } from '../sequencer/close-days.ts';
import { type Plan, planSegment } from '../sequencer/plan.ts';
import type { Segment } from '../sequencer/segment.ts';
import { backOff, getAll, type Patience, putAll } from '../sequencer/until-processed.ts';
import type { LegalHold } from './hold.ts';
import type { Keeper } from './keeper.ts';
import { batchesBelow, heldIndices, type Keeping, keepingOf, objectsUnder } from './plan-purge.ts';
import type { KeptObject, ListedObject, PurgeOrder } from './purge-order.ts';

/** What carrying out an order came to. */
export type CarriedOut =
  | { outcome: 'done'; deleted: ListedObject[]; left: KeptObject[] }
  /** Time ran out; the next call goes on. */
  | { outcome: 'later' }
  /** A lock that has not ended keeps an object: it is tried again. */
  | { outcome: 'locked'; object: string };

const RESERVE_MS = 20_000;

/**
 * Deletes what `order` lists, table first: until an object of the archive is gone, everything can be made out from it and done
 * again. Records that a hold keeps by now stay, whatever the order says. Idempotent.
 */
export async function carryOut(
  order: PurgeOrder,
  holds: readonly LegalHold[],
  deadline: number,
  keeper: Keeper,
): Promise<CarriedOut> {
  const patience: Patience = { clock: keeper.clock, random: keeper.random, deadline };
  const keeping = new Set<string>();
  const holding: number[] = [];
  let touched = new Touched();
  let day: string | undefined;
  for await (const { segment, key, keeping: kept } of batchesBelow(keeper, order.purged_below, holds)) {
    if (keeper.clock.now() > deadline - RESERVE_MS) return { outcome: 'later' };
    const ofDay = dayOf(segment.recordedAt);
    if (day !== undefined && ofDay !== day) {
      await recount(touched, keeper, patience);
      touched = new Touched();
    }
    day = ofDay;
    if (kept) keeping.add(key);
    holding.push(...heldIndices(segment, kept));
    await deleteItems(segment, kept, keeper, patience);
    await deleteDisclosures(segment, kept, keeper);
    touched.add(segment, keeper.keys.index);
  }
  await recount(touched, keeper, patience);
  await deleteBatchItems(order.purged_below, keeping, keeper, patience);

  for (const object of order.objects) {
    if (keeper.clock.now() > deadline - RESERVE_MS) return { outcome: 'later' };
    if (keeping.has(object.key) || heldIn(object.key, holding) > 0) continue;
    for (const versionId of object.versions) {
      const outcome = await keeper.archive.deleteVersion({ key: object.key, versionId });
      if (outcome === 'locked') return { outcome: 'locked', object: object.key };
    }
  }
  return await listAfterwards(order, holds, holding, keeper);
}

/** What the archive says once it is done: the certificate tells what it shows, not what was meant. */
async function listAfterwards(
  order: PurgeOrder,
  holds: readonly LegalHold[],
  holding: readonly number[],
  keeper: Keeper,
): Promise<CarriedOut> {
  const left: KeptObject[] = [];
  const standing = new Set<string>();
  for await (const { segment, key } of batchesBelow(keeper, order.purged_below, [])) {
    standing.add(key);
    const kept = keepingOf(segment, holds);
    left.push({ key, by: kept?.by ?? 'left over', records: kept?.positions.size ?? segment.leaves.length });
  }
  for await (const [version] of objectsUnder(keeper, 'records/')) {
    if (!version) continue;
    standing.add(version.key);
    const records = heldIn(version.key, holding);
    if (records > 0) left.push({ key: version.key, by: 'legal-hold', records });
  }
  return { outcome: 'done', deleted: order.objects.filter(({ key }) => !standing.has(key)), left };
}

/** How many of the held records lie in the file of daily records that is named so, or that the offsets named so belong to. */
function heldIn(key: string, holding: readonly number[]): number {
  const file = parseRecordsObject(key) ?? parseOffsetsObject(key);
  return file ? holding.filter((index) => index >= file.first && index <= file.last).length : 0;
}

/** Deletes what the writer wrote for the batch, but for what its kept records need; hashes stay. */
async function deleteItems(
  segment: Segment,
  keeping: Keeping | undefined,
  keeper: Keeper,
  patience: Patience,
): Promise<void> {
  const needed = itemsOf(planSegment(segment, keeper, keeping?.positions ?? NOTHING));
  const names = new Set(needed.map(nameOf));
  const rest = itemsOf(planSegment(segment, keeper)).filter(
    (item) => !isHash(item) && !names.has(nameOf(item)),
  );
  await deleteAll(rest, keeper, patience);
  // A posting list of kept and other records is written anew with the kept ones alone. The record's own item stands as it is.
  await putAll(
    keeper.table,
    needed.filter(({ pk }) => !pk.startsWith('E#') && !pk.startsWith('LOG')),
    patience,
  );
}

const NOTHING: ReadonlySet<number> = new Set();

function itemsOf({ events, items }: Plan): Item[] {
  return [...events, ...items];
}

function isHash({ pk }: ItemKey): boolean {
  return pk.startsWith('T#') || pk === 'LOG';
}

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}

/** What opens the commitments of the records that go, goes; of those that stay, stays. */
async function deleteDisclosures(
  { disclosures, leaves }: Segment,
  keeping: Keeping | undefined,
  keeper: Keeper,
): Promise<void> {
  if (disclosures === undefined) return;
  if (!keeping) return await keeper.work.remove(disclosures);
  const kept = new Set<string>();
  for (const [position, { bytes }] of leaves.entries()) {
    if (keeping.positions.has(position))
      kept.add((JSON.parse(fromUtf8(bytes)) as AuditRecord).event.event_id);
  }
  const lines = await readDisclosures(keeper, disclosures);
  const stay = [...lines].filter(([eventId]) => kept.has(eventId));
  if (stay.length === lines.size) return;
  const text = stay
    .map(([event_id, list]) => `${JSON.stringify({ event_id, disclosures: list })}\n`)
    .join('');
  await keeper.work.write(disclosures, keeper.codec.gzip(utf8(text)));
}

/** Days of posting lists whose counts have changed. */
class Touched {
  readonly days = new Map<string, Set<string>>();

  add({ leaves }: Segment, indexKey: Uint8Array): void {
    for (const { bytes } of leaves) {
      const { event } = JSON.parse(fromUtf8(bytes)) as AuditRecord;
      const day = event.occurred_at.slice(0, 10);
      const lists = this.days.get(day) ?? new Set();
      lists.add(postingPartition(indexKey, 'category', categoryOf(event.event_type)));
      lists.add(postingPartition(indexKey, 'agent_id', event.agent.id));
      this.days.set(day, lists);
    }
  }
}

/** Counts of closed days are counts of what is there. */
async function recount({ days }: Touched, keeper: Keeper, patience: Patience): Promise<void> {
  const { table } = keeper;
  for (const [day, lists] of days) {
    const keys = [...lists].map((list) => ({ pk: countPartition(list), sk: day }));
    const closed = new Set((await getAll(table, keys, patience)).map(({ pk }) => pk));
    for (const list of lists) {
      if (!closed.has(countPartition(list))) continue;
      const counts = await countDay(table, list, day, Number.POSITIVE_INFINITY);
      if (Object.keys(counts).length > 0) await putAll(table, [closedItem(list, day, counts)], patience);
      else await deleteAll([{ pk: countPartition(list), sk: day }], keeper, patience);
    }
  }
}

/** Batch items below the last full tile go, but for those of kept batches: what is left of them is hashes, which tiles hold. */
async function deleteBatchItems(
  below: number,
  keeping: ReadonlySet<string>,
  keeper: Keeper,
  patience: Patience,
): Promise<void> {
  const line = Math.floor(below / TILE_WIDTH) * TILE_WIDTH;
  for (let partition = 0; partition < line; partition = nextBatchPartition(partition)) {
    const pk = batchPartition(partition);
    let after: string | undefined;
    do {
      const page = await keeper.table.query({
        pk,
        to: paddedIndex(line),
        ...(after === undefined ? {} : { after }),
      });
      const gone = page.items.filter((item) => {
        const { first, count, batchFirst } = unpackBatch(item);
        return first + count <= line && !keeping.has(commitObject(batchFirst));
      });
      await deleteAll(gone, keeper, patience);
      after = page.next;
    } while (after !== undefined);
  }
}

async function deleteAll(keys: readonly ItemKey[], { table }: Keeper, patience: Patience): Promise<void> {
  let rest: readonly ItemKey[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let attempt = 0; rest.length > 0; attempt++) {
    rest = (await table.delete(rest)).unprocessed;
    if (rest.length > 0) await backOff(attempt, patience);
  }
}
