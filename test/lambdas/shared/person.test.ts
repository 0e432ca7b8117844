import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { oidcKeys } from '../../../lambdas/adapters/oidc-keys.ts';
import type { Route } from '../../../lambdas/shared/http/route.ts';
import { type LocalIssuer, startIssuer } from '../../support/local-issuer.ts';
import { clientOf } from './api-client.ts';
import { ApiWorld } from './api-world.ts';

const AUDIENCE = 'audit.example.com/acme';
const ROUTES: Route[] = [
  {
    method: 'GET',
    path: '/v1/things',
    scopes: ['events:read'],
    leaves: { accessTo: 'things' },
    handle: async ({ caller }) => ({ status: 200, body: { kind: caller.kind, id: caller.id } }),
  },
];

let issuer: LocalIssuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

function open(of: LocalIssuer = issuer) {
  const world = new ApiWorld();
  const identity = {
    issuer: of.issuer,
    audience: AUDIENCE,
    groupsClaim: 'groups',
    groups: { auditors: ['events:read', 'log:read'], clerks: ['tokens'] } as const,
    keys: oidcKeys(of.issuer, { now: () => world.now }),
  };
  const call = clientOf(ROUTES, { ...world.terms, identity });
  const now = Math.floor(world.now / 1_000);
  const good = { iss: of.issuer, aud: AUDIENCE, sub: 'dana', iat: now, exp: now + 600, groups: ['auditors'] };
  const status = async (token: string) => (await call('GET', '/v1/things', { token })).status;
  return { world, call, now, good, status };
}

test.each(['ES256', 'RS256'] as const)(
  'a person of a known group may what the group may, and is on the record (%s)',
  async (alg) => {
    const { world, call, good } = open();
    const answer = await call('GET', '/v1/things', { token: await issuer.sign(good, { alg }) });
    expect(answer.json).toEqual({ kind: 'user', id: 'dana' });
    expect(answer.headers['ratelimit-limit']).toBe('3000');
    expect(world.queued('AUDIT_ACCESSED')[0]?.payload).toMatchObject({ actor: { type: 'user', id: 'dana' } });
  },
);

test('a person without a group that is known here is known, and may nothing', async () => {
  const { good, status } = open();
  for (const groups of [[], ['others'], 'clerks', ['constructor', '__proto__'], 7, undefined])
    expect(await status(await issuer.sign({ ...good, groups }))).toBe(403);
  expect(await status(await issuer.sign({ ...good, groups: ['others', 'auditors'] }))).toBe(200);
});

test('a token that is expired, not yet issued, for another audience, of too long a life or forged is none', async () => {
  const { world, now, good, status } = open();
  const skew = 60;
  const cases: [Parameters<LocalIssuer['sign']>[0], number][] = [
    [{ ...good, iat: now - 600, exp: now - skew + 1 }, 200],
    [{ ...good, iat: now - 600, exp: now - skew }, 401],
    [{ ...good, iat: now + skew }, 200],
    [{ ...good, iat: now + skew + 1 }, 401],
    [{ ...good, nbf: now + skew + 1 }, 401],
    [{ ...good, exp: now + 24 * 3_600 }, 200],
    [{ ...good, exp: now + 24 * 3_600 + 1 }, 401],
    [{ ...good, aud: 'audit.example.com/globex' }, 401],
    [{ ...good, sub: '' }, 401],
    [{ ...good, sub: 'x'.repeat(257) }, 401],
    [{ ...good, forged: true }, 401],
  ];
  for (const [payload, expected] of cases) expect(await status(await issuer.sign(payload))).toBe(expected);
  for (const name of ['sub', 'iat', 'exp'] as const) {
    const { [name]: _, ...without } = good;
    expect(await status(await issuer.sign(without))).toBe(401);
  }
  const whys = world.lines.map(({ signal, why }) => `${signal} ${why}`);
  expect([...new Set(whys)]).toEqual(['TOKEN_REFUSED person']);
});

test('algorithms are pinned: none, and a secret that is a public key, sign nothing', async () => {
  const { good, status } = open();
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(await status(`${part({ alg: 'none' })}.${part(good)}.`)).toBe(401);
  const secret = new TextEncoder().encode('anything that is long enough to be a secret');
  const hmac = await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'ES256' }).sign(secret);
  expect(await status(hmac)).toBe(401);
});

test("another issuer's token is none, whatever it is signed with", async () => {
  const { good, status } = open();
  const stranger = await startIssuer();
  expect(await status(await stranger.sign({ ...good, iss: stranger.issuer }))).toBe(401);
  expect(await status(await stranger.sign(good))).toBe(401);
  await stranger.stop();
});

test('an issuer that cannot be reached is 503, not 401, and tokens of ours go on working', async () => {
  const { world, call, good, status } = open();
  const token = await issuer.sign(good);
  issuer.fail(true);
  const answer = await call('GET', '/v1/things', { token });
  expect(answer.json).toMatchObject({ status: 503, code: 'unavailable' });
  expect(answer.headers['retry-after']).toBeDefined();
  expect(world.lines.at(-1)).toMatchObject({ signal: 'UNAVAILABLE' });
  expect(await status(await world.token(['events:read']))).toBe(200);
  issuer.fail(false);
  world.now += 10_000; // so long it is not asked again
  expect(await status(token)).toBe(200);
});

test('keys are fetched once, not for each request', async () => {
  const { good, status } = open();
  for (let request = 0; request < 5; request++)
    await status(await issuer.sign({ ...good, jti: String(request) }));
  expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test('what poses as the issuer and describes another one is not believed', async () => {
  const poser = await startIssuer((configuration) => ({
    ...configuration,
    issuer: 'https://login.example.com',
  }));
  const { good, status } = open(poser);
  expect(await status(await poser.sign(good))).toBe(503);
  await poser.stop();
});
