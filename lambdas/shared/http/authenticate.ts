import { equalConstantTime } from '#crypto';
import { fromHex } from '../../../core/encoding.ts';
import type { TenantId } from '../../../core/event/ids.ts';
import { bodyDigest, verifyClaim } from '../../../core/identity/claim.ts';
import { type IdentityTerms, saysIssuer, verifyPerson } from '../../../core/identity/person.ts';
import type { EmitterRegistry, TokenRegistry } from '../../../core/identity/registry.ts';
import { parseToken, tokenHash } from '../../../core/identity/token.ts';
import type { WorkloadTerms } from '../../../core/identity/workload.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Caller } from './caller.ts';

/** Against what a bearer is judged. */
export interface AuthenticationTerms {
  tenantId: TenantId;
  /** Origin of the tenant's log: the audience of claims. */
  origin: string;
  tokens: Pick<TokenRegistry, 'byHash'>;
  /** Where claims are taken. */
  emitters?: Pick<EmitterRegistry, 'byKid'>;
  /** Where workloads may show a claim with their platform's word. */
  workloads?: WorkloadTerms | undefined;
  /** Where people come with a token of the tenant's own issuer. */
  identity?: IdentityTerms | undefined;
  clock: Pick<Clock, 'now'>;
}

/** Why a bearer is none here; for our own log lines alone. */
export type Unwelcome =
  | 'none'
  | 'malformed'
  | 'other_tenant'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'not_recorded'
  | 'claim'
  | 'person';

export type Authenticated = { caller: Caller } | { caller?: never; why: Unwelcome };

/**
 * The caller behind an `Authorization` header. Why there is none is nobody's business outside: a wrong token, another
 * tenant's, an expired and a revoked one are answered alike. Throws `unavailable` where it can't be told.
 */
export async function authenticate(
  authorization: string | undefined,
  terms: AuthenticationTerms,
  options: { claims: boolean },
): Promise<Authenticated> {
  if (authorization === undefined) return { why: 'none' };
  const [, bearer] = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(authorization.trim()) ?? [];
  if (bearer === undefined) return { why: 'malformed' };
  if (parseToken(bearer)) return await byToken(bearer, terms);
  if (bearer.split('.').length !== 3) return { why: 'malformed' };
  const { identity } = terms;
  if (identity && saysIssuer(bearer, identity.issuer)) return await byPerson(bearer, identity, terms);
  return options.claims ? await byClaim(bearer, terms) : { why: 'malformed' };
}

async function byToken(
  bearer: string,
  { tenantId, tokens, clock }: AuthenticationTerms,
): Promise<Authenticated> {
  if (parseToken(bearer)?.tenantId !== tenantId) return { why: 'other_tenant' };
  const hash = tokenHash(bearer).slice('sha256:'.length);
  const entry = await tokens.byHash(hash);
  if (!entry || !equalConstantTime(fromHex(entry.hash), fromHex(hash))) return { why: 'unknown' };
  if (entry.revokedAt !== undefined) return { why: 'revoked' };
  if (entry.validUntil !== undefined && clock.now() >= entry.validUntil) return { why: 'expired' };
  if (entry.unrecorded !== undefined) return { why: 'not_recorded' };
  const { tokenId: id, name, scopes, requestsPerMinute } = entry;
  return {
    caller: {
      kind: 'token',
      id,
      name,
      scopes,
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    },
  };
}

async function byPerson(
  bearer: string,
  identity: IdentityTerms,
  { clock }: AuthenticationTerms,
): Promise<Authenticated> {
  const verdict = await verifyPerson(bearer, identity, clock.now());
  if (!verdict.ok) return { why: 'person' };
  return { caller: { kind: 'user', id: verdict.subject, scopes: verdict.scopes } };
}

/** A claim that is a bearer is made for a request without a body, so it names the digest of the empty one. */
async function byClaim(bearer: string, terms: AuthenticationTerms): Promise<Authenticated> {
  const { emitters, workloads, origin, clock } = terms;
  if (!emitters) return { why: 'malformed' };
  const verdict = await verifyClaim(bearer, {
    emitterByKid: (kid) => emitters.byKid(kid),
    workloads,
    audience: origin,
    bodySha256: bodyDigest(''),
    sentAt: clock.now(),
  });
  return verdict.ok ? { caller: { kind: 'emitter', id: verdict.emitter.id, scopes: [] } } : { why: 'claim' };
}
