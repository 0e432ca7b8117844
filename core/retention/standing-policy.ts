import type { Unrecorded } from '../identity/registry.ts';
import type { ClosingStatement } from './closing.ts';
import type { Contradiction, RetentionPolicy } from './policy.ts';

/** A version of the tenant's policy, as somebody set it. Times are milliseconds since the Unix epoch. */
export interface SetPolicy extends Unrecorded {
  /** From 2: version 1 is what was deployed. */
  version: number;
  policy: RetentionPolicy;
  changedAt: number;
  changedBy: { type: string; id: string };
  /** Why, where they said so. */
  reason?: string;
  /** What was in force before: it stays so until the change is recorded. */
  previous: RetentionPolicy;
  /** Once the contract has ended: later versions carry it on. */
  ended?: ContractEnd;
}

/** The versions that were set. */
export interface PolicyStore {
  /** The last one; undefined where none was ever set. Strongly consistent. */
  read(): Promise<SetPolicy | undefined>;
  /** Sets the version after the standing one; false where another one stands by now. */
  set(next: SetPolicy): Promise<boolean>;
  /** Keeps the version for good and takes its mark away, if it still is this one. */
  recorded(version: SetPolicy, unrecorded: string): Promise<void>;
  /** All versions that were set and recorded, the oldest first. */
  history(): Promise<SetPolicy[]>;
}

/** The end of a contract. */
export interface ContractEnd {
  /** Nothing that a queue takes from here on is recorded for the tenant's agents. */
  at: number;
  /** The version of the policy that ended it. */
  version: number;
  /** The record that holds the closing statement, and the statement, once one was made. */
  closing?: { eventId: string; statement: ClosingStatement };
}

/** What a tenant file demands at least, whatever the tenant sets. */
export type Floors = Pick<RetentionPolicy, 'immutability_days' | 'min_days'>;

/** The policy that holds now. */
export interface PolicyInForce {
  version: number;
  policy: RetentionPolicy;
  ended?: ContractEnd;
}

const DEPLOYED_VERSION = 1;

/**
 * The policy in force: the one that was set last, or the deployed one, raised to the floors of the deployment. A change whose
 * record is not on its way yet holds for nobody.
 */
export async function policyInForce(
  store: Pick<PolicyStore, 'read'>,
  deployed: RetentionPolicy,
): Promise<PolicyInForce> {
  const standing = await store.read();
  if (!standing) return { version: DEPLOYED_VERSION, policy: deployed };
  const { version, policy, previous, unrecorded, ended } = standing;
  const ending = ended && (unrecorded === undefined || ended.version < version) ? { ended } : {};
  return unrecorded === undefined
    ? { version, policy: raisedTo(deployed, policy), ...ending }
    : { version: version - 1, policy: raisedTo(deployed, previous), ...ending };
}

/** `policy`, where the floors have risen above it since it was set. */
export function raisedTo({ immutability_days, min_days }: Floors, policy: RetentionPolicy): RetentionPolicy {
  const immutable = Math.max(policy.immutability_days, immutability_days);
  const min = Math.max(policy.min_days, min_days, immutable);
  return { ...policy, immutability_days: immutable, min_days: min, max_days: Math.max(policy.max_days, min) };
}

/** Where a policy goes below the floors. */
export function belowFloors(policy: RetentionPolicy, floors: Floors): Contradiction[] {
  return (['immutability_days', 'min_days'] as const)
    .filter((field) => policy[field] < floors[field])
    .map((field) => ({
      field,
      expected:
        `expected at least ${floors[field]}, which your contract's deployment sets as the floor, ` +
        `and it is ${policy[field]}`,
    }));
}
