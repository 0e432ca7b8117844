import { equalConstantTime } from '#crypto';
import { fromHex } from '../../../core/encoding.ts';
import type { TenantId } from '../../../core/event/ids.ts';
import { bodyDigest, verifyClaim } from '../../../core/identity/claim.ts';
import type { EmitterRegistry, TokenRegistry } from '../../../core/identity/registry.ts';
import { parseToken, tokenHash } from '../../../core/identity/token.ts';
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
  clock: Pick<Clock, 'now'>;
}

/**
 * The caller behind an `Authorization` header; undefined where it shows none. Why not is nobody's business: a wrong
 * token, another tenant's, an expired and a revoked one are answered alike.
 */
export async function authenticate(
  authorization: string | undefined,
  terms: AuthenticationTerms,
  options: { claims: boolean },
): Promise<Caller | undefined> {
  const [, bearer] = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(authorization?.trim() ?? '') ?? [];
  if (bearer === undefined) return undefined;
  if (parseToken(bearer)) return await byToken(bearer, terms);
  return options.claims && bearer.split('.').length === 3 ? await byClaim(bearer, terms) : undefined;
}

async function byToken(
  bearer: string,
  { tenantId, tokens, clock }: AuthenticationTerms,
): Promise<Caller | undefined> {
  if (parseToken(bearer)?.tenantId !== tenantId) return undefined;
  const hash = tokenHash(bearer).slice('sha256:'.length);
  const entry = await tokens.byHash(hash);
  if (!entry || !equalConstantTime(fromHex(entry.hash), fromHex(hash))) return undefined;
  const now = clock.now();
  const over = entry.validUntil !== undefined && now >= entry.validUntil;
  if (over || entry.revokedAt !== undefined || entry.unrecorded !== undefined) return undefined;
  return { kind: 'token', id: entry.tokenId, scopes: entry.scopes };
}

/** A claim that is a bearer is made for a request without a body, so it names the digest of the empty one. */
async function byClaim(bearer: string, terms: AuthenticationTerms): Promise<Caller | undefined> {
  const { emitters, origin, clock } = terms;
  if (!emitters) return undefined;
  const verdict = await verifyClaim(bearer, {
    emitterByKid: (kid) => emitters.byKid(kid),
    audience: origin,
    bodySha256: bodyDigest(''),
    sentAt: clock.now(),
  });
  return verdict.ok ? { kind: 'emitter', id: verdict.emitter.id, scopes: [] } : undefined;
}
