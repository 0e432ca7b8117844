import { AuditError } from '../../../core/errors.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import { parseTilePath } from '../../../core/log/tile.ts';
import { readFirstKey, readKeyChain } from '../../../core/query/key-chain.ts';
import { readHead } from '../../../core/query/log-reader.ts';
import { publishedTile } from '../../../core/query/published-tile.ts';
import { withCosignatures } from '../../../core/witness/cosignatures.ts';
import { routeOf } from '../../shared/http/operation.ts';
import { getCheckpoint, getKeyChain, getTile, getVerifierKey } from '../operations/log.ts';
import type { ReadApi } from '../ports.ts';

// A path names bytes that never change. `private`: they are for those who hold a token, not for what lies in between.
const IMMUTABLE = { 'cache-control': 'private, max-age=31536000, immutable' };

/** The log as C2SP tlog-tiles publishes it, below `/v1/audit/log`, and the keys that its head is verified with. */
export function logRoutes({ reader, cosignatures }: ReadApi) {
  return [
    routeOf(getCheckpoint, async () => {
      const kept = (await cosignatures?.all()) ?? [];
      const { checkpoint } = await readHead(await reader());
      return { status: 200, body: withCosignatures(checkpoint, kept), gives: { count: 1 } };
    }),
    routeOf(getTile, async ({ params: { path }, caller }) => {
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
      const records = address.kind === 'entries' ? address.width : 0;
      return { status: 200, headers: IMMUTABLE, body: tile, gives: { count: records } };
    }),
    routeOf(getVerifierKey, async () => ({
      status: 200,
      body: `${await readFirstKey(await reader())}\n`,
      gives: { count: 1 },
    })),
    routeOf(getKeyChain, async () => {
      const chain = await readKeyChain(await reader());
      return { status: 200, body: chain, gives: { count: chain.keys.length } };
    }),
  ];
}
