import { parseRecordsObject, type RecordsFile, recordsObject } from '../archive/layout.ts';
import { commitObject } from '../index/keys.ts';
import { batchOf } from '../query/batches.ts';
import { matchesByIndex } from '../query/matches.ts';
import { isInForce, type LegalHold, selectHeld } from './hold.ts';
import type { Keeper } from './keeper.ts';
import { objectsUnder } from './plan-purge.ts';

/** The objects of the archive that a record lies in. */
interface Places {
  batches: ReadonlySet<string>;
  files: ReadonlySet<string>;
}

/**
 * Puts S3's own legal hold on the objects that hold matches, also of records that came since; and frees those that no hold in
 * force matches any more. The purge does not rely on it: it asks the holds themselves, record by record.
 */
export async function secureHolds(
  keeper: Keeper,
  holds: readonly LegalHold[],
): Promise<{ secured: number; freed: number }> {
  const now = keeper.clock.now();
  const ended = holds.filter((hold) => !isInForce(hold, now) && hold.secured.batches > 0);
  const standing = holds.filter((hold) => isInForce(hold, now));
  if (ended.length + standing.length === 0) return { secured: 0, freed: 0 };
  const finalSize = (await keeper.heads.read())?.finalSize ?? 0;
  const files = await recordFiles(keeper);
  const end = (files.at(-1)?.last ?? -1) + 1;
  let secured = 0;
  for (const hold of standing) {
    const { batches, files: filesTo } = hold.secured;
    if (batches === finalSize && filesTo === end) continue;
    const since = await placesOf(hold, Math.min(batches, filesTo), finalSize, files, keeper);
    for (const key of [...since.batches, ...since.files]) {
      await keeper.archive.holdObject(key, true);
      secured++;
    }
    await keeper.holds.secured(hold.holdId, { batches: finalSize, files: end });
  }
  let freed = 0;
  for (const hold of ended) {
    const its = await placesOf(hold, 0, hold.secured.batches, files, keeper);
    const others = await Promise.all(standing.map((other) => placesOf(other, 0, finalSize, files, keeper)));
    const still = new Set(others.flatMap(({ batches, files }) => [...batches, ...files]));
    for (const key of [...its.batches, ...its.files]) {
      if (still.has(key)) continue;
      await keeper.archive.holdObject(key, false);
      freed++;
    }
    await keeper.holds.secured(hold.holdId, { batches: 0, files: 0 });
  }
  return { secured, freed };
}

async function recordFiles(keeper: Keeper): Promise<RecordsFile[]> {
  const files: RecordsFile[] = [];
  for await (const [version] of objectsUnder(keeper, 'records/')) {
    const file = version && parseRecordsObject(version.key);
    if (file) files.push(file);
  }
  return files;
}

async function placesOf(
  { filter }: LegalHold,
  first: number,
  size: number,
  files: readonly RecordsFile[],
  { table, keys }: Keeper,
): Promise<Places> {
  const found = await matchesByIndex(table, selectHeld(filter, keys.index), first, size);
  const batches = new Set<string>();
  const inFiles = new Set<string>();
  let batch: { first: number; end: number } | undefined;
  for (const { index } of found) {
    if (!batch || index >= batch.end) {
      const item = await batchOf(table, index);
      batch = { first: item.batchFirst, end: item.first + item.count };
      batches.add(commitObject(batch.first));
    }
    const file = files.find((one) => index >= one.first && index <= one.last);
    if (file) inFiles.add(recordsObject(file));
  }
  return { batches, files: inFiles };
}
