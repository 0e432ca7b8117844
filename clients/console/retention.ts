import type { Explanation } from '../../core/retention/explain-change.ts';
import type { RetentionPolicy } from '../../core/retention/policy.ts';
import type { Preset } from '../../core/retention/presets.ts';

/** A version of the policy, as the API shows it. */
export interface PolicyVersion {
  version: number;
  policy: RetentionPolicy;
  changed_at?: string;
  changed_by?: { type: string; id: string };
  reason?: string;
}

export interface StandingPolicy extends PolicyVersion {
  /** What the deployment demands at least. */
  floors: Pick<RetentionPolicy, 'immutability_days' | 'min_days'>;
  history: PolicyVersion[];
  presets: Preset[];
}

export interface PolicyChange extends PolicyVersion {
  applied: boolean;
  changes: Explanation;
}

/** The settings in the order in which a record meets them, and what each is called. */
export const SETTINGS = [
  ['immutability_days', 'Locked for'],
  ['min_days', 'Kept at least'],
  ['max_days', 'Purged after'],
  ['archive_after_days', 'To the archive from'],
  ['after_termination_days', 'After the contract'],
] as const satisfies readonly (readonly [keyof RetentionPolicy, string])[];

/** What the policy means, a sentence each. */
export function policyInWords(policy: RetentionPolicy): string[] {
  const { immutability_days, min_days, max_days, archive_after_days, after_termination_days } = policy;
  return [
    `For ${daysText(immutability_days)} from its recording, nobody can change or delete a record: the archive locks it.`,
    min_days === immutability_days
      ? 'It is kept for at least as long.'
      : `It is kept for at least ${daysText(min_days)}; from the end of the lock on by policy, not by the lock.`,
    `After ${daysText(max_days)} it is purged, unless a legal hold keeps it or its lock has not ended.`,
    `From ${daysText(archive_after_days)} on it may leave the table for the archive.`,
    `After the end of the contract, records are kept for ${daysText(after_termination_days)}.`,
  ];
}

export function daysText(count: number): string {
  return count === 1 ? '1 day' : `${count.toLocaleString('en-GB')} days`;
}
