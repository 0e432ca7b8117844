import type { Holdings, Place, Version } from './holdings.ts';

const BESIDE_ONE_ANOTHER = 32;

/** What a bucket holds and what keeps it. Times are milliseconds since the Unix epoch. */
export interface Inventory {
  /** Versions, markers excepted. */
  objects: number;
  bytes: number;
  /** How many are locked still, and the end of the last lock. */
  locked: number;
  until?: number;
  /** How many are under S3's own legal hold. */
  held: number;
}

/** Asks S3 for the lock of each version that there is: two requests each, so minutes for a hundred thousand. */
export async function takeInventory(
  holdings: Pick<Holdings, 'page' | 'lockOf'>,
  bucket: string,
  now: number,
): Promise<Inventory> {
  const found: Inventory = { objects: 0, bytes: 0, locked: 0, held: 0 };
  let after: Place | undefined;
  do {
    const { versions, next } = await holdings.page(bucket, after);
    const objects = versions.filter(({ marker }) => !marker);
    for (let at = 0; at < objects.length; at += BESIDE_ONE_ANOTHER)
      await count(holdings, bucket, objects.slice(at, at + BESIDE_ONE_ANOTHER), { found, now });
    after = next;
  } while (after);
  return found;
}

async function count(
  holdings: Pick<Holdings, 'lockOf'>,
  bucket: string,
  objects: readonly Version[],
  { found, now }: { found: Inventory; now: number },
): Promise<void> {
  const locks = await Promise.all(objects.map((object) => holdings.lockOf(bucket, object)));
  found.objects += objects.length;
  found.bytes += objects.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { until, held } of locks) {
    if (held) found.held += 1;
    if (until === undefined || until <= now) continue;
    found.locked += 1;
    found.until = Math.max(found.until ?? 0, until);
  }
}

/** Deletes all that is in a bucket, then the bucket. Throws `conflict` where S3 keeps something. */
export async function empty(holdings: Holdings, bucket: string): Promise<void> {
  for (;;) {
    const { versions } = await holdings.page(bucket);
    if (versions.length === 0) break;
    await holdings.deleteVersions(bucket, versions);
  }
  await holdings.deleteBucket(bucket);
}
