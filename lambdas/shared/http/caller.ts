import type { Scope } from '../../../core/identity/scope.ts';

/** Who asks, by what was verified. */
export type Caller =
  | { kind: 'token'; id: string; name?: string; scopes: readonly Scope[]; requestsPerMinute?: number }
  /** A person, by a token of the tenant's own issuer; the id is the issuer's `sub`. */
  | { kind: 'user'; id: string; scopes: readonly Scope[] }
  /** The operator, who invoked the function directly: IAM has let them. */
  | { kind: 'operator'; id: string; scopes: readonly Scope[] }
  /** A sender to the queue, by a claim instead of a token: for receipts of its own events alone. */
  | { kind: 'emitter'; id: string; scopes: readonly [] };
