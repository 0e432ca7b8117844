import { archiveKey } from '../archive/key-objects.ts';
import { describeArchive } from '../archive/readme.ts';
import { equalBytes, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { batchItems } from '../index/batch-item.ts';
import { withSignature } from '../index/event-item.ts';
import { checkpointObject, commitObject } from '../index/keys.ts';
import { knownHashes } from '../index/known-hashes.ts';
import { completedTiles } from '../log/tile.ts';
import type { Head } from '../ports.ts';
import { type Log, lockDaysOf, lockUntil } from './log.ts';
import { type Plan, planSegment } from './plan.ts';
import { decodeSegment, encodeSegment, type Segment } from './segment.ts';
import { signRecords } from './sign-records.ts';
import { signSize } from './sign-size.ts';
import { type Patience, putAll } from './until-processed.ts';

/**
 * Makes a committed batch final. Idempotent: every step may have been done by somebody else, or be done twice, and
 * a writer that wakes up late does no harm.
 */
export async function finalise(segment: Segment, plan: Plan, log: Log, patience: Patience): Promise<void> {
  await mark(segment, log);
  const checkpoint = await signSize(plan.size, segment.root, segment, log);
  const signatures = await signRecords(segment, log);
  await publish(segment, plan, { checkpoint, signatures }, log, patience);
  await log.announcer.announce({
    tenant: log.tenant,
    origin: log.origin,
    first: segment.first,
    size: plan.size,
    root: plan.rootText,
    recorded_at: new Date(segment.recordedAt).toISOString(),
  });
  await log.heads.finalise(plan.size, segment.root, checkpoint);
}

/** What the keys said of a batch: its checkpoint, and each of its records where they are signed each. */
export interface Signed {
  checkpoint: string;
  signatures: readonly Uint8Array[];
}

/**
 * Writes everything that follows from a segment and what was signed of it: to the archive what is not there yet, to the table
 * all items. The batches before it must be in the table.
 */
export async function publish(
  segment: Segment,
  plan: Plan,
  { checkpoint, signatures }: Signed,
  log: Log,
  patience: Patience,
): Promise<void> {
  const older = {
    hashes: (level: number, tile: number, width: number) => knownHashes(log.table, level, tile, width),
  };
  const tiles = await completedTiles(segment.first, plan.completed, older);
  const objects = [{ path: checkpointObject(plan.size), bytes: utf8(checkpoint) }, ...tiles];
  const locked = lockUntil(segment.recordedAt, lockDaysOf(segment, log).tiles);
  await Promise.all(objects.map(({ path, bytes }) => log.archive.create(path, bytes, locked)));
  await archiveKey(segment, checkpoint, log.archive, locked);
  const events = plan.events.map((item, position) => withSignature(item, signatures[position]));
  const batch = batchItems({ ...plan.batch, checkpoint });
  await putAll(log.table, [...events, ...plan.items, ...batch], patience);
}

/** Finishes the batch of a `COMMITTED` head, from what its writer left. */
export async function finaliseCommitted(head: Head, log: Log, patience: Patience): Promise<void> {
  const segment = await committedSegment(head, log);
  await finalise(segment, planSegment(segment, log), log, patience);
}

/**
 * The marker under the predecessor's size: it gives every head exactly one successor. Another root there means that
 * the head was rolled back behind our back (a restored table, say): nothing is signed, the log halts.
 */
async function mark(segment: Segment, log: Log): Promise<void> {
  if (segment.first === 0) await describe(segment, log);
  const key = commitObject(segment.first);
  const bytes = encodeSegment(segment, log.codec);
  if (
    (await log.archive.create(
      key,
      bytes,
      lockUntil(segment.recordedAt, lockDaysOf(segment, log).batches),
    )) === 'created'
  )
    return;
  const standing = await log.archive.read(key);
  if (standing && equalBytes(decodeSegment(standing, log.codec).root, segment.root)) return;
  return await halt(`the archive holds another batch under ${key}`, log);
}

/** Before the archive holds a record, it says itself what it is of. */
async function describe(segment: Segment, log: Log): Promise<void> {
  const { tenant, origin, archive } = log;
  const { recordedAt, verifierKey } = segment;
  const until = lockUntil(recordedAt, lockDaysOf(segment, log).tiles);
  await describeArchive({ tenant, origin, verifierKey }, archive, until);
}

async function committedSegment(head: Head, log: Log): Promise<Segment> {
  const { batch } = head;
  if (!batch) return await halt('the head is committed and names no batch', log);
  const bytes = (await log.work.read(batch.staging)) ?? (await log.archive.read(commitObject(batch.first)));
  if (!bytes)
    return await halt(`the committed batch at ${batch.first} is neither in staging nor in the archive`, log);
  const segment = decodeSegment(bytes, log.codec);
  if (segment.first !== batch.first || !equalBytes(segment.root, head.root)) {
    return await halt(`the segment of the committed batch at ${batch.first} is another one`, log);
  }
  return segment;
}

async function halt(reason: string, log: Log): Promise<never> {
  await log.heads.halt(reason);
  throw new AuditError('integrity', reason);
}
