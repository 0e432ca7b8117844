import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { commitObject } from '../index/keys.ts';
import { openCheckpoint, readCheckpoint } from '../log/checkpoint.ts';
import type { Head } from '../ports.ts';
import { readPurged } from '../retention/purged.ts';
import { type Beginning, beginningOf, restoreBelow, untold } from './after-purge.ts';
import { finaliseCommitted, publish } from './finalise.ts';
import type { Log } from './log.ts';
import { signRecords } from './sign-records.ts';
import { signSize } from './sign-size.ts';
import type { Patience } from './until-processed.ts';
import {
  type ArchivedBatch,
  type Damage,
  type Position,
  positionAfter,
  walkArchive,
} from './walk-archive.ts';

/** How the records table is to be made again. */
export interface RebuildTerms {
  /** Where to go on: the last batch that an earlier call did, by the tree before it. */
  from?: Position;
  /** Reads and proves everything, and writes nothing. */
  check: boolean;
  /** Also over a head that is alive, which is halted first. */
  overLive: boolean;
  /** A checkpoint that somebody kept: the archive must lead to it. */
  known?: string;
  /** Milliseconds since the epoch by which the call must have ended. */
  deadline: number;
}

/** What a call came to; `going_on` where time ran out, with the place to go on from. */
export type RebuildAnswer =
  | { outcome: 'going_on'; from: Position; size: number }
  /** `checkpoint` is the signed note that the batches of the archive lead to. */
  | { outcome: 'rebuilt' | 'proven'; size: number; root: Uint8Array; checkpoint?: string }
  /** The table has a head that is alive. */
  | { outcome: 'alive'; size: number }
  | { outcome: 'damaged'; object: string; problem: string };

const RESERVE_MS = 30_000; // for the batch in work and the head
const KEPT = 'the checkpoint that was given';
const HALTED_FOR = 'the table is being rebuilt from the archive';

/**
 * Makes the records table again from the archive: every item that the log ever had, byte for byte, and last of all the
 * head, which is the point from which writers go on. Idempotent; the caller calls again while it is `going_on`.
 */
export async function rebuildTable(log: Log, terms: RebuildTerms): Promise<RebuildAnswer> {
  const patience: Patience = { clock: log.clock, random: log.random, deadline: terms.deadline };
  const standing = terms.check ? undefined : await log.heads.read();
  if (standing && standing.state !== 'HALTED') {
    if (!terms.overLive) return { outcome: 'alive', size: standing.size };
    // What is committed is in the log, and perhaps in its writer's hands alone.
    if (standing.state === 'COMMITTED') await finaliseCommitted(standing, log, patience);
    await log.heads.halt(HALTED_FOR);
  }

  const start: Beginning | Damage = terms.from ?? (await beginningOf(log));
  if ('problem' in start) return damaged(start);
  const { order } = start;
  const below = order && !terms.check ? await restoreBelow({ order }, log, patience) : undefined;
  if (below) return damaged(below);
  let told = 0;
  let last: (ArchivedBatch & { before: Position }) | undefined;
  let done = 0;
  for await (const batch of walkArchive(log, start)) {
    if (!batch.ok) return damaged(batch);
    const before = last ? positionAfter(last) : start;
    const contradiction = contradicts(batch, before, terms.known);
    if (contradiction) return damaged(contradiction);
    last = { ...batch, before };
    told = Math.max(told, batch.plan.purged?.below ?? 0);
    if (!terms.check) last.checkpoint = await restore(batch, log, patience);
    // The first batch of a call may be the last of the call before: a second one is progress.
    if (++done > 1 && log.clock.now() >= terms.deadline - RESERVE_MS)
      return { outcome: 'going_on', from: before, size: batch.plan.size };
  }
  if (!last) {
    // The record of a purge comes after what it purges: where nothing does, nothing tells of it.
    if (order) return damaged(untold(start.size));
    return terms.known !== undefined
      ? damaged({ object: commitObject(0), problem: 'is missing: the archive holds no batch at all' })
      : { outcome: 'proven', ...start };
  }
  const { plan, segment, checkpoint } = last;
  const missing =
    endsBefore(last, terms.known) ?? (order && told < start.size ? untold(start.size) : undefined);
  if (missing) return damaged(missing);
  const proven = { size: plan.size, root: segment.root, ...(checkpoint !== undefined && { checkpoint }) };
  if (terms.check) return { outcome: 'proven', ...proven };
  await putHead({ ...headAfter(last), ...(await purgedOf(log)) }, log);
  return { outcome: 'rebuilt', ...proven };
}

/** Writes what follows from the batch. Signatures are the archived ones; where a crash left none, they are made now. */
async function restore(batch: ArchivedBatch, log: Log, patience: Patience) {
  const { segment, plan } = batch;
  const checkpoint = batch.checkpoint ?? (await signSize(plan.size, segment.root, segment, log));
  const signatures = batch.signatures ?? (await signRecords(segment, log));
  await publish(segment, plan, { checkpoint, signatures }, log, patience);
  return checkpoint;
}

/** How far the log is purged, by the items that were just written. */
async function purgedOf({ table }: Log): Promise<Pick<Head, 'purged'>> {
  const purged = await readPurged(table);
  return purged ? { purged } : {};
}

function headAfter({ segment, plan, checkpoint }: ArchivedBatch): Head {
  if (checkpoint === undefined) throw new AuditError('integrity', 'a restored batch has no checkpoint');
  return {
    size: plan.size,
    root: segment.root,
    edge: plan.edge,
    state: 'FINAL',
    recordedAt: segment.recordedAt,
    verifierKey: segment.nextVerifierKey ?? segment.verifierKey,
    finalSize: plan.size,
    checkpoint,
  };
}

async function putHead(head: Head, { heads }: Log): Promise<void> {
  const done = (await heads.replaceHalted(head)) || (await heads.create(head));
  if (!done) throw new AuditError('conflict', 'the log got another head while its table was rebuilt');
}

/** What a kept checkpoint has against the batch that holds or passes its size; its signature is looked at there. */
function contradicts(batch: ArchivedBatch, before: Position, known?: string): Damage | undefined {
  if (known === undefined) return undefined;
  const said = readCheckpoint(known);
  if (!said) return { ok: false, object: KEPT, problem: 'is not a signed checkpoint' };
  const { segment, plan } = batch;
  if (said.size <= before.size || said.size > plan.size) return undefined;
  const opened = openCheckpoint(known, segment.verifierKey);
  if (!opened.ok) return { ok: false, object: KEPT, problem: `does not verify: ${opened.failure}` };
  const { size, root } = opened.checkpoint;
  if (size === plan.size && equalBytes(root, segment.root)) return undefined;
  return {
    ok: false,
    object: commitObject(segment.first),
    problem: `makes another tree than the checkpoint of size ${size} that was given: one of the two is forged`,
  };
}

function endsBefore({ plan }: ArchivedBatch, known?: string): Damage | undefined {
  const size = known === undefined ? undefined : readCheckpoint(known)?.size;
  if (size === undefined || size <= plan.size) return undefined;
  return {
    ok: false,
    object: commitObject(plan.size),
    problem: `is missing: the checkpoint that was given is of ${size} records`,
  };
}

function damaged({ object, problem }: Pick<Damage, 'object' | 'problem'>): RebuildAnswer {
  return { outcome: 'damaged', object, problem };
}
