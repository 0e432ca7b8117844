import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Findings } from '../../../../clients/operator/isolation/findings.ts';
import { attackRoutes } from '../../../../clients/operator/isolation/routes/attack-routes.ts';
import { type Expectation, mismatches } from '../../../../clients/operator/isolation/routes/expectations.ts';
import { ROUTE_TABLES } from '../../../../clients/operator/isolation/routes/route-tables.ts';
import { AuditError } from '../../../../core/errors.ts';
import type { Route } from '../../../../lambdas/shared/http/route.ts';
import { SMALL_EXPECTATIONS, SmallTenant } from './small-tenant.ts';

describe('the tables', () => {
  test('of every function behind the API are attacked', () => {
    const folders = readdirSync(join(import.meta.dirname, '..', '..', '..', '..', 'lambdas'));
    expect(Object.keys(ROUTE_TABLES).sort()).toEqual(folders.filter((name) => name.endsWith('-api')).sort());
  });

  test('have an expectation for every route and every parameter, and no expectation is left over', () => {
    expect(mismatches(Object.values(ROUTE_TABLES).flat())).toEqual([]);
  });

  test('a route without an expectation, a parameter that names nothing, and a leftover are told', () => {
    const routes = [
      { method: 'GET', path: '/v1/new', scopes: 'public' as const },
      { method: 'GET', path: '/v1/things/{id}', scopes: 'public' as const },
    ];
    expect(mismatches(routes, { 'GET /v1/things/{id}': {}, 'GET /v1/old': {} })).toEqual([
      expect.stringMatching(/^GET \/v1\/new: no expectation/),
      expect.stringMatching(/^GET \/v1\/things\/\{id\}: \{id\} names nothing/),
      expect.stringMatching(/^GET \/v1\/old: no table has this route/),
    ]);
  });
});

interface Broken {
  /** Further routes of each tenant; they win over the usual ones. */
  routes?: (own: SmallTenant, other: SmallTenant) => Route[];
  expectations?: Readonly<Record<string, Expectation>>;
  alter?: Parameters<SmallTenant['tested']>[1];
  before?: (tenant: SmallTenant) => void;
}

/** What the suite finds out about two tenants, who are as they should be but for what is broken. */
async function attack({ routes = () => [], expectations = {}, alter, before }: Broken = {}) {
  const [acme, globex] = [new SmallTenant('acme'), new SmallTenant('globex')];
  for (const tenant of [acme, globex]) before?.(tenant);
  const ofAcme = acme.routes(routes(acme, globex));
  const findings = new Findings();
  await attackRoutes(
    [await acme.tested(ofAcme, alter), await globex.tested(globex.routes(routes(globex, acme)), alter)],
    { routes: ofAcme, expectations: { ...SMALL_EXPECTATIONS, ...expectations }, findings },
  );
  return findings;
}

/** The kinds of attack that were not refused. */
const kindsOf = ({ breaches }: Findings) => [...new Set(breaches.map(({ kind }) => kind))].sort();

test('an API that refuses passes, and every attack is counted', async () => {
  const findings = await attack();
  expect(findings.breaches).toEqual([]);
  expect(findings.skipped).toEqual([]);
  const tried = new Map(findings.tallies.map((tally) => [tally.kind, tally]));
  expect([...tried.keys()]).toEqual(
    expect.arrayContaining([
      'no credential',
      'malformed token',
      'token with a wrong checksum',
      "another tenant's token",
      "another tenant's token under this tenant's name",
      'revoked token',
      'expired token',
      'too few scopes',
      "id of another tenant's token",
    ]),
  );
  for (const { tried: times, refused } of findings.tallies) expect(times).toBe(refused);
});

