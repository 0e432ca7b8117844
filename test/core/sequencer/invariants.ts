import { fromUtf8, toHex } from '../../../core/encoding.ts';
import { unpackBatch } from '../../../core/index/batch-item.ts';
import { unpackEvent } from '../../../core/index/event-item.ts';
import { eventKey, postingPartition } from '../../../core/index/keys.ts';
import { knownHashes } from '../../../core/index/known-hashes.ts';
import { unpackPosting } from '../../../core/index/posting.ts';
import { unpackDigest } from '../../../core/index/task-digest.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { verifyInclusion } from '../../../core/log/proof.ts';
import { appendToEdge, rootOf } from '../../../core/log/right-edge.ts';
import { tilePath } from '../../../core/log/tile.ts';
import { inclusionProofs } from '../../../core/log/tile-reader.ts';
import { decodeSegment, type Segment } from '../../../core/sequencer/segment.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import type { World } from './world.ts';

/** Everything that must hold after a run, whatever happened in it. Returns what does not. */
export function violations(world: World): string[] {
  const found: string[] = [];
  const { cloud } = world;
  const head = cloud.head;
  if (!head) return ['the head is gone'];
  for (const error of world.errors) found.push(`a writer stopped: ${String(error)}`);
  if (head.state !== 'FINAL' || head.finalSize !== head.size)
    found.push(`the head is ${head.state} at ${head.size}, final at ${head.finalSize}`);

  const segments = [...cloud.archived]
    .filter(([key]) => key.startsWith('commit/'))
    .map(([, object]) => decodeSegment(object.bytes, zlibCodec))
    .sort((a, b) => a.first - b.first);
  const leaves = segments.flatMap((segment) => segment.leaves);
  found.push(
    ...chain(segments, head.size),
    ...tree(leaves, head),
    ...heads(world),
    ...records(world, segments),
    ...lists(world, segments),
  );
  for (const eventId of world.acknowledged) {
    if (!cloud.items.has(address(eventKey(eventId))))
      found.push(`${eventId} was acknowledged and is not in the table`);
  }
  for (const eventId of world.sent.keys()) {
    if (!cloud.items.has(address(eventKey(eventId)))) found.push(`${eventId} was sent and never recorded`);
  }
  for (const segment of segments) {
    if (segment.disclosures === undefined || !world.cloud.work.has(segment.disclosures))
      found.push(`the disclosures of the batch at ${segment.first} are gone`);
    else if (fromUtf8(world.cloud.work.get(segment.disclosures) ?? new Uint8Array()) !== saltOf(segment))
      found.push(`the disclosures of the batch at ${segment.first} are another batch's`);
  }
  for (const [eventId, where] of world.holds) {
    const item = cloud.items.get(where);
    if (item?.['hold'] !== 'placed') found.push(`the hold on ${eventId} is lost`);
  }
  return found;
}

/** One history without holes: each batch begins where the one before it ended, on its root. */
function chain(segments: readonly Segment[], size: number): string[] {
  let next = 0;
  let root: string | undefined;
  for (const segment of segments) {
    if (segment.first !== next) return [`the archive goes on at ${segment.first} where ${next} was expected`];
    if (root !== undefined && toHex(segment.previousRoot) !== root)
      return [`the batch at ${segment.first} follows another root`];
    root = toHex(segment.root);
    next += segment.leaves.length;
  }
  return next === size ? [] : [`the archive ends at ${next}, the head at ${size}`];
}

function tree(
  leaves: Segment['leaves'],
  head: { size: number; root: Uint8Array; checkpoint: string; verifierKey: string },
): string[] {
  const { edge } = appendToEdge(
    [],
    0,
    leaves.map((leaf) => leafHash(leaf.bytes)),
  );
  if (toHex(rootOf(edge)) !== toHex(head.root))
    return ['the archive does not rebuild to the root of the head'];
  const opened = openCheckpoint(head.checkpoint, head.verifierKey);
  if (!opened.ok) return ['the checkpoint of the head does not verify'];
  return opened.checkpoint.size === head.size
    ? []
    : [`the checkpoint is of size ${opened.checkpoint.size}, the head of ${head.size}`];
}

