import type { RetentionPolicy } from './policy.ts';

/** What a change of the policy does, in words. */
export interface Explanation {
  /** Records from now on. */
  new_records: string[];
  /** Records that are there already. */
  existing_records: string[];
  /** What no policy changes. */
  cannot_change: string[];
}

/** Says what it means to go from one policy to the other. Nothing where they are the same. */
export function explainChange(before: RetentionPolicy, after: RetentionPolicy): Explanation {
  const told: Explanation = { new_records: [], existing_records: [], cannot_change: [] };
  explainLock(before, after, told);
  explainKeeping(before, after, told);
  explainTiers(before, after, told);
  if (before.after_termination_days !== after.after_termination_days)
    told.existing_records.push(
      `After the end of the contract all records are kept for ${days(after.after_termination_days)} (so far ${before.after_termination_days}).`,
    );
  return told;
}

function explainLock(
  { immutability_days: before }: RetentionPolicy,
  { immutability_days: after }: RetentionPolicy,
  told: Explanation,
): void {
  if (before === after) return;
  told.new_records.push(`The archive locks them for ${days(after)} from their recording (so far ${before}).`);
  told.cannot_change.push(
    'Each object of the archive keeps the lock that it was written with: nobody, the account’s root included, can end it earlier.',
  );
  if (after > before)
    told.existing_records.push(
      `Their locks are not lengthened. Between the end of its lock and min_days an object is kept by policy, not by the lock.`,
    );
}

function explainKeeping(before: RetentionPolicy, after: RetentionPolicy, told: Explanation): void {
  if (before.min_days !== after.min_days)
    told.existing_records.push(
      `All records, old and new, are kept for at least ${days(after.min_days)} from their recording (so far ${before.min_days}).`,
    );
  if (before.max_days === after.max_days) return;
  told.new_records.push(`They are purged after ${days(after.max_days)} (so far ${before.max_days}).`);
  if (after.max_days > before.max_days) {
    told.existing_records.push(`What is there now is purged after ${days(after.max_days)}, too.`);
    told.cannot_change.push('What was purged does not come back.');
    return;
  }
  told.existing_records.push(
    `Records older than ${days(after.max_days)} are purged from the next run on, which is within an hour: this cannot be undone. Legal holds are heeded.`,
  );
  told.cannot_change.push(
    'Records whose lock in the archive has not ended stay until it ends, and are purged then.',
  );
}

function explainTiers(before: RetentionPolicy, after: RetentionPolicy, told: Explanation): void {
  if (before.archive_after_days === after.archive_after_days) return;
  told.existing_records.push(
    `Records leave the table for the archive ${days(after.archive_after_days)} after their recording (so far ${before.archive_after_days}). They are found, counted and proven as before; the answer says which of them came out of the archive.`,
  );
  if (after.archive_after_days > before.archive_after_days)
    told.cannot_change.push('Records that have left the table stay in the archive.');
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
