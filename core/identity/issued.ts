import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { AuditError, isAuditError } from '../errors.ts';
import { LIMITS } from '../event/limits.ts';

/** Seconds that the issuer's clock may be off. */
const SKEW = 60;
/** Longest life of a token, in seconds: who left is out within a day, whatever the issuer hands out. */
const MAX_LIFETIME = 24 * 3_600;
/** Asymmetric ones alone: a symmetric secret would be one that we could sign with. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];

/** Against what a token of an OpenID Connect issuer is judged. */
export interface IssuedTerms {
  issuer: string;
  audience: string;
  /** The issuer's keys. What it throws that is not jose's own verdict means that the issuer can't be reached. */
  keys: JWTVerifyGetKey;
  /** When it was shown, in milliseconds since the Unix epoch. */
  at: number;
}

/** What the issuer says of the token's subject, or why it is not believed. */
export type Issued =
  | { ok: true; subject: string; issuedAt: number; payload: JWTPayload }
  | { ok: false; expired: boolean };

/**
 * Judges a token (RFC 7519): signature, issuer, audience, times. Throws `unavailable` where the issuer can't be reached:
 * that is no verdict on the token.
 */
export async function verifyIssued(
  token: string,
  { issuer, audience, keys, at }: IssuedTerms,
): Promise<Issued> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: SKEW,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: new Date(at),
    });
    const { sub = '', iat = 0, exp = 0 } = payload;
    const sensible = sub !== '' && sub.length <= LIMITS.id && exp - iat <= MAX_LIFETIME;
    if (!sensible || iat > at / 1_000 + SKEW) return { ok: false, expired: false };
    return { ok: true, subject: sub, issuedAt: iat * 1_000, payload };
  } catch (error) {
    if (isVerdict(error)) return { ok: false, expired: error instanceof errors.JWTExpired };
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
