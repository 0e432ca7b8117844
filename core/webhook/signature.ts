import { ed25519PublicKey, hmacSha256, signEd25519 } from '#crypto';
import { fromBase64, toBase64, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Random } from '../ports.ts';

/** Signatures of Standard Webhooks 1.0: `v1` is HMAC-SHA-256 with a shared secret, `v1a` Ed25519. */
export const SIGNATURES = ['v1', 'v1a'] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

const SECRET = 'whsec_';
const PRIVATE = 'whsk_';
const PUBLIC = 'whpk_';

/** What signs the messages of an endpoint, and what the receiver checks them with. */
export interface SigningSecret {
  /** `whsec_…` or `whsk_…`: kept where secrets are. */
  secret: string;
  /** `whpk_…`, of a `v1a` secret. */
  publicKey?: string;
}

/** A new secret of 32 random octets. */
export function mintSecret(kind: SignatureKind, random: Random): SigningSecret {
  const octets = random.octets(32);
  if (kind === 'v1') return { secret: SECRET + toBase64(octets) };
  return { secret: PRIVATE + toBase64(octets), publicKey: PUBLIC + toBase64(ed25519PublicKey(octets)) };
}

/**
 * The headers that sign `body`, by each of `secrets`: while one is being replaced there are two, and a receiver takes
 * whichever it knows.
 */
export function signedHeaders(
  { id, at, body }: { id: string; at: number; body: string },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const content = utf8(`${id}.${timestamp}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => signature(secret, content)).join(' '),
  };
}

function signature(secret: string, content: Uint8Array): string {
  if (secret.startsWith(SECRET))
    return `v1,${toBase64(hmacSha256(fromBase64(secret.slice(SECRET.length)), content))}`;
  if (secret.startsWith(PRIVATE))
    return `v1a,${toBase64(signEd25519(fromBase64(secret.slice(PRIVATE.length)), content))}`;
  throw new AuditError('integrity', 'a stored secret is none of ours');
}
