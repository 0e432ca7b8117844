import { equalBytes, fromUtf8 } from '../encoding.ts';
import { isAuditError } from '../errors.ts';
import { checkpointObject, commitObject, signaturesObject } from '../index/keys.ts';
import { openCheckpoint } from '../log/checkpoint.ts';
import { rootOf } from '../log/right-edge.ts';
import type { ArchivedVersion } from '../ports.ts';
import type { Log } from './log.ts';
import { type Plan, planSegment } from './plan.ts';
import { decodeSegment, type Segment } from './segment.ts';
import { readSignatures } from './sign-records.ts';

/** A tree, by its size and root. */
export interface Position {
  size: number;
  root: Uint8Array;
  /** The verifier key that signs what follows, where it is known. */
  verifierKey?: string;
}

/** A batch of the archive that continues the tree before it; checkpoint and signatures as archived, absent where none were. */
export interface ArchivedBatch {
  ok: true;
  segment: Segment;
  plan: Plan;
  checkpoint?: string;
  /** Of its records, verified. */
  signatures?: Uint8Array[];
}

/** What of the archive cannot be believed: the object, and what is wrong with it. */
export interface Damage {
  ok: false;
  object: string;
  problem: string;
}

type ReadableLog = Pick<Log, 'archive' | 'codec' | 'keys' | 'origin'>;

const AT_ONCE = 16; // batches that are read ahead

/**
 * The batches of the archive from `start` on, in order, each proven to continue the one before it: root by root, and
 * under its signed checkpoint where that was archived. Ends at the first damage. A hole, a second version and a delete
 * marker are damage, and so is a checkpoint of more records than there are.
 */
export async function* walkArchive(
  log: ReadableLog,
  start: Position,
): AsyncGenerator<ArchivedBatch | Damage, void> {
  let position = start;
  for await (const page of pagesFrom(log, 'commit/', start.size === 0 ? '' : commitObject(start.size - 1))) {
    const versionsOf = Map.groupBy(page, ({ key }) => key);
    const keys = [...versionsOf.keys()];
    for (let done = 0; done < keys.length; done += AT_ONCE) {
      const chunk = keys.slice(done, done + AT_ONCE);
      const batches = await Promise.all(chunk.map((key) => readBatch(key, versionsOf.get(key) ?? [], log)));
      for (const batch of batches) {
        const judged = batch.ok ? continues(batch, position, log.origin) : batch;
        yield judged;
        if (!judged.ok) return;
        position = positionAfter(judged);
      }
    }
  }
  const beyond = await log.archive.versions('checkpoint/', checkpointObject(position.size));
  const [signed] = beyond.versions;
  if (signed)
    yield damage(signed.key, `was signed, and the batches end at ${position.size}: later ones are missing`);
}

/**
 * The batches that a purge of everything below `line` left, each proven by the signed trees before and after it alone: what
 * stood between them is gone.
 */
export async function* keptBatches(
  log: ReadableLog,
  line: number,
): AsyncGenerator<ArchivedBatch | Damage, void> {
  for await (const page of pagesFrom(log, 'commit/', '')) {
    for (const [key, versions] of Map.groupBy(page, (version) => version.key)) {
      if (key >= commitObject(line)) return;
      const batch = await readBatch(key, versions, log);
      if (!batch.ok) yield batch;
      else if (batch.checkpoint === undefined) yield damage(key, 'was kept by a purge, and is not signed');
      else
        yield continues(batch, { size: batch.segment.first, root: batch.segment.previousRoot }, log.origin);
    }
  }
}

/** The tree that ends with a batch, and the key that signs the next. */
export function positionAfter({ plan, segment }: ArchivedBatch): Position {
  const { root, verifierKey, nextVerifierKey } = segment;
  return { size: plan.size, root, verifierKey: nextVerifierKey ?? verifierKey };
}

async function* pagesFrom(
  { archive }: ReadableLog,
  prefix: string,
  start: string,
): AsyncGenerator<ArchivedVersion[]> {
  for (let after: string | undefined = start; after !== undefined; ) {
    const { versions, next } = await archive.versions(prefix, after);
    yield versions;
    after = next;
  }
}

async function readBatch(
  key: string,
  versions: readonly ArchivedVersion[],
  log: ReadableLog,
): Promise<ArchivedBatch | Damage> {
  const problem = problemOf(versions);
  if (problem !== undefined) return damage(key, problem);
  const bytes = await log.archive.read(key);
  if (!bytes) return damage(key, 'is listed and cannot be read');
  try {
    const segment = decodeSegment(bytes, log.codec);
    if (commitObject(segment.first) !== key) return damage(key, `holds the batch at ${segment.first}`);
    const plan = planSegment(segment, log);
    const note = await log.archive.read(checkpointObject(plan.size));
    const signatures = await archivedSignatures(segment, log);
    if (signatures === 'forged')
      return damage(signaturesObject(segment.first), 'holds another signature than that of each record');
    return {
      ok: true,
      segment,
      plan,
      ...(note && { checkpoint: fromUtf8(note) }),
      ...(signatures && { signatures }),
    };
  } catch (error) {
    if (isAuditError(error, 'integrity', 'malformed')) return damage(key, error.message);
    throw error;
  }
}

async function archivedSignatures(
  segment: Segment,
  { archive, origin }: ReadableLog,
): Promise<Uint8Array[] | 'forged' | undefined> {
  const packed = segment.signEach ? await archive.read(signaturesObject(segment.first)) : undefined;
  return packed && (readSignatures(packed, segment, origin) ?? 'forged');
}

/** What the versions of one object tell against it: undefined where it has one version and no marker. */
export function problemOf(versions: readonly ArchivedVersion[]): string | undefined {
  const markers = versions.filter(({ marker }) => marker).length;
  if (markers > 0) return `bears ${markers === 1 ? 'a delete marker' : `${markers} delete markers`}`;
  return versions.length > 1 ? `has ${versions.length} versions where one was ever written` : undefined;
}

function continues(batch: ArchivedBatch, before: Position, origin: string): ArchivedBatch | Damage {
  const { segment, plan, checkpoint } = batch;
  const key = commitObject(segment.first);
  if (segment.first !== before.size)
    return damage(commitObject(before.size), `is missing: the archive goes on at ${segment.first}`);
  if (
    !equalBytes(segment.previousRoot, before.root) ||
    !equalBytes(rootOf(segment.previousEdge), before.root)
  )
    return damage(key, 'follows another tree than the batches before it make');
  if (before.verifierKey !== undefined && segment.verifierKey !== before.verifierKey)
    return damage(key, 'is signed by another key than the one that the log was handed over to');
  if (checkpoint === undefined) return batch;
  for (const verifierKey of keysOf(segment)) {
    const opened = openCheckpoint(checkpoint, verifierKey);
    if (!opened.ok) return damage(checkpointObject(plan.size), `does not verify: ${opened.failure}`);
    const { size, root } = opened.checkpoint;
    if (opened.checkpoint.origin !== origin || size !== plan.size || !equalBytes(root, segment.root))
      return damage(checkpointObject(plan.size), 'was signed for another tree than the batches make');
  }
  return batch;
}

/** The keys that sign a batch's checkpoint: two where it hands over. */
function keysOf({ verifierKey, nextVerifierKey }: Segment): string[] {
  return nextVerifierKey === undefined ? [verifierKey] : [verifierKey, nextVerifierKey];
}

function damage(object: string, problem: string): Damage {
  return { ok: false, object, problem };
}
