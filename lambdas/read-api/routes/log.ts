import { readHead } from '../../../core/query/log-reader.ts';
import type { Route } from '../../shared/http/route.ts';
import type { ReadApi } from '../read-api.ts';

/** The head of the log and the keys that it is verified with, as C2SP tlog-tiles publishes them. */
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
