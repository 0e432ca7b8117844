import { sha256 } from '#crypto';
import { fromUtf8, toDigestText } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { formatTimestamp } from '../event/time.ts';
import { lockUntil } from '../sequencer/log.ts';
import { carryOut } from './carry-out.ts';
import { purgePolicy } from './closing.ts';
import { coolRecords } from './cool.ts';
import { isInForce } from './hold.ts';
import type { Keeper, StandingPurge } from './keeper.ts';
import { isRecorded } from './own-record.ts';
import { planPurge } from './plan-purge.ts';
import {
  certificateEvent,
  certificateObject,
  decodeOrder,
  encodeDocument,
  orderEvent,
  orderObject,
  type PurgeCertificate,
  type PurgeOrder,
} from './purge-order.ts';
import { secureHolds } from './secure-holds.ts';
import { type PolicyInForce, policyInForce } from './standing-policy.ts';

/** What a run did. */
export interface RetentionRun {
  /** Purges that ended with their certificate. */
  purges: { purge_id: string; purged_below: number; deleted: number; left: number }[];
  /** Why there is more to do, where there is. */
  open?: 'no time' | 'the log has to take the record first' | 'the log is not final' | `locked: ${string}`;
  /** Objects that came under S3's own legal hold, or were freed of it. */
  secured: number;
  freed: number;
  /** Records that left the table for the archive. */
  cooled: number;
}

/**
 * Keeps what is held, and deletes what is due: the only part of the product that does. In this order, each step idempotent:
 * the order into the archive; its record into the log, from which on it is purged for every reader; then the table, the
 * disclosures, the archive; the certificate into the archive, and its record. Whoever calls again goes on where it stands.
 */
export async function applyRetention(keeper: Keeper, deadline: number): Promise<RetentionRun> {
  const now = keeper.clock.now();
  const holds = await keeper.holds.list();
  const run: RetentionRun = { purges: [], cooled: 0, ...(await secureHolds(keeper, holds)) };
  const inForce = holds.filter((hold) => isInForce(hold, now));
  const policy = await policyInForce(keeper.policies, keeper.deployed);
  const purging = { ...policy, policy: purgePolicy(policy.policy, policy.ended, now) };
  for (;;) {
    const purge =
      (await keeper.purges.standing()) ??
      (await begin(keeper, purging, policy.policy.max_days, inForce, run));
    // What is due to go is not moved first.
    if (!purge)
      return { ...run, cooled: await coolRecords(keeper, policy.policy.archive_after_days, deadline) };
    const order = decodeOrder(await read(purge.order, keeper));
    if (!(await isRecorded(orderEvent(order, purge.before, keeper.version), keeper, deadline)))
      return { ...run, open: 'the log has to take the record first' };
    const done = await carryOut(order, inForce, deadline, keeper);
    if (done.outcome === 'later') return { ...run, open: 'no time' };
    if (done.outcome === 'locked') return { ...run, open: `locked: ${done.object}` };
    const certificate = await certify(order, done, keeper);
    if (
      !(await isRecorded(
        certificateEvent(order, certificate, purge.before, keeper.version),
        keeper,
        deadline,
      ))
    )
      return { ...run, open: 'the log has to take the record first' };
    await keeper.purges.end(purge.purgeId);
    const { purge_id, purged_below } = order;
    run.purges.push({ purge_id, purged_below, deleted: done.deleted.length, left: done.left.length });
  }
}

async function begin(
  keeper: Keeper,
  policy: PolicyInForce,
  lockDays: number,
  holds: Parameters<typeof planPurge>[2],
  run: RetentionRun,
): Promise<StandingPurge | undefined> {
  const head = await keeper.heads.read();
  if (head?.state !== 'FINAL') {
    run.open = 'the log is not final';
    return undefined;
  }
  const order = await planPurge(keeper, policy, holds, head);
  if (!order) return undefined;
  const object = orderObject(order);
  await keeper.archive.create(object, encodeDocument(order), lockOf(order, lockDays));
  const purge = { purgeId: order.purge_id, order: object, before: head.purged?.below ?? 0 };
  return (await keeper.purges.begin(purge)) ? purge : await keeper.purges.standing();
}

async function certify(
  order: PurgeOrder,
  { deleted, left }: Pick<PurgeCertificate, 'deleted' | 'left'>,
  keeper: Keeper,
): Promise<PurgeCertificate> {
  const object = certificateObject(order);
  const { purge_id, purged_below, minimum_index, recorded_before, policy } = order;
  const certificate: PurgeCertificate = {
    certificate_version: 1,
    purge_id,
    tenant: keeper.tenant,
    origin: keeper.origin,
    finished_at: formatTimestamp(keeper.clock.now()),
    purged_below,
    minimum_index,
    recorded_before,
    policy,
    order_sha256: toDigestText(sha256(encodeDocument(order))),
    deleted,
    left,
  };
  const made = await keeper.archive.create(
    object,
    encodeDocument(certificate),
    lockOf(order, policy.max_days),
  );
  // What stands there was certified before; it is the one that its record names.
  return made === 'created' ? certificate : JSON.parse(fromUtf8(await read(object, keeper)));
}

/** Orders and certificates stay as long as any record of their time may. */
function lockOf({ ordered_at }: PurgeOrder, days: number): number {
  return lockUntil(Date.parse(ordered_at), days);
}

async function read(object: string, { archive }: Keeper): Promise<Uint8Array> {
  const bytes = await archive.read(object);
  if (!bytes) throw new AuditError('integrity', `the archive lacks ${object}, which it was given`);
  return bytes;
}
