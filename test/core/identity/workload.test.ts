import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  createLocalJWKSet,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { AuditError } from '../../../core/errors.ts';
import {
  bodyDigest,
  type Claim,
  type ClaimTerms,
  signClaim,
  verifyClaim,
} from '../../../core/identity/claim.ts';
import { keyIdOf, type PrivateJwk, privateJwkSchema } from '../../../core/identity/emitter.ts';
import { type WorkloadTerms, workloadAudience } from '../../../core/identity/workload.ts';

const ISSUER = 'https://oidc.platform.example/cluster-1';
const ORIGIN = 'audit.example/acme/0a1b2c3d';
const WORKLOAD = 'system:serviceaccount:agents:refunds';
const SENT = Date.parse('2026-11-24T10:00:00.000Z');
const SECOND = SENT / 1_000;
const BODY = '{"nonce":"n","events":[]}';

let platform: GenerateKeyPairResult;
let key: PrivateJwk;
let other: PrivateJwk;
let terms: WorkloadTerms;
beforeAll(async () => {
  platform = await generateKeyPair('ES256', { extractable: true });
  const make = async () =>
    privateJwkSchema.parse(
      await exportJWK((await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })).privateKey),
    );
  [key, other] = [await make(), await make()];
  const jwk = { ...(await exportJWK(platform.publicKey)), kid: 'p1', alg: 'ES256' };
  terms = {
    issuer: ISSUER,
    workloads: { [WORKLOAD]: ['refund-agent'], spare: [] },
    keys: createLocalJWKSet({ keys: [jwk] }),
  };
});

async function token(over: JWTPayload = {}): Promise<string> {
  const aud = workloadAudience(ORIGIN, await keyIdOf(key));
  return await new SignJWT({
    iss: ISSUER,
    sub: WORKLOAD,
    aud,
    iat: SECOND - 600,
    exp: SECOND + 3_000,
    ...over,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'p1' })
    .sign(platform.privateKey);
}

async function judge(
  { claim = {}, by = key, workload }: { claim?: Partial<Claim>; by?: PrivateJwk; workload?: string } = {},
  over: Partial<ClaimTerms> = {},
) {
  const jwt = await signClaim(
    by,
    {
      iss: `workload:${WORKLOAD}`,
      sub: 'refund-agent',
      aud: ORIGIN,
      iat: SECOND - 5,
      exp: SECOND + 295,
      jti: 'j',
      body_sha256: bodyDigest(BODY),
      session: 's',
      seq: 0,
      ...claim,
    },
    workload ?? (await token()),
  );
  return await verifyClaim(jwt, {
    emitterByKid: () => Promise.reject(new Error('no registry is asked for a workload')),
    workloads: terms,
    audience: ORIGIN,
    bodySha256: bodyDigest(BODY),
    sentAt: SENT,
    ...over,
  });
}

test("a claim holds by the word of the workload's platform, for a key that nobody has registered", async () => {
  const { kty, crv, x } = key;
  expect(await judge()).toMatchObject({
    ok: true,
    emitter: {
      id: `workload:${WORKLOAD}`,
      agents: ['refund-agent'],
      kid: await keyIdOf(key),
      publicJwk: { kty, crv, x },
      createdAt: (SECOND - 600) * 1_000,
    },
    claim: { sub: 'refund-agent' },
  });
});

describe('it is refused', () => {
  test('where the tenant has named no issuer', async () => {
    expect(await judge({}, { workloads: undefined })).toMatchObject({ code: 'emitter_unknown' });
  });

  test('with a stolen token: it vouches for another key', async () => {
    expect(await judge({ by: other })).toMatchObject({ code: 'claim_forged' });
  });

  test('with a token for another log, of another issuer, or without an audience of ours', async () => {
    const kid = await keyIdOf(key);
    for (const over of [
      { aud: workloadAudience('audit.example/globex/0a1b2c3d', kid) },
      { aud: ORIGIN },
      { iss: 'https://elsewhere.example' },
    ])
      expect(await judge({ workload: await token(over) })).toMatchObject({ code: 'claim_forged' });
  });

  test('with a token that had expired when the queue took the message, is not yet valid, or lives too long', async () => {
    expect(await judge({ workload: await token({ exp: SECOND - 61 }) })).toMatchObject({
      code: 'claim_expired',
    });
    for (const over of [{ iat: SECOND + 61 }, { iat: SECOND, exp: SECOND + 86_401 }])
      expect(await judge({ workload: await token(over) })).toMatchObject({ code: 'claim_forged' });
  });

  test('with what is no token', async () => {
    expect(await judge({ workload: 'a.b.c' })).toMatchObject({ code: 'claim_forged' });
    expect(await judge({ workload: 'x'.repeat(4_097) })).toMatchObject({ code: 'claim_malformed' });
  });

  test('of a workload that the tenant does not know, or whose name would not fit', async () => {
    for (const sub of ['system:serviceaccount:agents:other', '__proto__', 'constructor', 'w'.repeat(250)])
      expect(
        await judge({ claim: { iss: `workload:${sub}`.slice(0, 256) }, workload: await token({ sub }) }),
      ).toMatchObject({ code: 'emitter_unknown' });
  });

  test('where it says that it is somebody else, or speaks for an agent that is not its', async () => {
    for (const iss of [WORKLOAD, 'emitter-1', 'workload:spare'])
      expect(await judge({ claim: { iss } })).toMatchObject({ code: 'emitter_unknown' });
    expect(await judge({ claim: { sub: 'payroll-agent' } })).toMatchObject({ code: 'agent_not_allowed' });
  });

  test('with a key under the name of another, and with half of what vouches', async () => {
    const { kty, crv, x } = other;
    const forge = async (header: object) =>
      await new SignJWT(await claimOf())
        .setProtectedHeader({ alg: 'EdDSA', kid: await keyIdOf(key), ...header })
        .sign(key);
    const claimOf = async () => ({
      iss: `workload:${WORKLOAD}`,
      sub: 'refund-agent',
      aud: ORIGIN,
      iat: SECOND,
      exp: SECOND + 60,
      jti: 'j',
      body_sha256: bodyDigest(BODY),
      session: 's',
      seq: 0,
    });
    const verify = async (jwt: string) =>
      await verifyClaim(jwt, {
        emitterByKid: async () => undefined,
        workloads: terms,
        audience: ORIGIN,
        bodySha256: bodyDigest(BODY),
        sentAt: SENT,
      });
    expect(await verify(await forge({ jwk: { kty, crv, x }, workload: await token() }))).toMatchObject({
      code: 'claim_malformed',
      detail: expect.stringContaining('thumbprint'),
    });
    expect(await verify(await forge({ jwk: { kty, crv, x } }))).toMatchObject({ code: 'claim_malformed' });
    expect(await verify(await forge({ workload: await token() }))).toMatchObject({ code: 'claim_malformed' });
  });
});

test('a message that comes back from the dead-letter queue is judged by the time of its claim', async () => {
  const late = { sentAt: SENT + 20 * 86_400_000, redriven: true };
  expect(await judge({}, late)).toMatchObject({ ok: true });
  expect(await judge({ workload: await token({ exp: SECOND - 66 }) }, late)).toMatchObject({
    code: 'claim_expired',
  });
});

test('an issuer that cannot be reached is no verdict: it is passed on, and the message is tried again', async () => {
  for (const error of [new AuditError('unavailable', 'it is down'), new TypeError('fetch failed')])
    await expect(
      judge({}, { workloads: { ...terms, keys: () => Promise.reject(error) } }),
    ).rejects.toMatchObject({
      code: 'unavailable',
    });
});
