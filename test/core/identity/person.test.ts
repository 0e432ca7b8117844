import { beforeAll, expect, test } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { AuditError } from '../../../core/errors.ts';
import { type IdentityTerms, saysIssuer, verifyPerson } from '../../../core/identity/person.ts';

const ISSUER = 'https://login.example.com';
const NOW = Date.parse('2026-11-24T09:30:00.000Z');
const SECONDS = NOW / 1_000;
const GOOD = {
  iss: ISSUER,
  aud: 'acme',
  sub: 'dana',
  iat: SECONDS,
  exp: SECONDS + 600,
  groups: ['auditors'],
};

let terms: IdentityTerms;
let sign: (payload: JWTPayload) => Promise<string>;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  terms = {
    issuer: ISSUER,
    audience: 'acme',
    groupsClaim: 'groups',
    groups: { auditors: ['events:read', 'log:read'], clerks: ['tokens', 'log:read'] },
    keys: createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }),
  };
  sign = (payload) => new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey);
});

const verdict = async (payload: JWTPayload, over: Partial<IdentityTerms> = {}) =>
  await verifyPerson(await sign(payload), { ...terms, ...over }, NOW);

test('the scopes of a person are those of all their groups, each once', async () => {
  expect(await verdict({ ...GOOD, groups: ['auditors', 'strangers', 'clerks', 7] })).toEqual({
    ok: true,
    subject: 'dana',
    scopes: ['events:read', 'log:read', 'tokens'],
  });
  expect(await verdict({ ...GOOD, groups: 'auditors' })).toMatchObject({
    scopes: ['events:read', 'log:read'],
  });
  expect(await verdict({ ...GOOD, groups: ['__proto__', 'constructor'] })).toMatchObject({ scopes: [] });
});

test.each<[string, JWTPayload]>([
  ['for another audience', { ...GOOD, aud: 'globex' }],
  ['of another issuer', { ...GOOD, iss: 'https://elsewhere.example.com' }],
  ['expired', { ...GOOD, iat: SECONDS - 900, exp: SECONDS - 61 }],
  ['issued in the future', { ...GOOD, iat: SECONDS + 61 }],
  ['of a life longer than a day', { ...GOOD, exp: SECONDS + 86_401 }],
  ['of nobody', { ...GOOD, sub: '' }],
])('a token %s is refused', async (_, payload) => {
  expect(await verdict(payload)).toEqual({ ok: false });
});

test.each(['', 'a.b', 'not.a.token', 'eyJhbGciOiJub25lIn0.e30.'])('"%s" is no token', async (bearer) => {
  expect(await verifyPerson(bearer, terms, NOW)).toEqual({ ok: false });
});

test('keys that cannot be had are no verdict on the token', async () => {
  const away = async () => {
    throw new TypeError('fetch failed');
  };
  await expect(verdict(GOOD, { keys: away })).rejects.toMatchObject({ code: 'unavailable' });
  const said = new AuditError('unavailable', 'the issuer answered 503');
  const refusing = async () => {
    throw said;
  };
  await expect(verdict(GOOD, { keys: refusing })).rejects.toBe(said);
});

test('whose token it says it is, is read without believing it', async () => {
  const token = await sign(GOOD);
  expect(saysIssuer(token, ISSUER)).toBe(true);
  expect(saysIssuer(token, 'https://elsewhere.example.com')).toBe(false);
  expect(saysIssuer('aat_acme_x', ISSUER)).toBe(false);
  expect(saysIssuer(`${token}${'x'.repeat(9_000)}`, ISSUER)).toBe(false);
});
