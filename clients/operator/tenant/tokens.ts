import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { parseToken } from '../../../core/identity/token.ts';
import type { AdminClient } from '../admin-client.ts';

const PATH = '/v1/audit/tokens';

const listSchema = z.object({
  tokens: z.array(
    z.object({
      token_id: z.string(),
      name: z.string(),
      scopes: z.array(z.string()),
      created_at: z.string(),
      created_by: z.string(),
      valid_until: z.string().nullish(),
      revoked_at: z.string().nullish(),
      rotated_by: z.string().nullish(),
      last_used_at: z.string().nullish(),
    }),
  ),
});
const madeSchema = z.object({ token_id: z.string(), token: z.string() });
interface MadeToken {
  tokenId: string;
  token: string;
}
type TokenLine = z.infer<typeof listSchema>['tokens'][number];

/** Makes a token of tenant `id`. What comes back is checked to be one of that tenant before anybody is shown it. */
export async function createToken(
  admin: AdminClient,
  id: string,
  wanted: Parameters<AdminClient['createToken']>[0],
): Promise<MadeToken> {
  return ofTenant(id, await admin.createToken(wanted));
}

/** A new token with the rights of the old one, which ends after `overlapHours`. */
export async function rotateToken(
  admin: AdminClient,
  id: string,
  tokenId: string,
  overlapHours: number,
): Promise<MadeToken> {
  const path = `${PATH}/${encodeURIComponent(tokenId)}/rotate`;
  const made = await admin.request(madeSchema, 'POST', path, { overlap_hours: overlapHours });
  return ofTenant(id, { tokenId: made.token_id, token: made.token });
}

function ofTenant(id: string, made: MadeToken): MadeToken {
  if (parseToken(made.token)?.tenantId !== id) {
    throw new AuditError(
      'integrity',
      `What came back is not a token of ${id}; revoke it: npm run tenant -- token revoke ${id} ${made.tokenId}`,
    );
  }
  return made;
}

/** The tenant's tokens, revoked ones included; the tokens themselves are not kept anywhere. */
export async function listTokens(admin: AdminClient): Promise<TokenLine[]> {
  return (await admin.request(listSchema, 'GET', PATH)).tokens;
}

/** Revokes a token; it opens nothing any more when this returns. */
export async function revokeToken(admin: AdminClient, tokenId: string): Promise<void> {
  await admin.request(z.unknown(), 'DELETE', `${PATH}/${encodeURIComponent(tokenId)}`);
}

/** `active`, or why not; `now` in milliseconds since the Unix epoch. */
export function stateOfToken({ revoked_at, valid_until }: TokenLine, now: number): string {
  if (revoked_at != null) return `revoked ${revoked_at}`;
  return valid_until != null && Date.parse(valid_until) <= now ? 'expired' : 'active';
}
