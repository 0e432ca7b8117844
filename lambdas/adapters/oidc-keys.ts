import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';

const TIMEOUT_MS = 3_000;
const MOST_BYTES = 100_000; // of the issuer's description of itself
const KEYS_FRESH_MS = 10 * 60_000; // a key that the issuer took back is out after that
const BETWEEN_MS = 30_000; // an unknown key id asks again no sooner

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * The keys of an OpenID Connect issuer, found through its `/.well-known/openid-configuration` and kept for ten minutes.
 * Throws `unavailable` where the issuer does not answer as one.
 */
export function oidcKeys(issuer: string): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    keys ??= discover(issuer);
    let get: JWTVerifyGetKey;
    try {
      get = await keys;
    } catch (error) {
      keys = undefined; // asked again with the next request
      throw error;
    }
    return await get(header, token);
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (!response.ok || text.length > MOST_BYTES) throw new Error(`it answered ${response.status}`);
    const described = discoverySchema.parse(JSON.parse(text));
    if (described.issuer !== issuer) throw new Error('it says that it is another issuer');
    const jwks = new URL(described.jwks_uri);
    if (jwks.protocol !== 'https:' && jwks.protocol !== new URL(issuer).protocol)
      throw new Error('its keys are not behind TLS');
    return createRemoteJWKSet(jwks, {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: KEYS_FRESH_MS,
      cooldownDuration: BETWEEN_MS,
    });
  } catch (cause) {
    throw new AuditError('unavailable', "the tenant's issuer does not answer as one", { cause });
  }
}