describe('a broken API fails', () => {
  const path = '/v1/audit/tokens/{token_id}';
  const scopes: Route['scopes'] = ['tokens'];

  test('that tells by its status whether a thing exists elsewhere', async () => {
    const findings = await attack({
      routes: (own, other) => [
        {
          method: 'GET',
          path,
          scopes,
          leaves: { nothing: 'a test' },
          handle: async ({ params: { token_id = '' } }) => {
            if (other.has(token_id)) throw new AuditError('forbidden', 'This token is not yours.');
            if (!own.has(token_id)) throw new AuditError('not_found', 'There is no token with this id.');
            return { status: 200, body: {} };
          },
        },
      ],
    });
    expect(kindsOf(findings)).toEqual(["id of another tenant's token"]);
    expect(findings.breaches[0]).toMatchObject({ expected: 'status 404 or 202' });
  });

  test('that tells by a word of the same status', async () => {
    const findings = await attack({
      routes: (own, other) => [
        {
          method: 'GET',
          path,
          scopes,
          leaves: { nothing: 'a test' },
          handle: async ({ params: { token_id = '' } }) => {
            const known = own.has(token_id) || other.has(token_id);
            throw new AuditError(
              'not_found',
              known ? 'There is no such token here.' : 'There is no such token.',
            );
          },
        },
      ],
    });
    expect(kindsOf(findings)).toEqual(["id of another tenant's token"]);
    expect(findings.breaches[0]?.got).toContain('There is no such token here.');
  });

  test('that hands out what another tenant has', async () => {
    const findings = await attack({
      routes: () => [
        {
          method: 'GET',
          path,
          scopes,
          leaves: { nothing: 'a test' },
          handle: async () => ({ status: 200, body: {} }),
        },
      ],
    });
    expect(kindsOf(findings)).toEqual(["id of another tenant's token"]);
  });

  test('that takes revoked and expired tokens', async () => {
    const findings = await attack({
      before: ({ tokens }) => {
        const byHash = tokens.byHash.bind(tokens);
        tokens.byHash = async (hash) => {
          const { revokedAt: _, validUntil: __, ...entry } = (await byHash(hash)) ?? {};
          return 'hash' in entry ? (entry as Awaited<ReturnType<typeof byHash>>) : undefined;
        };
      },
    });
    expect(kindsOf(findings)).toEqual(['expired token', 'revoked token']);
  });

  test('that tells one refused credential from another', async () => {
    let refusals = 0;
    const findings = await attack({
      alter: ({ status, headers, text }) => ({
        status,
        headers: status === 401 ? { ...headers, 'x-why': String(refusals++) } : headers,
        text,
      }),
    });
    expect(kindsOf(findings)).toEqual(expect.arrayContaining(['expired token', 'revoked token']));
  });

  test('that shows what an event of another tenant holds', async () => {
    const seen: string[] = [];
    const findings = await attack({
      routes: () => [
        {
          method: 'GET',
          path: '/v1/audit/events',
          scopes: ['events:read'],
          leaves: { nothing: 'a test' },
          handle: async () => ({ status: 200, body: { events: seen, next_cursor: null } }),
        },
        {
          method: 'POST',
          path: '/v1/audit/events',
          scopes: ['events:write'],
          leaves: { nothing: 'a test' },
          handle: async (request) => {
            const body = new TextDecoder().decode(request.body);
            seen.push(body); // one list for both tenants
            const { events } = z
              .object({ events: z.array(z.looseObject({ event_id: z.string().optional() })) })
              .parse(JSON.parse(body));
            const accepted = events.map(({ event_id = 'none' }) => ({ event_id, content_hash: 'sha256:00' }));
            return { status: 202, body: { accepted } };
          },
        },
        {
          method: 'GET',
          path: '/v1/audit/receipts/{id}',
          scopes: ['events:read'],
          leaves: { nothing: 'a test' },
          handle: async () => ({ status: 200, body: {} }),
        },
      ],
      expectations: {
        'GET /v1/audit/events': { query: { task_id: 'task' } },
        'POST /v1/audit/events': { body: {} },
        'GET /v1/audit/receipts/{id}': { path: { id: { as: 'x' } } },
      },
    });
    expect(kindsOf(findings)).toEqual(["another tenant's task in the query"]);
    expect(findings.breaches[0]?.got).toContain('canary-');
  });

  test('and so does one with a route that nobody has an expectation for', async () => {
    const findings = await attack({
      routes: () => [
        {
          method: 'GET',
          path: '/v1/audit/new',
          scopes,
          leaves: { nothing: 'a test' },
          handle: async () => ({ status: 200, body: {} }),
        },
      ],
    });
    expect(kindsOf(findings)).toEqual(['route without an expectation']);
  });
});
