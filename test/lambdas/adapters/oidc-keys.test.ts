import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { oidcKeys } from '../../../lambdas/adapters/oidc-keys.ts';
import { type LocalIssuer, startIssuer } from '../../support/local-issuer.ts';

let issuer: LocalIssuer;
let now = 1_764_000_000_000;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

const clock = { now: () => now };

test('keys are found once, and kept', async () => {
  const keys = oidcKeys(issuer.issuer, clock);
  const token = await issuer.sign({ sub: 'w' });
  for (let n = 0; n < 5; n++) expect((await jwtVerify(token, keys)).payload.sub).toBe('w');
  expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test('an issuer that does not answer is asked once in ten seconds, not once a message, and then again', async () => {
  const keys = oidcKeys(issuer.issuer, clock);
  const token = await issuer.sign({ sub: 'w' });
  issuer.fail(true);
  for (let n = 0; n < 20; n++)
    await expect(jwtVerify(token, keys)).rejects.toMatchObject({ code: 'unavailable' });
  expect(issuer.asked).toHaveLength(1);
  issuer.fail(false);
  now += 9_999;
  await expect(jwtVerify(token, keys)).rejects.toMatchObject({ code: 'unavailable' });
  now += 1;
  expect((await jwtVerify(token, keys)).payload.sub).toBe('w');
});

test('a description without end is not read to its end', async () => {
  const talker = await startIssuer((same) => ({ ...same, more: 'x'.repeat(200_000) }));
  const token = await talker.sign({ sub: 'w' });
  await expect(jwtVerify(token, oidcKeys(talker.issuer, clock))).rejects.toMatchObject({
    code: 'unavailable',
    cause: expect.objectContaining({ message: expect.stringContaining('more than 100000 bytes') }),
  });
  await talker.stop();
});
