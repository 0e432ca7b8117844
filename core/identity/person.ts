import { decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { AuditError, isAuditError } from '../errors.ts';
import { LIMITS } from '../event/limits.ts';
import type { Scope } from './scope.ts';

/** Seconds that the issuer's clock may be off. */
const SKEW = 60;
/** Longest life of a token, in seconds: a person who left is out within a day, whatever the issuer hands out. */
const MAX_LIFETIME = 24 * 3_600;
const MAX_TOKEN = 8_192; // characters
const MAX_GROUPS = 1_000;
/** Asymmetric ones alone: a symmetric secret would be one that we could sign with. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];

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
  try {
    const { payload } = await jwtVerify(bearer, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: SKEW,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: new Date(now),
    });
    const { sub = '', iat = 0, exp = 0 } = payload;
    const sensible = sub !== '' && sub.length <= LIMITS.id && exp - iat <= MAX_LIFETIME;
    if (!sensible || iat > now / 1_000 + SKEW) return { ok: false };
    return { ok: true, subject: sub, scopes: scopesOf(payload[groupsClaim], groups) };
  } catch (error) {
    if (isVerdict(error)) return { ok: false };
    if (isAuditError(error, 'unavailable')) throw error;
    throw new AuditError('unavailable', "the tenant's issuer does not answer", { cause: error });
  }
}

/** jose's word on a token, not on whether the keys could be fetched. */
function isVerdict(error: unknown): boolean {
  return (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

function scopesOf(claimed: unknown, groups: IdentityTerms['groups']): Scope[] {
  const names = Array.isArray(claimed) ? claimed.slice(0, MAX_GROUPS) : [claimed];
  const known = names.filter(
    (name): name is string => typeof name === 'string' && Object.hasOwn(groups, name),
  );
  return [...new Set(known.flatMap((name) => groups[name] ?? []))];
}
