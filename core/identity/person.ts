import { decodeJwt, type JWTVerifyGetKey } from 'jose';
import { verifyIssued } from './issued.ts';
import type { Scope } from './scope.ts';

const MAX_TOKEN = 8_192; // characters
const MAX_GROUPS = 1_000;

/** The tenant's OpenID Connect issuer, and what its groups may do here. */
export interface IdentityTerms {
  issuer: string;
  audience: string;
  /** Name of the claim that lists a person's groups. */
  groupsClaim: string;
  groups: Readonly<Record<string, readonly Scope[]>>;
  /** The issuer's keys. What it throws that is not jose's own verdict means that the issuer can't be reached. */
  keys: JWTVerifyGetKey;
}

/** A person whom the tenant's issuer has vouched for, or why not. */
export type PersonVerdict = { ok: true; subject: string; scopes: readonly Scope[] } | { ok: false };

/** Whether `bearer` says that it is by `issuer`; nothing of it is believed by that. */
export function saysIssuer(bearer: string, issuer: string): boolean {
  try {
    return bearer.length <= MAX_TOKEN && decodeJwt(bearer).iss === issuer;
  } catch {
    return false;
  }
}

/**
 * Judges a token of the tenant's issuer (RFC 7519; RFC 9068 where it says so): signature, issuer, audience, times. The
 * scopes are those of all the person's groups; without a known group there are none. Throws `unavailable` where the
 * issuer can't be reached: that is no verdict on the token.
 */
export async function verifyPerson(
  bearer: string,
  terms: IdentityTerms,
  now: number,
): Promise<PersonVerdict> {
  const { issuer, audience, groupsClaim, groups, keys } = terms;
  const issued = await verifyIssued(bearer, { issuer, audience, keys, at: now });
  if (!issued.ok) return { ok: false };
  return { ok: true, subject: issued.subject, scopes: scopesOf(issued.payload[groupsClaim], groups) };
}

function scopesOf(claimed: unknown, groups: IdentityTerms['groups']): Scope[] {
  const names = Array.isArray(claimed) ? claimed.slice(0, MAX_GROUPS) : [claimed];
  const known = names.filter(
    (name): name is string => typeof name === 'string' && Object.hasOwn(groups, name),
  );
  return [...new Set(known.flatMap((name) => groups[name] ?? []))];
}
