import { expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { vouchedFor } from '../../../clients/sdk/signer.ts';
import { sqs } from '../../../clients/sdk/sqs.ts';
import { keyIdOf } from '../../../core/identity/emitter.ts';

const ORIGIN = 'audit.example/acme/0a1b2c3d';
const NOW = Date.parse('2026-11-24T10:00:00.000Z');
const HOUR = 3_600_000;

function platform(over: Record<string, unknown> = {}) {
  const asked: string[] = [];
  let at = NOW;
  const token = async (audience: string) => {
    asked.push(audience);
    const iat = at / 1_000;
    return await new SignJWT({ sub: 'refunds', aud: [audience, 'others'], iat, exp: iat + 3_600, ...over })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new Uint8Array(32));
  };
  return { asked, token, at: (time: number) => (at = time) };
}

test('the platform is asked for a token that names the log and the key, and the key stays', async () => {
  const { asked, token } = platform();
  const sign = vouchedFor(ORIGIN, token);
  const first = await sign(NOW);
  expect(first.emitterId).toBe('workload:refunds');
  expect(asked).toEqual([`${ORIGIN}#${await keyIdOf(first.key)}`]);
  expect(await sign(NOW + HOUR / 2)).toEqual(first);
  expect(asked).toHaveLength(1);
});

test('a token is renewed before it ends, under the same key', async () => {
  const { asked, token, at } = platform();
  const sign = vouchedFor(ORIGIN, token);
  const first = await sign(NOW);
  at(NOW + 50 * 60_000);
  const later = await sign(NOW + 50 * 60_000);
  expect(asked).toHaveLength(2);
  expect(later.key).toEqual(first.key);
  expect(later.workload).not.toBe(first.workload);
});

test('a platform that fails is asked again', async () => {
  let fails = true;
  const { token } = platform();
  const sign = vouchedFor(ORIGIN, (audience) => (fails ? Promise.reject(new Error('no')) : token(audience)));
  await expect(sign(NOW)).rejects.toThrow('no');
  fails = false;
  expect((await sign(NOW)).emitterId).toBe('workload:refunds');
});

test.each([
  ['another audience', { aud: 'sts.amazonaws.com' }],
  ['no subject', { sub: undefined }],
  ['no end', { exp: undefined }],
])('a token with %s is refused where the agent runs', async (_what, over) => {
  await expect(vouchedFor(ORIGIN, platform(over).token)(NOW)).rejects.toThrow(
    'expected a JWT with sub, exp and the audience',
  );
});

test('either a key or a token, and a log', () => {
  const queueUrl = 'https://sqs.example/1/ingest';
  const { token } = platform();
  expect(() => sqs({ queueUrl, logOrigin: ORIGIN })).toThrow('either emitterKey or workloadToken');
  expect(() => sqs({ queueUrl, workloadToken: token })).toThrow('origin');
  expect(sqs({ queueUrl, logOrigin: ORIGIN, workloadToken: token, region: 'us-east-1' })).toBeInstanceOf(
    Function,
  );
});
