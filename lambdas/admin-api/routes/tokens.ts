import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import type { TokenEntry } from '../../../core/identity/registry.ts';
import { expandScopes, hasScope, type Scope } from '../../../core/identity/scope.ts';
import { mintToken, tokenHash } from '../../../core/identity/token.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiRequest } from '../../shared/http/request.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import type { AdminApi } from '../admin-api.ts';
import { getToken, issueToken, listTokens, revokeToken } from '../operations/tokens.ts';

const DAY_MS = 86_400_000;
/** `POST`, `GET` and `DELETE /v1/audit/tokens`. */
export function tokenRoutes(api: AdminApi) {
  return [
    routeOf(issueToken, (asked) => issue(api, asked)),
    routeOf(listTokens, async () => ({ status: 200, body: { tokens: (await settled(api)).map(shown) } })),
    routeOf(getToken, async ({ params }) => ({ status: 200, body: shown(find(await settled(api), params)) })),
    routeOf(revokeToken, (asked) => revoke(api, asked)),
  ];
}

async function issue(api: AdminApi, request: Asked<typeof issueToken>): Promise<ApiResponse> {
  const { name, preset, scopes: named, expires_in_days } = request.body;
  const scopes = expandScopes(preset === undefined ? (named ?? []) : [preset]) ?? [];
  refuseBeyond(scopes, request);
  const now = api.clock.now();
  const token = mintToken(api.tenantId, api.random);
  const entry = {
    tokenId: mintEventId(now, api.random),
    hash: tokenHash(token).slice('sha256:'.length),
    name,
    scopes,
    createdAt: now,
    createdBy: request.caller.id,
    ...(expires_in_days === undefined ? {} : { validUntil: now + expires_in_days * DAY_MS }),
  };
  const unrecorded = api.acts.mark(
    'TOKEN_ISSUED',
    { target: { type: 'token', id: entry.tokenId }, after: granted(entry) },
    request,
  );
  await api.tokens.add({ ...entry, unrecorded });
  await api.acts.record(unrecorded, (mark) => api.tokens.recorded(entry.hash, mark));
  return { status: 201, body: { ...shown(entry), token } };
}

async function revoke(api: AdminApi, request: Asked<typeof revokeToken>): Promise<ApiResponse> {
  const entry = find(await settled(api), request.params);
  if (entry.revokedAt !== undefined) return { status: 200, body: shown(entry) };
  const unrecorded = api.acts.mark(
    'TOKEN_REVOKED',
    { target: { type: 'token', id: entry.tokenId }, before: granted(entry) },
    request,
  );
  const revoked = await api.tokens.revoke(entry.hash, api.clock.now(), unrecorded);
  if (revoked.unrecorded === unrecorded)
    await api.acts.record(unrecorded, (mark) => api.tokens.recorded(entry.hash, mark));
  return { status: 200, body: shown(revoked) };
}

/** Nobody hands out what they do not have. */
function refuseBeyond(scopes: readonly Scope[], { caller }: Pick<ApiRequest, 'caller'>): void {
  const beyond = scopes.filter((scope) => !hasScope(caller.scopes, scope));
  if (beyond.length > 0)
    throw new AuditError('forbidden', `Your own token lacks ${beyond.join(', ')}, so it can't grant that.`, {
      field: 'scopes',
    });
}

async function settled({ tokens, acts }: AdminApi): Promise<TokenEntry[]> {
  const entries = await tokens.list();
  await acts.settle(entries, (entry, mark) => tokens.recorded(entry.hash, mark));
  return entries;
}

function find(entries: readonly TokenEntry[], { token_id }: { token_id: string }): TokenEntry {
  const entry = entries.find(({ tokenId }) => tokenId === token_id);
  if (!entry) throw new AuditError('not_found', 'There is no token with this id.');
  return entry;
}

/** What stands in the log of a grant. */
function granted({ name, scopes, validUntil }: Pick<TokenEntry, 'name' | 'scopes' | 'validUntil'>) {
  return {
    name,
    scopes: [...scopes],
    ...(validUntil === undefined ? {} : { valid_until: formatTimestamp(validUntil) }),
  };
}

/** An entry as it is shown: without the hash, which is nobody's business. */
function shown(entry: TokenEntry) {
  return {
    token_id: entry.tokenId,
    ...granted(entry),
    created_at: formatTimestamp(entry.createdAt),
    created_by: entry.createdBy,
    ...(entry.revokedAt === undefined ? {} : { revoked_at: formatTimestamp(entry.revokedAt) }),
  };
}
