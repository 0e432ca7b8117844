import {
  dayOf,
  offsetsObject,
  parseRecordsObject,
  type RecordsFile,
  recordsObject,
} from '../archive/layout.ts';
import { fromUtf8, toHex } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import { beginOf, dayAfter } from '../index/day-count.ts';
import { commitObject } from '../index/keys.ts';
import { knownHashes } from '../index/known-hashes.ts';
import { TILE_WIDTH } from '../log/tile.ts';
import type { ArchivedVersion, Head } from '../ports.ts';
import type { AuditRecord } from '../record/record.ts';
import { lockUntil } from '../sequencer/log.ts';
import { decodeSegment, type Segment } from '../sequencer/segment.ts';
import { heldBy, type LegalHold } from './hold.ts';
import type { Keeper } from './keeper.ts';
import type { KeptObject, ListedObject, PurgeOrder } from './purge-order.ts';
import { minimumIndexOf } from './purged.ts';
import type { PolicyInForce } from './standing-policy.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 31; // of one order: it lists every object, and is one document

/** Stands in the place of a hold for the records that hand the log over from key to key: all verifying goes through them. */
const KEY_CHAIN = 'key-chain';

/** Why a batch stays: which of its records, and for whose sake. */
export interface Keeping {
  positions: ReadonlySet<number>;
  by: string;
}

/** A batch of the archive as the purge looks at it. */
interface Judged extends ListedObject {
  segment: Segment;
  keeping: Keeping | undefined;
}

/**
 * What is due now, day by day: the records of all days that ended more than `max_days` ago, up to the first batch whose lock
 * has not ended; and what earlier purges had to keep and nothing keeps any more. Undefined where there is nothing to do.
 */
export async function planPurge(
  keeper: Keeper,
  { version, policy }: PolicyInForce,
  holds: readonly LegalHold[],
  head: Head,
): Promise<PurgeOrder | undefined> {
  const now = keeper.clock.now();
  const before = head.purged?.below ?? 0;
  const lastDay = dayAfter(dayOf(now - policy.max_days * DAY_MS), -1);
  const files = await dueFiles(keeper, lastDay, before);
  const batches: Judged[] = [];
  let due = files;
  for await (const batch of batchesBelow(keeper, lineAfter(files, before), holds)) {
    const { segment } = batch;
    const days = segment.lockDays?.batches ?? policy.immutability_days;
    if (segment.first >= before && lockUntil(segment.recordedAt, days) > now) {
      const day = dayOf(segment.recordedAt);
      due = files.filter((file) => file.day < day);
      break;
    }
    batches.push(batch);
  }
  const below = lineAfter(due, before);
  const objects: ListedObject[] = [];
  const kept: KeptObject[] = [];
  const holding: number[] = [];
  for (const { segment, keeping, key, versions } of batches) {
    if (segment.first >= below) break;
    if (!keeping) objects.push({ key, versions });
    else kept.push({ key, by: keeping.by, records: keeping.positions.size });
    holding.push(...heldIndices(segment, keeping));
  }
  for (const file of due) {
    const records = holding.filter((index) => index >= file.first && index <= file.last).length;
    if (records > 0) kept.push({ key: recordsObject(file), by: 'legal-hold', records });
    else objects.push(...(await listed(keeper, [recordsObject(file), offsetsObject(file)])));
  }
  if (below === before && objects.length === 0) return undefined;
  return {
    order_version: 1,
    purge_id: mintEventId(now, keeper.random),
    tenant: keeper.tenant,
    origin: keeper.origin,
    ordered_at: formatTimestamp(now),
    policy: { version, max_days: policy.max_days },
    recorded_before: formatTimestamp(
      below === before ? (head.purged?.recordedBefore ?? 0) : beginOf(dayAfter(due.at(-1)?.day ?? lastDay)),
    ),
    purged_below: below,
    minimum_index: minimumIndexOf(below),
    tree: await treeOf(keeper, below, head),
    objects,
    kept,
  };
}

