import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { sha256 } from '#crypto';
import { toBase64Url, toDigestText, utf8 } from '../../../core/encoding.ts';
import {
  bodyDigest,
  type Claim,
  type ClaimTerms,
  signClaim,
  verifyClaim,
} from '../../../core/identity/claim.ts';
import {
  type Emitter,
  emitterSchema,
  keyIdOf,
  mayEmitFor,
  type PrivateJwk,
  privateJwkSchema,
} from '../../../core/identity/emitter.ts';

// The key of RFC 8037, appendix A, and one of RFC 8032, section 7.1 (test 2).
const KEY: PrivateJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
};
const OTHER: PrivateJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
  d: 'TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs',
};
const KID = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'; // RFC 8037, appendix A.3
const SENT = Date.parse('2026-11-24T10:00:00.000Z');
const SECOND = SENT / 1_000;
const BODY = '{"nonce":"n","events":[]}';
const DAY = 24 * 3_600_000;

const CLAIM: Claim = {
  iss: 'emitter-1',
  sub: 'refund-agent',
  aud: 'audit.example/acme/0a1b2c3d',
  iat: SECOND - 5,
  exp: SECOND + 295,
  jti: 'jti-1',
  body_sha256: bodyDigest(BODY),
  session: 'session-1',
  seq: 0,
};

const EMITTER: Emitter = {
  id: 'emitter-1',
  agents: ['refund-agent', 'triage-agent'],
  kid: KID,
  publicJwk: { kty: 'OKP', crv: 'Ed25519', x: KEY.x },
  createdAt: SENT - 30 * DAY,
};

function terms(over: Partial<ClaimTerms> & { emitter?: Partial<Emitter> } = {}): ClaimTerms {
  const { emitter, ...rest } = over;
  return {
    emitterByKid: async (kid) => (kid === KID ? { ...EMITTER, ...emitter } : undefined),
    audience: CLAIM.aud,
    bodySha256: bodyDigest(utf8(BODY)),
    sentAt: SENT,
    ...rest,
  };
}

const sign = (over: Partial<Claim> = {}, key = KEY) => signClaim(key, { ...CLAIM, ...over });
const part = (value: unknown) => toBase64Url(utf8(JSON.stringify(value)));

test('key ids are RFC 7638 thumbprints', async () => {
  expect(await keyIdOf(KEY)).toBe(KID);
  expect(privateJwkSchema.parse(KEY)).toEqual(KEY);
  expect(emitterSchema.parse(EMITTER)).toEqual(EMITTER);
});

test('a claim of a registered emitter holds, and leaves its digest', async () => {
  const jwt = await sign();
  expect(await verifyClaim(jwt, terms())).toEqual({
    ok: true,
    emitter: EMITTER,
    claim: CLAIM,
    claimDigest: toDigestText(sha256(utf8(jwt))),
  });
});

test('a claim by another key is forged, or of nobody', async () => {
  expect(await verifyClaim(await sign({}, OTHER), terms())).toMatchObject({ code: 'emitter_unknown' });
  const posing = await new SignJWT({ ...CLAIM }).setProtectedHeader({ alg: 'EdDSA', kid: KID }).sign(OTHER);
  expect(await verifyClaim(posing, terms())).toMatchObject({ code: 'claim_forged' });
  expect(await verifyClaim(await sign({ iss: 'emitter-2' }), terms())).toMatchObject({
    code: 'emitter_unknown',
  });
  expect(await verifyClaim(await sign(), terms({ emitter: { kid: 'another' } }))).toMatchObject({
    code: 'emitter_unknown',
  });
});

test('a claim with any of its characters changed does not hold', async () => {
  const jwt = await sign();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(jwt.length - 1),
      fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.'),
      async (position, character) => {
        if (jwt[position] === character) return;
        const changed = jwt.slice(0, position) + character + jwt.slice(position + 1);
        expect(await verifyClaim(changed, terms())).toMatchObject({ ok: false });
      },
    ),
  );
});

test('a signature has one spelling, so a claim has one digest', async () => {
  const jwt = await sign();
  const last = jwt.slice(-1);
  for (const other of 'ABQRghwx') {
    if (other === last) continue;
    expect(await verifyClaim(jwt.slice(0, -1) + other, terms())).toMatchObject({ ok: false });
  }
});

