import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import type { JsonValue } from '../../../core/event/values.ts';
import type { TokenEntry } from '../../../core/identity/registry.ts';
import { expandScopes, hasScope, type Scope } from '../../../core/identity/scope.ts';
import { mintToken, tokenHash } from '../../../core/identity/token.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiRequest } from '../../shared/http/request.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { getToken, issueToken, listTokens, revokeToken } from '../operations/tokens.ts';
import type { AdminApi } from '../ports.ts';

const DAY_MS = 86_400_000;
/** `POST`, `GET` and `DELETE /v1/audit/tokens`. */
export function tokenRoutes(api: AdminApi) {
  return [
    routeOf(issueToken, (asked) => issue(api, asked)),
    routeOf(listTokens, async () => {
      const seen = await api.usage.lastSeen();
      const tokens = (await settledTokens(api)).map((entry) => shownToken(entry, seen));
      return { status: 200, body: { tokens }, gives: { count: tokens.length } };
    }),
    routeOf(getToken, async ({ params }) => {
      const entry = findToken(await settledTokens(api), params);
      return { status: 200, body: shownToken(entry, await api.usage.lastSeen()), gives: { count: 1 } };
    }),
    routeOf(revokeToken, (asked) => revoke(api, asked)),
  ];
}

async function issue(api: AdminApi, request: Asked<typeof issueToken>): Promise<ApiResponse> {
  const { name, preset, scopes: named, expires_in_days, requests_per_minute } = request.body;
  const scopes = expandScopes(preset === undefined ? (named ?? []) : [preset]) ?? [];
  refuseBeyond(scopes, request);
  const now = api.clock.now();
  return await grantToken(api, request, {
    tokenId: mintEventId(now, api.random),
    name,
    scopes,
    createdAt: now,
    createdBy: request.caller.id,
    ...(expires_in_days === undefined ? {} : { validUntil: now + expires_in_days * DAY_MS }),
    ...(requests_per_minute === undefined ? {} : { requestsPerMinute: requests_per_minute }),
  });
}

/** Makes the token, which is shown this once; it is in force when its event is in the queue. */
export async function grantToken(
  api: AdminApi,
  request: Pick<ApiRequest, 'caller' | 'requestId'>,
  grant: Omit<TokenEntry, 'hash' | 'unrecorded'>,
  before?: JsonValue,
): Promise<ApiResponse> {
  const token = mintToken(api.tenantId, api.random);
  const entry = { ...grant, hash: tokenHash(token).slice('sha256:'.length) };
  const unrecorded = api.acts.mark(
    'TOKEN_ISSUED',
    {
      target: { type: 'token', id: entry.tokenId },
      ...(before !== undefined && { before }),
      after: granted(entry),
    },
    request,
  );
  await api.tokens.add({ ...entry, unrecorded });
  await api.acts.record(unrecorded, (mark) => api.tokens.recorded(entry.hash, mark));
  return { status: 201, body: { ...shownToken(entry), token }, once: `/v1/audit/tokens/${entry.tokenId}` };
}

async function revoke(api: AdminApi, request: Asked<typeof revokeToken>): Promise<ApiResponse> {
  const entry = findToken(await settledTokens(api), request.params);
  if (entry.revokedAt !== undefined) return { status: 200, body: shownToken(entry) };
  const unrecorded = api.acts.mark(
    'TOKEN_REVOKED',
    { target: { type: 'token', id: entry.tokenId }, before: granted(entry) },
    request,
  );
  const revoked = await api.tokens.revoke(entry.hash, api.clock.now(), unrecorded);
  if (revoked.unrecorded === unrecorded)
    await api.acts.record(unrecorded, (mark) => api.tokens.recorded(entry.hash, mark));
  return { status: 200, body: shownToken(revoked) };
}

/** Nobody hands out what they do not have. */
export function refuseBeyond(scopes: readonly Scope[], { caller }: Pick<ApiRequest, 'caller'>): void {
  const beyond = scopes.filter((scope) => !hasScope(caller.scopes, scope));
  if (beyond.length > 0)
    throw new AuditError('forbidden', `Your own token lacks ${beyond.join(', ')}, so it can't grant that.`, {
      field: 'scopes',
    });
}

export async function settledTokens({ tokens, acts }: AdminApi): Promise<TokenEntry[]> {
  const entries = await tokens.list();
  await acts.settle(entries, (entry, mark) => tokens.recorded(entry.hash, mark));
  return entries;
}

export function findToken(entries: readonly TokenEntry[], { token_id }: { token_id: string }): TokenEntry {
  const entry = entries.find(({ tokenId }) => tokenId === token_id);
  if (!entry) throw new AuditError('not_found', 'There is no token with this id.');
  return entry;
}

/** What stands in the log of a grant. */
function granted({ name, scopes, validUntil, requestsPerMinute, rotates }: Omit<TokenEntry, 'hash'>) {
  return {
    name,
    scopes: [...scopes],
    ...(validUntil === undefined ? {} : { valid_until: formatTimestamp(validUntil) }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }),
    ...(rotates === undefined ? {} : { rotates }),
  };
}

/** An entry as it is shown: without the hash, which is nobody's business. */
function shownToken(entry: Omit<TokenEntry, 'hash'>, seen?: ReadonlyMap<string, number>) {
  const usedAt = seen?.get(`token#${entry.tokenId}`);
  return {
    token_id: entry.tokenId,
    ...granted(entry),
    created_at: formatTimestamp(entry.createdAt),
    created_by: entry.createdBy,
    ...(entry.rotatedBy === undefined ? {} : { rotated_by: entry.rotatedBy }),
    ...(entry.revokedAt === undefined ? {} : { revoked_at: formatTimestamp(entry.revokedAt) }),
    ...(usedAt === undefined ? {} : { last_used_at: formatTimestamp(usedAt) }),
  };
}
