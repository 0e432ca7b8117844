import { SCOPES, type Scope } from '../../../../core/identity/scope.ts';
import { type BadCredential, claimOf, type Mint } from './credentials.ts';
import type { Expectation } from './expectations.ts';
import type { HttpRequest } from './http.ts';
import { nameOf, type RouteLine } from './route-tables.ts';
import type { TestedTenant } from './tenant.ts';
import { type Belongings, nowhere, type Thing } from './things.ts';

/** One request, and what has to come back. */
export interface RouteAttack {
  readonly kind: string;
  readonly request: HttpRequest;
  /** Statuses that are the refusal; 200 where another tenant's name has to select nothing. */
  readonly statuses: readonly number[];
  /** Answers of one group must be alike: whatever differs between them tells the caller something. */
  readonly group: string;
  /** What the caller has sent, and may therefore see again. */
  readonly asked: readonly string[];
  /** Anybody may ask, so nothing of this tenant's events may show either. */
  readonly open?: true;
}

/** The scopes that `route` asks for; none where it is public. */
function scopesOf({ scopes }: RouteLine): readonly Scope[] {
  return scopes === 'public' ? [] : scopes;
}

/** A request of `route` with these values for its parameters; `chosen` wins over what stands for the others. */
function requestOf(
  route: RouteLine,
  expectation: Expectation,
  chosen: Readonly<Record<string, string>> = {},
): HttpRequest {
  const path = route.path.replaceAll(/\{([^}+]+)(\+?)\}/g, (_, name: string, tail: string) => {
    const spec = expectation.path?.[name];
    const value = chosen[name] ?? (spec === undefined ? name : 'as' in spec ? spec.as : nowhere(spec[0]));
    return tail === '+' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const { body, always: query } = expectation;
  return {
    method: route.method,
    path,
    ...(query !== undefined && { query }),
    ...(body !== undefined && { body }),
  };
}

/** A route that asks for no token is answered, and shows nothing of what any tenant has. */
export function publicAttack(route: RouteLine, expectation: Expectation): RouteAttack {
  return {
    kind: 'public route, asked by nobody',
    request: requestOf(route, expectation),
    statuses: [200, 302], // the console’s address without its slash leads to the one with it
    group: nameOf(route),
    asked: [],
    open: true,
  };
}

/** Credentials that open nothing: 401 everywhere, and alike on every route and on paths that do not exist. */
export function credentialAttacks(
  route: RouteLine,
  expectation: Expectation,
  credentials: readonly BadCredential[],
): RouteAttack[] {
  const takesClaims = route.claims === true;
  return credentials
    .filter(({ claim }) => claim !== 'good' || !takesClaims)
    .map(({ kind, authorization }) => ({
      kind,
      request: { ...requestOf(route, expectation), ...(authorization !== undefined && { authorization }) },
      statuses: [401],
      group: authorization === undefined ? '401 without a credential' : '401 with a credential',
      asked: [],
    }));
}

/** A good token that lacks the route's scopes: 403, alike for what the tenant has, what another has, and what nobody has. */
export async function scopeAttacks(
  route: RouteLine,
  expectation: Expectation,
  { mint, own, other }: { mint: Mint; own: Belongings; other: Belongings },
): Promise<RouteAttack[]> {
  // Where every scope suffices, no token has too few: none is issued without any.
  if (SCOPES.every((scope) => scopesOf(route).includes(scope))) return [];
  const authorization = `Bearer ${await mint.without(scopesOf(route))}`;
  const requests = [{ request: requestOf(route, expectation), asked: [] as string[] }];
  for (const { name, thing } of namedThings(expectation)) {
    for (const id of [await own.id(thing), await other.id(thing)])
      requests.push({ request: requestOf(route, expectation, { [name]: id }), asked: [id] });
  }
  return requests.map(({ request, asked }) => ({
    kind: 'too few scopes',
    request: { ...request, authorization },
    statuses: [403],
    group: `403 of ${nameOf(route)}`,
    asked,
  }));
}

function namedThings({ path = {} }: Expectation): { name: string; thing: Thing }[] {
  return Object.entries(path).flatMap(([name, spec]) =>
    'as' in spec ? [] : spec.map((thing) => ({ name, thing })),
  );
}

/** Another tenant's ids, with everybody who is let in here: answered like an id that nobody has. */
export async function foreignIdAttacks(
  route: RouteLine,
  expectation: Expectation,
  { callers, other }: { callers: readonly Caller[]; other: Belongings },
): Promise<RouteAttack[]> {
  const attacks: RouteAttack[] = [];
  for (const { name, thing } of namedThings(expectation)) {
    const ids = [nowhere(thing), await other.id(thing)];
    for (const { who, authorization } of callers) {
      for (const id of ids)
        attacks.push({
          kind: `id of another tenant's ${thing.replaceAll('_', ' ')}`,
          request: { ...requestOf(route, expectation, { [name]: id }), authorization },
          // 202 for senders: not in this log, and not refused. It says the same of what nobody has.
          statuses: route.method === 'GET' ? [404, 202] : [404],
          group: `${nameOf(route)}, ${thing}, asked with ${who}`,
          asked: [id],
        });
    }
  }
  return attacks;
}

/** Another tenant's names in a query select nothing, and its cursors go on with nothing. */
export async function queryAttacks(
  route: RouteLine,
  expectation: Expectation,
  { callers, other }: { callers: readonly Caller[]; other: Belongings },
): Promise<RouteAttack[]> {
  const request = requestOf(route, expectation);
  const attacks: RouteAttack[] = [];
  for (const { who, authorization } of callers.filter(({ claim }) => claim !== true)) {
    const attack = (kind: string, statuses: number[], query: Record<string, string>, values: string[]) =>
      attacks.push({
        kind,
        statuses,
        request: { ...request, authorization, query },
        group: `${nameOf(route)}, ${kind}, asked with ${who}`,
        asked: values,
      });
    for (const [name, thing] of Object.entries(expectation.query ?? {})) {
      for (const id of [nowhere(thing), await other.id(thing)])
        attack(`another tenant's ${thing} in the query`, [200], { [name]: id }, [id]);
    }
    if (expectation.pages) {
      const cursor = await other.cursor(route.path);
      for (const value of ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', ...(cursor === undefined ? [] : [cursor])])
        attack("another tenant's cursor", [400], { cursor: value }, [value]);
    }
    if (expectation.tenantId) {
      for (const id of ['nobody-at-all', other.tenant.id])
        attack("another tenant's id in the query", [403], { tenant_id: id }, [id]);
    }
  }
  return attacks;
}

/** Whoever is let in by a route. */
export interface Caller {
  readonly who: string;
  readonly authorization: string;
  readonly claim?: true;
}

/** Everybody whom `route` lets in: a token with every scope, one with each scope that suffices, and an emitter. */
export async function callersOf(route: RouteLine, mint: Mint, tenant: TestedTenant): Promise<Caller[]> {
  const callers: Caller[] = [{ who: 'every scope', authorization: `Bearer ${tenant.admin}` }];
  for (const scope of scopesOf(route))
    callers.push({ who: scope, authorization: `Bearer ${await mint.withScopes([scope])}` });
  if (route.claims) {
    const { key, id, agent } = tenant.emitter;
    const claim = await claimOf(key, id, agent, tenant.origin);
    callers.push({ who: 'a claim', authorization: `Bearer ${claim}`, claim: true });
  }
  return callers;
}