/** The batches of the archive that begin below `line`, in order, each with what keeps it. */
export async function* batchesBelow(
  keeper: Pick<Keeper, 'archive' | 'codec'>,
  line: number,
  holds: readonly LegalHold[],
): AsyncGenerator<Judged> {
  for await (const versions of objectsUnder(keeper, 'commit/')) {
    const [first] = versions;
    if (!first || first.key >= commitObject(line)) return;
    const bytes = await keeper.archive.read(first.key);
    if (!bytes) throw new AuditError('integrity', `${first.key} is listed and cannot be read`);
    const segment = decodeSegment(bytes, keeper.codec);
    yield { ...asListed(versions), segment, keeping: keepingOf(segment, holds) };
  }
}

/** Which records of a batch must stay. */
export function keepingOf({ leaves }: Segment, holds: readonly LegalHold[]): Keeping | undefined {
  const positions = new Set<number>();
  let by: string | undefined;
  for (const [position, { bytes }] of leaves.entries()) {
    const { event } = JSON.parse(fromUtf8(bytes)) as AuditRecord; // our own bytes
    const keeps = event.event_type === 'KEY_ROTATED' ? KEY_CHAIN : heldBy(event, holds);
    if (keeps === undefined) continue;
    positions.add(position);
    by = by === undefined || by === KEY_CHAIN ? keeps : by;
  }
  return by === undefined ? undefined : { positions, by };
}

/** The indices of what a hold keeps: for the chain of keys the batches suffice, and files of daily records may go. */
export function heldIndices({ first }: Segment, keeping: Keeping | undefined): number[] {
  if (!keeping || keeping.by === KEY_CHAIN) return [];
  return [...keeping.positions].map((position) => first + position);
}

/** All objects under a prefix, each as its versions. */
export async function* objectsUnder(
  { archive }: Pick<Keeper, 'archive'>,
  prefix: string,
): AsyncGenerator<ArchivedVersion[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<Keeper['archive']['versions']>> = await archive.versions(prefix, after);
    yield* Map.groupBy(page.versions, ({ key }) => key).values();
    after = page.next;
  }
}

/** Files of daily records whose day is due, in order: those that are left, and of further days so many at a time. */
async function dueFiles(keeper: Keeper, lastDay: string, before: number): Promise<RecordsFile[]> {
  const files: RecordsFile[] = [];
  const days = new Set<string>();
  for await (const [version] of objectsUnder(keeper, 'records/')) {
    const file = version && parseRecordsObject(version.key);
    if (!file) continue;
    if (file.day > lastDay) break;
    if (file.first >= before) days.add(file.day);
    if (days.size > MOST_DAYS) break;
    files.push(file);
  }
  return files;
}

function lineAfter(files: readonly RecordsFile[], before: number): number {
  return files.reduce((line, { last }) => Math.max(line, last + 1), before);
}

async function listed({ archive }: Keeper, keys: readonly string[]): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for (const key of keys) {
    const { versions } = await archive.versions(key);
    const own = versions.filter((version) => version.key === key);
    if (own.length > 0) found.push(asListed(own));
  }
  return found;
}

function asListed(versions: readonly ArchivedVersion[]): ListedObject {
  return { key: versions[0]?.key ?? '', versions: versions.map(({ versionId }) => versionId) };
}

/** The tree of the records below `size`, as the batch that follows it says, or the head where none does. */
async function treeOf(keeper: Keeper, size: number, head: Head): Promise<PurgeOrder['tree']> {
  const bytes = await keeper.archive.read(commitObject(size));
  const next = bytes && decodeSegment(bytes, keeper.codec);
  if (!next && head.size !== size) throw new AuditError('integrity', `${commitObject(size)} is missing`);
  const { edge, root } = next ? { edge: next.previousEdge, root: next.previousRoot } : head;
  const width = size % TILE_WIDTH;
  const hashes = await knownHashes(keeper.table, 0, Math.floor(size / TILE_WIDTH), width);
  return {
    edge: edge.map(toHex),
    root: toHex(root),
    hashes: Array.from({ length: width }, (_, n) => toHex(hashes.subarray(n * 32, n * 32 + 32))),
  };
}
