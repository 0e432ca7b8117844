import type { RetentionPolicy } from '../../../../core/retention/policy.ts';
import type { Deployment } from './deployment.ts';

/** What the running system says of itself, read through its API; absent where the tenant is not reached. */
export interface Live {
  /** The signed head of the log, a note, verified under `verifierKey`. */
  readonly checkpoint: string;
  readonly size: number;
  /** As KMS names it. */
  readonly verifierKey: string;
  readonly retention: { readonly version: number; readonly policy: RetentionPolicy };
}

/** The last run of the isolation suite, as far as the package tells of it. */
export interface IsolationRun {
  readonly date: string;
  readonly refused: boolean;
  readonly tried: number;
  readonly breaches: number;
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
  /** Whether this tenant took part. */
  readonly ofTenant: boolean;
  readonly file: string;
}

/** All that the package is made from. */
export interface Facts {
  readonly deployment: Deployment;
  readonly live: Live | undefined;
  readonly isolation: IsolationRun | undefined;
  /** RFC 3339. */
  readonly date: string;
  /** Version and commit of the product. */
  readonly version: string;
}
