import { z } from 'zod';

/** Below this, copying a record out of the table costs more than leaving it there. */
export const LEAST_ARCHIVE_AFTER_DAYS = 30;

const days = z.int().min(0).max(36_500);

/** How long a tenant's records are kept; in days, counted from the time of recording. */
export interface RetentionPolicy {
  /** Nobody can delete or change before: the lock in the archive. */
  readonly immutability_days: number;
  /** Kept at least so long. */
  readonly min_days: number;
  /** Deleted afterwards, automatically. */
  readonly max_days: number;
  /** Leaves the hot table for the archive. */
  readonly archive_after_days: number;
  /** Kept so long after the contract's end. */
  readonly after_termination_days: number;
}

/** A setting that cannot hold beside another, and what was expected of it. */
export interface Contradiction {
  readonly field: keyof RetentionPolicy;
  readonly expected: string;
}

/**
 * Where a policy contradicts itself: `immutability_days` ≤ `min_days` ≤ `max_days`, and the archive takes a record over
 * in good time before its end, but not before `LEAST_ARCHIVE_AFTER_DAYS`. Empty where it does not.
 */
export function contradictions(policy: RetentionPolicy): Contradiction[] {
  const found: Contradiction[] = [];
  const demand = (holds: boolean, field: keyof RetentionPolicy, expected: string) => {
    if (!holds) found.push({ field, expected: `expected ${expected}, and it is ${policy[field]}` });
  };
  const { immutability_days, min_days, max_days, archive_after_days } = policy;
  demand(
    min_days >= immutability_days,
    'min_days',
    `at least immutability_days (${immutability_days}), since what is locked is kept`,
  );
  demand(max_days >= min_days, 'max_days', `at least min_days (${min_days})`);
  demand(
    archive_after_days >= LEAST_ARCHIVE_AFTER_DAYS,
    'archive_after_days',
    `at least ${LEAST_ARCHIVE_AFTER_DAYS}`,
  );
  demand(
    archive_after_days <= max_days,
    'archive_after_days',
    `at most max_days (${max_days}), since what is deleted cannot be archived afterwards`,
  );
  return found;
}

/** The settings as they are written down, each checked, and then against one another. */
export const retentionPolicySchema = z
  .strictObject({
    min_days: days,
    max_days: days,
    immutability_days: days.min(1),
    archive_after_days: days,
    after_termination_days: days,
  })
  .superRefine((policy, context) => {
    for (const { field, expected } of contradictions(policy))
      context.addIssue({ code: 'custom', path: [field], message: expected });
  });
