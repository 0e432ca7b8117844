import type { Findings } from '../findings.ts';
import {
  callersOf,
  credentialAttacks,
  foreignIdAttacks,
  publicAttack,
  queryAttacks,
  type RouteAttack,
  scopeAttacks,
} from './attacks.ts';
import { type BadCredential, badCredentials, Mint } from './credentials.ts';
import { EXPECTATIONS, type Expectation, mismatches } from './expectations.ts';
import type { Answer } from './http.ts';
import { difference, likeness } from './likeness.ts';
import { nameOf, type RouteLine } from './route-tables.ts';
import type { TestedTenant } from './tenant.ts';
import { Belongings } from './things.ts';

const PARALLEL = 8;
const NOWHERE: readonly RouteLine[] = [
  { method: 'GET', path: '/v1/audit/there-is-no-such-path', scopes: [] },
  { method: 'GET', path: '/', scopes: [] },
];

/** What is attacked, and what is expected of it. */
export interface RouteTerms {
  readonly routes: readonly RouteLine[];
  readonly expectations?: Readonly<Record<string, Expectation>>;
  readonly findings: Findings;
}

/** Attacks every route of every tenant with every kind of credential, and with what the next tenant has. */
export async function attackRoutes(tenants: readonly TestedTenant[], terms: RouteTerms): Promise<void> {
  const { routes, expectations = EXPECTATIONS, findings } = terms;
  for (const got of mismatches(routes, expectations))
    findings.breach({
      part: 'routes',
      kind: 'route without an expectation',
      attack: 'comparing the route tables with what is expected of them',
      expected: 'an expectation for every route, and a route for every expectation',
      got,
    });
  const belongings = tenants.map((tenant) => new Belongings(tenant));
  await Promise.all(
    belongings.map(async (own, at) => {
      const other = belongings[(at + 1) % belongings.length];
      if (other && other !== own) await attackOne(own, other, { ...terms, expectations });
    }),
  );
}

async function attackOne(own: Belongings, other: Belongings, terms: Required<RouteTerms>): Promise<void> {
  const { routes, expectations, findings } = terms;
  const mint = new Mint(own);
  try {
    const credentials = await badCredentials(own, mint, other.tenant);
    if (!own.tenant.expire)
      findings.skip('routes', 'expired tokens', 'no API lets a token expire, and nothing else here can');
    const attacks = NOWHERE.flatMap((path) => credentialAttacks(path, {}, credentials));
    for (const route of routes) {
      const expectation = expectations[nameOf(route)] ?? {};
      attacks.push(...(await attacksOn(route, expectation, { credentials, mint, own, other })));
      findings.attacked('routes', `${nameOf(route)} of ${own.tenant.id}`);
    }
    await carryOut(attacks, own, other, findings);
  } finally {
    await mint.end();
  }
}

async function attacksOn(
  route: RouteLine,
  expectation: Expectation,
  with_: { credentials: readonly BadCredential[]; mint: Mint; own: Belongings; other: Belongings },
): Promise<RouteAttack[]> {
  if (route.scopes === 'public') return [publicAttack(route, expectation)];
  const { credentials, mint, own } = with_;
  const callers = await callersOf(route, mint, own.tenant);
  return [
    ...credentialAttacks(route, expectation, credentials),
    ...(await scopeAttacks(route, expectation, with_)),
    ...(await foreignIdAttacks(route, expectation, { ...with_, callers })),
    ...(await queryAttacks(route, expectation, { ...with_, callers })),
  ];
}

async function carryOut(
  attacks: readonly RouteAttack[],
  own: Belongings,
  other: Belongings,
  findings: Findings,
): Promise<void> {
  const references = new Map<string, string>();
  const waiting = [...attacks.entries()];
  const answers: Answer[] = [];
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        answers[next[0]] = await own.tenant.send(next[1].request);
    }),
  );
  for (const [at, attack] of attacks.entries()) {
    const answer = answers[at];
    if (!answer) throw new Error('an attack went without an answer');
    const like = likeness(answer, attack.asked);
    const reference = references.get(attack.group) ?? like;
    references.set(attack.group, reference);
    const canaries = attack.open ? [other.canary, own.canary] : [other.canary];
    const wrong = judge(attack, answer, { like, reference, canaries });
    if (!wrong) {
      findings.refused('routes', attack.kind);
      continue;
    }
    const { method, path } = attack.request;
    findings.breach({
      part: 'routes',
      kind: attack.kind,
      attack: `${method} ${path} at ${own.tenant.id} (${attack.group})`,
      ...wrong,
    });
  }
}

function judge(
  { statuses }: RouteAttack,
  { status, text }: Answer,
  { like, reference, canaries }: { like: string; reference: string; canaries: readonly string[] },
): { expected: string; got: string } | undefined {
  const seen = canaries.find((canary) => text.includes(canary));
  if (seen !== undefined)
    return { expected: 'nothing that the caller may not see', got: `what an event holds: ${seen}` };
  if (!statuses.includes(status))
    return { expected: `status ${statuses.join(' or ')}`, got: `${status} ${text.slice(0, 300)}` };
  if (like !== reference)
    return { expected: 'the answer that others of its kind get', got: difference(reference, like) };
  return undefined;
}
