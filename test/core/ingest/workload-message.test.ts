import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { bodyDigest, signClaim } from '../../../core/identity/claim.ts';
import { keyIdOf, privateJwkSchema } from '../../../core/identity/emitter.ts';
import { workloadAudience } from '../../../core/identity/workload.ts';
import { oidcKeys } from '../../../lambdas/adapters/oidc-keys.ts';
import { type LocalIssuer, startIssuer } from '../../support/local-issuer.ts';
import { IntakeWorld } from './intake-world.ts';

let issuer: LocalIssuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

/** A tenant that knows a workload, a message of it, and a clock for what is known of the issuer. */
async function begin() {
  const world = await IntakeWorld.open();
  const wall = { time: 0 };
  world.intake.workloads = {
    issuer: issuer.issuer,
    workloads: { refunds: ['refund-agent'] },
    keys: oidcKeys(issuer.issuer, { now: () => wall.time }),
  };
  const key = privateJwkSchema.parse(
    await exportJWK((await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })).privateKey),
  );
  const kid = await keyIdOf(key);
  const event = world.event();
  const plain = await world.message([event]);
  const { origin } = world.intake.log;
  const iat = plain.sentAt / 1_000 - 5;
  const token = await issuer.sign({
    iss: issuer.issuer,
    sub: 'refunds',
    aud: workloadAudience(origin, kid),
    iat,
    exp: iat + 600,
  });
  const claim = await signClaim(
    key,
    {
      iss: 'workload:refunds',
      sub: 'refund-agent',
      aud: origin,
      iat,
      exp: iat + 300,
      jti: 'j',
      body_sha256: bodyDigest(plain.body),
      session: 's',
      seq: 0,
    },
    token,
  );
  return { world, wall, kid, event, message: { ...plain, claim } };
}

test('a workload is the emitter on the record, with the key that its platform vouched for', async () => {
  const { world, kid, event, message } = await begin();
  expect(await world.accept(message)).toEqual([]);
  expect(world.recordedIds()).toEqual([event.event_id]);
  expect(world.records()[0]?.emitter).toMatchObject({ id: 'workload:refunds', key_id: kid });
});

test('while the issuer cannot be reached the message is tried again, and nothing is refused', async () => {
  const { world, wall, event, message } = await begin();
  issuer.fail(true);
  expect(await world.accept(message)).toEqual([message.id]);
  expect(world.recordedIds()).toEqual([]);
  expect(world.reports()).toEqual([]);
  issuer.fail(false);
  wall.time += 10_000;
  expect(await world.accept({ ...message, receives: 2 })).toEqual([]);
  expect(world.recordedIds()).toEqual([event.event_id]);
});

test('without an issuer in the tenant file the message is refused, and the log says so', async () => {
  const { world, message } = await begin();
  world.intake.workloads = undefined;
  expect(await world.accept(message)).toEqual([]);
  expect(world.recordedIds()).toEqual([]);
  expect(world.observed).toContainEqual({ kind: 'refused', count: 1, reasons: { emitter_unknown: 1 } });
});