/** Never two signed heads for one size, and none that is not in the archive's history. */
function heads(world: World): string[] {
  const roots = new Map<number, string>();
  for (const signed of world.cloud.signed) {
    const [, size = '', root = ''] = fromUtf8(signed).split('\n');
    const other = roots.get(Number(size));
    if (other !== undefined && other !== root) return [`two roots were signed for size ${size}`];
    roots.set(Number(size), root);
  }
  return [];
}

/** One record an id, in the table as in the archive, with a content that was sent. */
function records(world: World, segments: readonly Segment[]): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const segment of segments) {
    for (const [position, leaf] of segment.leaves.entries()) {
      const index = segment.first + position;
      const { event } = JSON.parse(fromUtf8(leaf.bytes));
      if (seen.has(event.event_id)) found.push(`${event.event_id} is in the log twice`);
      seen.add(event.event_id);
      if (!world.sent.get(event.event_id)?.has(event.task.id))
        found.push(`${event.event_id} holds what nobody sent`);
      const item = world.cloud.items.get(address(eventKey(event.event_id)));
      if (!item) {
        found.push(`${event.event_id} is in the archive and not in the table`);
        continue;
      }
      const record = unpackEvent(item, zlibCodec);
      if (record.index !== index || toHex(record.leaf) !== toHex(leaf.bytes))
        found.push(`the table holds another record at ${index}`);
    }
  }
  return found;
}

/** Batch items and posting lists equal a recount. */
function lists(world: World, segments: readonly Segment[]): string[] {
  const found: string[] = [];
  const items = [...world.cloud.items.values()];
  const batches = items.filter((item) => item.pk.startsWith('B#')).map(unpackBatch);
  const counted = batches.reduce((sum, batch) => sum + batch.count, 0);
  const size = segments.reduce((sum, segment) => sum + segment.leaves.length, 0);
  if (counted !== size) found.push(`batch items hold ${counted} of ${size} records`);
  for (const batch of batches) {
    const opened = openCheckpoint(batch.checkpoint, world.cloud.head?.verifierKey ?? '');
    if (!opened.ok || opened.checkpoint.size !== batch.size)
      found.push(`the checkpoint of the batch at ${batch.first} does not verify`);
  }
  const all = postingPartition(world.indexKey, 'category', 'agent');
  const listed = items
    .filter((item) => item.pk === all)
    .flatMap(unpackPosting)
    .map((entry) => entry.index);
  if (listed.length !== size || new Set(listed).size !== size)
    found.push(`the list of everything holds ${listed.length} of ${size}`);
  const digests = items.filter((item) => item.pk.startsWith('K#')).map(unpackDigest);
  const inTasks = digests.flatMap(({ counts }) => Object.values(counts)).reduce((sum, n) => sum + n, 0);
  if (inTasks !== size) found.push(`the tasks hold ${inTasks} of ${size} records`);
  return found;
}

function saltOf(segment: Segment): string {
  const [leaf] = segment.leaves;
  return leaf ? JSON.parse(fromUtf8(leaf.bytes)).event.payload.content.committed : '';
}

function address({ pk, sk }: { pk: string; sk: string }): string {
  return `${pk}\u0000${sk}`;
}

/** Every record proves itself against the head's checkpoint, from the tiles of the archive and the table's hashes. */
export async function unprovable(world: World): Promise<string[]> {
  const { head, archived } = world.cloud;
  if (!head || head.size === 0) return [];
  const table = world.cloud.table();
  const source = {
    hashes: async (level: number, tile: number, width: number) =>
      archived.get(tilePath(level, tile))?.bytes.subarray(0, width * 32) ??
      (await knownHashes(table, level, tile, width)),
  };
  const indices = Array.from({ length: head.size }, (_, index) => index);
  const paths = await inclusionProofs(indices, head.size, source);
  const records = [...world.cloud.items.values()]
    .filter((item) => item.pk.startsWith('E#'))
    .map((item) => unpackEvent(item, zlibCodec));
  const full = Array.from({ length: Math.floor(head.size / 256) }, (_, tile) => tilePath(0, tile)).filter(
    (path) => !archived.has(path),
  );
  return [
    ...full.map((path) => `${path} is full and not in the archive`),
    ...records
      .filter(({ index, leaf }) => !verifyInclusion(leafHash(leaf), index, paths[index] ?? [], head).ok)
      .map(({ index }) => `the record at ${index} does not prove itself`),
  ];
}
