import { AuditError } from '../../../core/errors.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import { parseTilePath } from '../../../core/log/tile.ts';
import { readHead } from '../../../core/query/log-reader.ts';
import { publishedTile } from '../../../core/query/published-tile.ts';
import type { Route } from '../../shared/http/route.ts';
import type { ReadApi } from '../read-api.ts';

// A path names bytes that never change. `private`: they are for those who hold a token, not for what lies in between.
const IMMUTABLE = { 'cache-control': 'private, max-age=31536000, immutable' };

/** The log as C2SP tlog-tiles publishes it, below `/v1/audit/log`, and the keys that its head is verified with. */
export function logRoutes({ reader }: ReadApi): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/audit/log/checkpoint',
      scopes: ['log:read'],
      async handle() {
        return { status: 200, body: (await readHead(await reader())).checkpoint };
      },
    },
    {
      method: 'GET',
      path: '/v1/audit/log/tile/{path+}',
      scopes: ['log:read'],
      async handle({ params: { path = '' }, caller }) {
        const address = parseTilePath(`tile/${path}`);
        // Entries are the records themselves: who may see no event sees no bundle either.
        if (address?.kind === 'entries' && !hasScope(caller.scopes, 'events:read'))
          throw new AuditError('forbidden', 'This needs a token with the scope events:read as well.');
        const tile = address && (await publishedTile(await reader(), address));
        if (!tile)
          throw new AuditError(
            'not_found',
            'The tree of the last checkpoint has no such tile, or it has another path.',
          );
        return { status: 200, headers: IMMUTABLE, body: tile };
      },
    },
    {
      method: 'GET',
      path: '/v1/audit/log/key',
      // Senders check their receipts with it, by token or by claim; it is no secret.
      scopes: ['log:read', 'events:write'],
      claims: true,
      async handle() {
        return { status: 200, body: `${(await readHead(await reader())).verifierKey}\n` };
      },
    },
    {
      method: 'GET',
      path: '/v1/audit/log/keys',
      scopes: ['log:read'],
      async handle() {
        const { verifierKey } = await readHead(await reader());
        return { status: 200, body: { keys: [{ verifier_key: verifierKey, first_size: 0 }] } };
      },
    },
  ];
}
