import { equalBytes } from '../encoding.ts';
import { AuditError, isAuditError } from '../errors.ts';
import { eventPosition } from '../index/event-item.ts';
import { eventKey } from '../index/keys.ts';
import type { Head } from '../ports.ts';
import { finalise, finaliseCommitted } from './finalise.ts';
import type { Log } from './log.ts';
import { type BatchTerms, extend, type Plan, planSegment } from './plan.ts';
import { encodeSegment, stagingObject } from './segment.ts';
import { backOff, getAll, type Patience } from './until-processed.ts';

/** An accepted event that wants to become a record. */
export interface Candidate {
  eventId: string;
  /** Keyed hash of what the sender hashed, 16 octets. */
  dedupeTag: Uint8Array;
  /** The exact leaf, once the batch's time is known (milliseconds). */
  leaf(recordedAt: number): Uint8Array;
}

/** What became of a candidate. `conflict`: the id is taken by other content, in the log or earlier in the batch. */
export type Verdict =
  | { outcome: 'recorded'; index: number }
  | { outcome: 'duplicate' }
  | { outcome: 'conflict' };

const LEASE_MS = 20_000; // others leave a committed batch to its writer for so long; finishing it twice is harmless

/**
 * Appends `candidates` to the log, each exactly once, and returns a verdict for each, in their order. When it
 * returns, every `recorded` and every `duplicate` is final: signed, in the archive and in the table. When it throws,
 * nothing is known to the caller and everything may be given again.
 */
export async function append(
  candidates: readonly Candidate[],
  terms: BatchTerms,
  log: Log,
): Promise<Verdict[]> {
  const patience: Patience = { clock: log.clock, random: log.random, deadline: terms.deadline };
  let ours: Uint8Array | undefined; // root of the batch that we tried last: its commit may have come through unheard
  for (let attempt = 0; ; attempt++) {
    const head = await finalHead(log, patience, ours);
    if (terms.handover && head.verifierKey !== terms.handover.from)
      throw new AuditError('conflict', 'the log is not signed by the key that is to be handed over');
    const verdicts = await judge(candidates, head, log, patience);
    const fresh = candidates.filter((_, position) => verdicts[position]?.outcome === 'recorded');
    if (fresh.length === 0) return verdicts;

    const recordedAt = Math.max(log.clock.now(), head.recordedAt);
    const leaves = fresh.map((candidate) => ({
      bytes: candidate.leaf(recordedAt),
      dedupeTag: candidate.dedupeTag,
    }));
    const { signEach = false, lockDays } = log;
    const segment = extend(head, leaves, recordedAt, { ...terms, signEach, lockDays });
    const plan = planSegment(segment, log); // what can't be planned fails here: after the commit nothing may fail for good
    const staging = stagingObject(plan.size, segment.root);
    await log.work.write(staging, encodeSegment(segment, log.codec));

    const next: Head = {
      ...head,
      size: plan.size,
      root: segment.root,
      edge: plan.edge,
      recordedAt,
      verifierKey: segment.nextVerifierKey ?? segment.verifierKey,
      ...furtherPurged(head, plan),
      state: 'COMMITTED',
      batch: {
        first: segment.first,
        previousRoot: segment.previousRoot,
        staging,
        leaseUntil: log.clock.now() + LEASE_MS,
      },
    };
    if (await commit(next, head, log)) {
      // From here the batch is in the log, whatever happens to this writer.
      await finalise(segment, plan, log, patience);
      return verdicts;
    }
    ours = segment.root;
    await backOff(attempt, patience);
  }
}

/** What is purged stays purged, and no record takes it back. */
function furtherPurged({ purged }: Head, plan: Plan): Pick<Head, 'purged'> {
  return plan.purged && plan.purged.below >= (purged?.below ?? 0) ? { purged: plan.purged } : {};
}

/** The head, `FINAL`: a committed batch whose writer is gone (or is us) is finished first. */
async function finalHead(log: Log, patience: Patience, ours: Uint8Array | undefined): Promise<Head> {
  let head = await liveHead(log);
  for (let attempt = 0; head.state !== 'FINAL'; attempt++) {
    const unheard = ours !== undefined && equalBytes(head.root, ours);
    if (unheard || (head.batch?.leaseUntil ?? 0) <= log.clock.now())
      await finaliseCommitted(head, log, patience);
    else await backOff(attempt, patience);
    head = await liveHead(log);
  }
  return head;
}

async function liveHead({ heads }: Log): Promise<Head> {
  const head = await heads.read();
  if (!head)
    throw new AuditError('integrity', 'the log has no head: it was never opened, or the table was lost');
  if (head.state === 'HALTED')
    throw new AuditError('integrity', `the log is halted: ${head.reason ?? 'no reason given'}`);
  return head;
}

/** Tells new from known. Exact, because everything below a `FINAL` head can be looked up. */
async function judge(
  candidates: readonly Candidate[],
  head: Head,
  log: Log,
  patience: Patience,
): Promise<Verdict[]> {
  const keys = new Map(candidates.map((candidate) => [candidate.eventId, eventKey(candidate.eventId)]));
  const items = await getAll(log.table, [...keys.values()], patience);
  const known = new Map(items.map((item) => [item.sk, eventPosition(item).dedupeTag]));
  let index = head.size;
  return candidates.map(({ eventId, dedupeTag }): Verdict => {
    const earlier = known.get(eventId);
    if (earlier) return { outcome: equalBytes(earlier, dedupeTag) ? 'duplicate' : 'conflict' };
    known.set(eventId, dedupeTag);
    return { outcome: 'recorded', index: index++ };
  });
}

/**
 * The commit point. A refusal that shows our own root is success whose answer got lost. False leaves it open: refused,
 * or no answer at all; the next look at the head tells.
 */
async function commit(next: Head, expected: Head, log: Log): Promise<boolean> {
  try {
    const answer = await log.heads.commit(next, expected);
    return (
      answer.committed || (answer.current.size === next.size && equalBytes(answer.current.root, next.root))
    );
  } catch (error) {
    if (isAuditError(error, 'unavailable')) return false;
    throw error;
  }
}
