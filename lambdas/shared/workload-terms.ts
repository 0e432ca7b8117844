import type { WorkloadTerms } from '../../core/identity/workload.ts';
import { oidcKeys } from '../adapters/oidc-keys.ts';
import type { WorkloadIdentity } from './env.ts';

/** What claims of workloads are judged by, where the tenant has them. */
export function workloadTerms(identity: WorkloadIdentity | undefined): WorkloadTerms | undefined {
  return identity && { ...identity, keys: oidcKeys(identity.issuer) };
}
