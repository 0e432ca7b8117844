import { equalBytes, fromHex, fromUtf8 } from '../encoding.ts';
import { batchItems } from '../index/batch-item.ts';
import { checkpointObject, commitObject, nodeKey } from '../index/keys.ts';
import { readCheckpoint } from '../log/checkpoint.ts';
import { EMPTY_ROOT } from '../log/merkle.ts';
import { perfectSubtrees } from '../log/proof.ts';
import { rootOf } from '../log/right-edge.ts';
import { TILE_HEIGHT, TILE_WIDTH, tilePath } from '../log/tile.ts';
import type { Item } from '../ports.ts';
import { decodeOrder, isOrder, type PurgeOrder } from '../retention/purge-order.ts';
import type { Log } from './log.ts';
import { type Patience, putAll } from './until-processed.ts';
import { type ArchivedBatch, type Damage, keptBatches, type Position } from './walk-archive.ts';

const HASH_OCTETS = 32;

/** Where the batches of an archive begin: at 0, or at the line of its last purge, with the order that drew it. */
export type Beginning = Position & { order?: PurgeOrder };

/**
 * Where to begin an archive. What a purge left of the tree below its line must be the tree that was signed at that size; that
 * a record of the log tells of the purge is for the caller to see.
 */
export async function beginningOf(log: Pick<Log, 'archive'>): Promise<Beginning | Damage> {
  let last: string | undefined;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<Log['archive']['versions']>> = await log.archive.versions('purge/', after);
    for (const { key } of page.versions) if (isOrder(key)) last = key;
    after = page.next;
  }
  const bytes = last === undefined ? undefined : await log.archive.read(last);
  if (last === undefined || !bytes) return { size: 0, root: EMPTY_ROOT };
  const order = decodeOrder(bytes);
  const { purged_below: size, tree } = order;
  const root = fromHex(tree.root);
  const note = await log.archive.read(checkpointObject(size));
  const signed = note && readCheckpoint(fromUtf8(note));
  if (
    !signed ||
    signed.size !== size ||
    !equalBytes(signed.root, root) ||
    !equalBytes(rootOf(tree.edge.map(fromHex)), root)
  )
    return {
      ok: false,
      object: last,
      problem: 'tells of another tree than the one that was signed at its size',
    };
  return { size, root, order };
}

/**
 * Writes into the table what the batches below the line leave: the hashes that tiles to come are made of, and the items of the
 * batches that were kept. Of those, records that nothing keeps any more are deleted by the next purge.
 */
export async function restoreBelow(
  { order }: { order: PurgeOrder },
  log: Log,
  patience: Patience,
): Promise<Damage | undefined> {
  await putAll(log.table, await hashesBelow(order, log), patience);
  for await (const batch of keptBatches(log, order.purged_below)) {
    if (!batch.ok) return batch;
    await putAll(log.table, itemsOf(batch), patience);
  }
  return undefined;
}

function itemsOf({ plan, checkpoint = '' }: ArchivedBatch): Item[] {
  return [...plan.events, ...plan.items, ...batchItems({ ...plan.batch, checkpoint })];
}

/** Hashes of the tiles that were not full at the line: leaves from the order, roots of full tiles from the archive. */
async function hashesBelow({ purged_below: size, tree }: PurgeOrder, { archive }: Log): Promise<Item[]> {
  const items: Item[] = tree.hashes.map((hash, offset) => ({
    ...nodeKey(0, Math.floor(size / TILE_WIDTH), offset),
    h: fromHex(hash),
  }));
  for (let level = 1; TILE_WIDTH ** level <= size; level++) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const tile = Math.floor(hashes / TILE_WIDTH);
    for (let offset = 0; offset < hashes % TILE_WIDTH; offset++) {
      const bytes = await archive.read(tilePath(level - 1, tile * TILE_WIDTH + offset));
      if (bytes) items.push({ ...nodeKey(level, tile, offset), h: rootOfTile(bytes) });
    }
  }
  return items;
}

function rootOfTile(bytes: Uint8Array): Uint8Array {
  const leaves = Array.from({ length: TILE_WIDTH }, (_, n) =>
    bytes.subarray(n * HASH_OCTETS, (n + 1) * HASH_OCTETS),
  );
  return perfectSubtrees(leaves)[TILE_HEIGHT]?.[0] ?? EMPTY_ROOT;
}

/** What stands against an archive that begins at `line` where no record tells of such a purge. */
export function untold(line: number): Damage {
  return {
    ok: false,
    object: commitObject(0),
    problem: `is missing like all batches below ${line}, and no record of the log tells of a purge`,
  };
}
