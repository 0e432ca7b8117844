import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { AuditError } from '../../core/errors.ts';
import { keyIdOf, type PrivateJwk, privateJwkSchema } from '../../core/identity/emitter.ts';
import { WORKLOAD, workloadAudience } from '../../core/identity/workload.ts';
import type { EmitterKey } from './emitter-key.ts';

/** What signs a claim now: the emitter's name, its key, and the word of its platform where the key is not registered. */
export type Signer = (now: number) => Promise<{ emitterId: string; key: PrivateJwk; workload?: string }>;

/** Gets a token of the platform that this process runs on, for an audience: from Kubernetes, a cloud, SPIFFE, a CI job. */
export type WorkloadToken = (audience: string) => Promise<string>;

/** Another token is asked for when the one at hand has this long to live, or a third of its life. */
const RENEW_BEFORE_S = 10 * 60;

/** Signs with a registered key. */
export function registered({ emitter_id: emitterId, private_jwk: key }: EmitterKey): Signer {
  return async () => ({ emitterId, key });
}

/**
 * Signs with a key that is made here, lives in memory alone, and that the platform's token vouches for. Tokens are renewed
 * in time; one that cannot be had fails the attempt, and the outbox tries again.
 */
export function vouchedFor(logOrigin: string, getToken: WorkloadToken): Signer {
  let made: Promise<{ key: PrivateJwk; audience: string }> | undefined;
  let vouched: { token: string; emitterId: string; renewAt: number } | undefined;
  return async (now) => {
    made ??= makeKey(logOrigin);
    const { key, audience } = await made;
    if (!vouched || now >= vouched.renewAt) vouched = read(await getToken(audience), audience);
    return { emitterId: vouched.emitterId, key, workload: vouched.token };
  };
}

async function makeKey(logOrigin: string): Promise<{ key: PrivateJwk; audience: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const key = privateJwkSchema.parse(await exportJWK(privateKey));
  return { key, audience: workloadAudience(logOrigin, await keyIdOf(key)) };
}

function read(token: string, audience: string): { token: string; emitterId: string; renewAt: number } {
  const { sub, aud, iat = 0, exp } = decodeJwt(token);
  if (sub === undefined || exp === undefined || ![aud].flat().includes(audience))
    throw new AuditError(
      'misconfigured',
      `the workload token: expected a JWT with sub, exp and the audience ${audience}`,
    );
  const renewAt = (exp - Math.min(RENEW_BEFORE_S, (exp - iat) / 3)) * 1_000;
  return { token, emitterId: `${WORKLOAD}${sub}`, renewAt };
}
