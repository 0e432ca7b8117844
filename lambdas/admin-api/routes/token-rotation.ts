import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { rotateToken } from '../operations/tokens.ts';
import type { AdminApi } from '../ports.ts';
import { findToken, grantToken, refuseBeyond, settledTokens } from './tokens.ts';

const HOUR_MS = 3_600_000;

/** `POST /v1/audit/tokens/{token_id}/rotate`: a new token with the same rights; the old one ends after the overlap. */
export function tokenRotationRoutes(api: AdminApi) {
  return [routeOf(rotateToken, (asked) => rotate(api, asked))];
}

/**
 * The old token's end is set first: a crash before the new one is made leaves a token that ends early, never one that
 * does not end. One event tells of both.
 */
async function rotate(api: AdminApi, request: Asked<typeof rotateToken>): Promise<ApiResponse> {
  const { overlap_hours } = request.body;
  const old = findToken(await settledTokens(api), request.params);
  refuseBeyond(old.scopes, request);
  const now = api.clock.now();
  if (old.validUntil !== undefined && old.validUntil <= now)
    throw new AuditError('conflict', 'This token has expired: make a new one.');
  const tokenId = mintEventId(now, api.random);
  const until = Math.min(now + overlap_hours * HOUR_MS, old.validUntil ?? Number.POSITIVE_INFINITY);
  if (!(await api.tokens.supersede(old.hash, tokenId, until)))
    throw new AuditError('conflict', 'This token was revoked or rotated already.');
  const { name, scopes, requestsPerMinute } = old;
  const grant = {
    tokenId,
    name,
    scopes,
    createdAt: now,
    createdBy: request.caller.id,
    rotates: old.tokenId,
    ...(old.validUntil === undefined ? {} : { validUntil: now + (old.validUntil - old.createdAt) }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  };
  return await grantToken(api, request, grant, {
    token_id: old.tokenId,
    valid_until: formatTimestamp(until),
  });
}
