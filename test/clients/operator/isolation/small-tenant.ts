import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import type { EXPECTATIONS } from '../../../../clients/operator/isolation/routes/expectations.ts';
import type { Send } from '../../../../clients/operator/isolation/routes/http.ts';
import type { TestedTenant } from '../../../../clients/operator/isolation/routes/tenant.ts';
import { AuditError } from '../../../../core/errors.ts';
import { asTenantId } from '../../../../core/event/ids.ts';
import { privateJwkSchema } from '../../../../core/identity/emitter.ts';
import { SCOPES } from '../../../../core/identity/scope.ts';
import { tokenHash } from '../../../../core/identity/token.ts';
import { jsonBody } from '../../../../lambdas/shared/http/request.ts';
import type { Route } from '../../../../lambdas/shared/http/route.ts';
import { proxyOf } from '../../../lambdas/shared/api-client.ts';
import { ApiWorld } from '../../../lambdas/shared/api-world.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';

/** A tenant with the API's own middleware and the smallest routes that the suite can attack. */
export class SmallTenant extends ApiWorld {
  override readonly tenantId;
  override readonly random;
  readonly emitter;

  constructor(id: string) {
    super();
    this.tenantId = asTenantId(id);
    this.random = new SeededRandom(id.charCodeAt(0)); // one seed would give both the same tokens
    const key = privateJwkSchema.parse(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
    this.emitter = { id: `emitter-of-${id}`, agent: 'agent', key };
  }

  has(tokenId: string): boolean {
    return [...this.tokens.entries.values()].some((entry) => entry.tokenId === tokenId);
  }

  /** Makes, shows and revokes tokens; `more` are further routes, and win over these. */
  routes(more: readonly Route[] = []): Route[] {
    const path = '/v1/audit/tokens';
    const one = `${path}/{token_id}`;
    const absent = () => new AuditError('not_found', 'There is no token with this id.');
    return [
      ...more,
      {
        method: 'POST',
        path,
        scopes: ['tokens'],
        leaves: { nothing: 'a test' },
        handle: async (request) => {
          const { scopes = ['events:read'] } = z
            .looseObject({ scopes: z.array(z.enum(SCOPES)).optional() })
            .parse(jsonBody(request));
          const token = await this.token(scopes);
          return { status: 201, body: { token_id: this.#entry(token).tokenId, token } };
        },
      },
      {
        method: 'GET',
        path: one,
        scopes: ['tokens'],
        leaves: { nothing: 'a test' },
        handle: async ({ params: { token_id = '' } }) => {
          if (!this.has(token_id)) throw absent();
          return { status: 200, body: { token_id } };
        },
      },
      {
        method: 'DELETE',
        path: one,
        scopes: ['tokens'],
        leaves: { nothing: 'a test' },
        handle: async ({ params: { token_id = '' } }) => {
          if (!this.has(token_id)) throw absent();
          for (const [hash, entry] of this.tokens.entries)
            if (entry.tokenId === token_id) this.tokens.entries.set(hash, { ...entry, revokedAt: this.now });
          return { status: 200, body: { token_id } };
        },
      },
    ];
  }

  /** The tenant as the suite sees it; `alter` may change what comes back. */
  async tested(routes: readonly Route[], alter: (answer: Answered) => Answered = (answer) => answer) {
    const call = proxyOf(routes, this.terms);
    const send: Send = async ({ method, path, query, authorization, body }) => {
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const answer = await call(method, path, {
        headers,
        query: query ?? {},
        ...(body !== undefined && { json: body }),
      });
      const shown = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      return alter({ status: answer.status, headers: Object.fromEntries(shown), text: answer.text });
    };
    const tenant: TestedTenant = {
      id: this.tenantId,
      send,
      admin: await this.token(SCOPES),
      origin: this.origin,
      emitter: this.emitter,
      expire: async (token) => {
        const entry = this.#entry(token);
        this.tokens.entries.set(entry.hash, { ...entry, validUntil: this.now - 1 });
      },
    };
    return tenant;
  }

  #entry(token: string) {
    const entry = this.tokens.entries.get(tokenHash(token).slice('sha256:'.length));
    if (!entry) throw new Error('no such token');
    return entry;
  }
}

interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** What the suite expects of the routes of a `SmallTenant`. */
export const SMALL_EXPECTATIONS: typeof EXPECTATIONS = {
  'POST /v1/audit/tokens': { body: { name: 'intruder' } },
  'GET /v1/audit/tokens/{token_id}': { path: { token_id: ['token'] } },
  'DELETE /v1/audit/tokens/{token_id}': { path: { token_id: ['token'] } },
};