test.each([
  ['alg none', async () => new UnsecuredJWT({ ...CLAIM }).encode()],
  [
    'HS256 with the public key as the secret',
    () =>
      new SignJWT({ ...CLAIM }).setProtectedHeader({ alg: 'HS256', kid: KID }).sign(utf8(KEY.x.slice(0, 32))),
  ],
  [
    'alg none and a signature',
    async () => `${part({ alg: 'none', kid: KID })}.${part(CLAIM)}.${'A'.repeat(86)}`,
  ],
  [
    'a key in its header',
    async () => `${part({ alg: 'EdDSA', kid: KID, jwk: KEY })}.${part(CLAIM)}.${'A'.repeat(86)}`,
  ],
  [
    'a field too many',
    async () => `${part({ alg: 'EdDSA', kid: KID })}.${part({ ...CLAIM, admin: 1 })}.${'A'.repeat(86)}`,
  ],
  ['two parts', async () => `${part({ alg: 'EdDSA', kid: KID })}.${part(CLAIM)}`],
  ['four parts', async () => `${await sign()}.A`],
  ['no JSON', async () => `${toBase64Url(utf8('{'))}.${part(CLAIM)}.${'A'.repeat(86)}`],
  ['no base64url', async () => `%.${part(CLAIM)}.${'A'.repeat(86)}`],
  ['no UTF-8', async () => `${toBase64Url(new Uint8Array([0xff]))}.${part(CLAIM)}.${'A'.repeat(86)}`],
  ['too many characters', async () => `${await sign()}${'A'.repeat(4_096)}`],
  ['nothing', async () => ''],
  ['a life of more than 10 minutes', () => sign({ exp: CLAIM.iat + 601 })],
  ['an end before its beginning', () => sign({ exp: CLAIM.iat })],
])('a claim with %s is malformed', async (_, make) => {
  expect(await verifyClaim(await make(), terms())).toMatchObject({ ok: false, code: 'claim_malformed' });
});

test('a claim is for one log and one body', async () => {
  expect(await verifyClaim(await sign(), terms({ audience: 'audit.example/globex/0a1b2c3d' }))).toMatchObject(
    { code: 'claim_wrong_audience' },
  );
  expect(await verifyClaim(await sign(), terms({ bodySha256: bodyDigest(`${BODY} `) }))).toMatchObject({
    code: 'claim_body_mismatch',
  });
});

test('a claim is judged at the time at which the queue took the message, a minute of leeway', async () => {
  const at = (seconds: number) => terms({ sentAt: seconds * 1_000 });
  const jwt = await sign();
  expect(await verifyClaim(jwt, at(CLAIM.exp + 60))).toMatchObject({ ok: true });
  expect(await verifyClaim(jwt, at(CLAIM.exp + 61))).toMatchObject({ code: 'claim_expired' });
  expect(await verifyClaim(jwt, at(CLAIM.iat - 60))).toMatchObject({ ok: true });
  expect(await verifyClaim(jwt, at(CLAIM.iat - 61))).toMatchObject({ code: 'claim_not_yet_valid' });
});

test('a redriven message is judged by when its claim was issued, within 28 days', async () => {
  const at = (days: number) => terms({ sentAt: CLAIM.iat * 1_000 + days * DAY, redriven: true });
  expect(await verifyClaim(await sign(), at(28))).toMatchObject({ ok: true });
  expect(await verifyClaim(await sign(), at(28.01))).toMatchObject({ code: 'claim_expired' });
});

test('what was sent before the emitter was removed counts, what came after does not', async () => {
  const jwt = await sign();
  expect(await verifyClaim(jwt, terms({ emitter: { removedAt: SENT + 1 } }))).toMatchObject({ ok: true });
  expect(await verifyClaim(jwt, terms({ emitter: { removedAt: SENT } }))).toMatchObject({
    code: 'emitter_removed',
  });
});

test('after a redrive, the time of issue decides, unless the key had leaked', async () => {
  const redriven = { sentAt: SENT + DAY, redriven: true };
  const removed = { removedAt: SENT + 1 };
  expect(await verifyClaim(await sign(), terms({ ...redriven, emitter: removed }))).toMatchObject({
    ok: true,
  });
  const leaked = { ...removed, compromisedSince: SENT };
  expect(await verifyClaim(await sign(), terms({ ...redriven, emitter: leaked }))).toMatchObject({
    code: 'emitter_removed',
  });
});

test('what was issued since the key leaked is not believed, although it was sent before the removal', async () => {
  const emitter = { removedAt: SENT + DAY, compromisedSince: SENT - 6_000 };
  expect(await verifyClaim(await sign(), terms({ emitter }))).toMatchObject({ code: 'emitter_removed' });
  expect(await verifyClaim(await sign({ iat: SECOND - 7 }), terms({ emitter }))).toMatchObject({ ok: true });
});

test('an emitter speaks for its agents alone', async () => {
  expect(await verifyClaim(await sign({ sub: 'triage-agent' }), terms())).toMatchObject({ ok: true });
  expect(await verifyClaim(await sign({ sub: 'other-agent' }), terms())).toMatchObject({
    code: 'agent_not_allowed',
  });
  expect(mayEmitFor(EMITTER, 'refund-agent')).toBe(true);
  expect(mayEmitFor(EMITTER, 'refund')).toBe(false);
});

test('an outage of the registry is passed on, so that the message is retried and not refused', async () => {
  const emitterByKid = () => Promise.reject(new Error('throttled'));
  await expect(verifyClaim(await sign(), terms({ emitterByKid }))).rejects.toThrow('throttled');
});
