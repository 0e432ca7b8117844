import { formatTimestamp } from '../event/time.ts';
import type { JsonValue } from '../event/values.ts';
import type { RetentionPolicy } from './policy.ts';

const DAY_MS = 86_400_000;

/** What the operator handed over: the last export, by its digests. */
export interface FinalBundle {
  export_id: string;
  records: number;
  /** Of the zip, and of the manifest in it. */
  sha256: string;
  manifest_sha256: string;
}

/** What a closing statement is made of. Times are milliseconds since the Unix epoch. */
interface ClosingTerms {
  tenant: string;
  log: { origin: string; size: number; root: string; verifierKey: string };
  endedAt: number;
  now: number;
  policy: RetentionPolicy;
  /** The longest lock that any version of the policy gave to records. */
  longestLock: number;
  /** Ids of the legal holds in force. */
  holds: readonly string[];
  bundle: FinalBundle;
  closed: { tokens: number; emitters: number };
}

/** What is kept of something, where, until when, and what ends it. */
type KeptThing = { what: string; where: string; until: string; afterwards: string };

/**
 * What the tenant is told at the end: what was handed over, what is kept, where, until when. It is a record of the log, so the
 * checkpoint that covers it signs it. All times are the latest; nothing in it is kept longer but by a legal hold.
 */
export type ClosingStatement = {
  statement_version: 1;
  tenant: string;
  ended_at: string;
  stated_at: string;
  log: { origin: string; size: number; root: string; verifier_key: string };
  bundle: { export_id: string; records: number; sha256: string; manifest_sha256: string };
  closed: { tokens_revoked: number; emitters_removed: number };
  after_termination_days: number;
  kept: KeptThing[];
  holds: string[];
};

export function closingStatement(terms: ClosingTerms): ClosingStatement {
  const { tenant, log, endedAt, now, policy, bundle, closed, holds } = terms;
  const goes = goneBy(terms);
  return {
    statement_version: 1,
    tenant,
    ended_at: formatTimestamp(endedAt),
    stated_at: formatTimestamp(now),
    log: { origin: log.origin, size: log.size, root: log.root, verifier_key: log.verifierKey },
    bundle: { ...bundle },
    closed: { tokens_revoked: closed.tokens, emitters_removed: closed.emitters },
    after_termination_days: policy.after_termination_days,
    kept: [
      {
        what: 'records',
        where: 'archive bucket, S3 Object Lock',
        until: dateOf(goes),
        afterwards: 'purged, with a certificate in the log',
      },
      {
        what: 'records, index and log head',
        where: 'records table',
        until: dateOf(goes),
        afterwards: 'purged with the archive',
      },
      {
        what: 'personal fields and long payloads',
        where: 'work bucket',
        until: dateOf(goes),
        afterwards: 'deleted with their records',
      },
      {
        what: 'hashes of the log, checkpoints, certificates; of no record can they tell what it said',
        where: 'archive bucket, S3 Object Lock',
        until: dateOf(now + Math.max(policy.max_days, terms.longestLock) * DAY_MS),
        afterwards: 'deleted by destroying the tenant',
      },
      {
        what: 'exports, and refused events',
        where: 'work bucket',
        until: dateOf(now + 90 * DAY_MS),
        afterwards: 'expire by themselves, exports after 8 days',
      },
      {
        what: 'the signing key',
        where: 'AWS KMS',
        until: 'the stack is destroyed',
        afterwards: 'deleted; to verify takes the verifier key above alone',
      },
    ],
    holds: [...holds],
  };
}

/** By when every record that is there now is gone: the contract's own time, unless a lock or min_days ends later. */
function goneBy({ endedAt, now, policy, longestLock }: ClosingTerms): number {
  const kept = now + Math.max(policy.min_days, longestLock) * DAY_MS;
  const agreed = endedAt + policy.after_termination_days * DAY_MS;
  // A purge goes by whole days, the day after.
  return Math.min(Math.max(kept, agreed), Math.max(now + policy.max_days * DAY_MS, kept)) + 2 * DAY_MS;
}

/** The policy by which records are purged: once the time after the contract's end is over, nothing is kept beyond `min_days`. */
export function purgePolicy(
  policy: RetentionPolicy,
  ended: { at: number } | undefined,
  now: number,
): RetentionPolicy {
  if (!ended || now < ended.at + policy.after_termination_days * DAY_MS) return policy;
  return { ...policy, max_days: policy.min_days };
}

/** The statement as the payload of a record holds it. */
export function asPayload(statement: ClosingStatement): JsonValue {
  return { ...statement, kept: statement.kept.map((thing) => ({ ...thing })) };
}

function dateOf(ms: number): string {
  return formatTimestamp(ms).slice(0, 10);
}
