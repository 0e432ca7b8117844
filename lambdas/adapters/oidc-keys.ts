import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { systemClock } from './system.ts';

const TIMEOUT_MS = 3_000;
const MOST_BYTES = 100_000; // of the issuer's description of itself, and of its keys
const KEYS_FRESH_MS = 10 * 60_000; // a key that the issuer took back is out after that
const BETWEEN_MS = 30_000; // an unknown key id asks again no sooner
const DOWN_MS = 10_000; // an issuer that did not answer is not waited for again sooner: a batch would wait for each message

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * The keys of an OpenID Connect issuer, found through its `/.well-known/openid-configuration` and kept for ten minutes.
 * Throws `unavailable` where the issuer does not answer as one, and for ten seconds after that without asking.
 */
export function oidcKeys(issuer: string, clock: Pick<Clock, 'now'> = systemClock): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  let down: { until: number; error: unknown } | undefined;
  return async (header, token) => {
    if (down && clock.now() < down.until) throw down.error;
    keys ??= discover(issuer);
    try {
      return await (await keys)(header, token);
    } catch (error) {
      // jose's word on a key that is not there is an answer; anything else is none.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      keys = undefined;
      down = { until: clock.now() + DOWN_MS, error: silent(error) };
      throw down.error;
    }
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await boundedFetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const described = discoverySchema.parse(await response.json());
  if (described.issuer !== issuer) throw new Error('it says that it is another issuer');
  const jwks = new URL(described.jwks_uri);
  if (jwks.protocol !== 'https:' && jwks.protocol !== new URL(issuer).protocol)
    throw new Error('its keys are not behind TLS');
  return createRemoteJWKSet(jwks, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: KEYS_FRESH_MS,
    cooldownDuration: BETWEEN_MS,
    [customFetch]: boundedFetch,
  });
}

/** A GET whose answer is read whole, up to `MOST_BYTES`; redirects are failures. */
async function boundedFetch(address: string, options: RequestInit): Promise<Response> {
  const response = await fetch(address, { ...options, redirect: 'error' });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error(`it answered with more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return new Response(Buffer.concat(parts), { status: response.status, headers: response.headers });
}

function silent(cause: unknown): AuditError {
  return new AuditError('unavailable', "the tenant's issuer does not answer as one", { cause });
}
