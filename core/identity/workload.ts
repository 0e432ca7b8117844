import type { JWTVerifyGetKey } from 'jose';
import { LIMITS } from '../event/limits.ts';
import { type Refusal, refuse } from '../event/refusal.ts';
import { type Emitter, keyIdOf, type PublicJwk } from './emitter.ts';
import { verifyIssued } from './issued.ts';

/** What emitters are called that no key is registered for; a registered one's id never begins so. */
export const WORKLOAD = 'workload:';

/** The issuer of the tenant's platform, and which agents each of its workloads may speak for. */
export interface WorkloadTerms {
  issuer: string;
  /** Ids of agents, by the subject of the workload's tokens. */
  workloads: Readonly<Record<string, readonly string[]>>;
  /** The issuer's keys. What it throws that is not jose's own verdict means that the issuer can't be reached. */
  keys: JWTVerifyGetKey;
}

/** The audience that a workload asks its platform for: the log, and the key that the token vouches for. */
export function workloadAudience(logOrigin: string, kid: string): string {
  return `${logOrigin}#${kid}`;
}

/**
 * The emitter that a workload's token makes of a key. The token names the key in its audience, so whoever took the token
 * cannot sign with another. Throws `unavailable` where the issuer can't be reached: the message is tried again.
 */
export async function vouchedEmitter(
  { token, kid, jwk }: { token: string; kid: string; jwk: PublicJwk },
  { logOrigin, at }: { logOrigin: string; at: number },
  terms: WorkloadTerms | undefined,
): Promise<Emitter | Refusal> {
  if (!terms) return refuse('emitter_unknown');
  if ((await keyIdOf(jwk)) !== kid) return refuse('claim_malformed', 'kid: expected the thumbprint of jwk');
  const { issuer, keys, workloads } = terms;
  const issued = await verifyIssued(token, { issuer, keys, audience: workloadAudience(logOrigin, kid), at });
  if (!issued.ok) return refuse(issued.expired ? 'claim_expired' : 'claim_forged', NOT_VOUCHED);
  const { subject, issuedAt } = issued;
  const agents = Object.hasOwn(workloads, subject) ? workloads[subject] : undefined;
  if (!agents || WORKLOAD.length + subject.length > LIMITS.id) return refuse('emitter_unknown');
  return { id: `${WORKLOAD}${subject}`, agents, kid, publicJwk: jwk, createdAt: issuedAt };
}

const NOT_VOUCHED =
  "The workload's token is not one of the tenant's issuer for this log and key, or not of this time.";
