import { sha256 } from '#crypto';
import { type DigestText, toDigestText, toHex, utf8 } from '../encoding.ts';
import { asTenantId, type TenantId } from '../event/ids.ts';
import type { Random } from '../ports.ts';

const SECRET_OCTETS = 32;
const SECRET_LENGTH = 43; // 62^43 is the first power beyond 2^256
const CHECKSUM_LENGTH = 6; // 62^6 is beyond 2^32
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN = /^(aat_([a-z0-9-]{3,32})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/**
 * A new bearer token: `aat_<tenant>_<secret><checksum>`, the secret 256 bits in base 62, the checksum 32 bits of a
 * SHA-256 over what stands before it. A fixed prefix and a checksum let scanners find leaked tokens without guessing.
 */
export function mintToken(tenantId: TenantId, random: Random): string {
  const body = `aat_${tenantId}_${base62(random.octets(SECRET_OCTETS), SECRET_LENGTH)}`;
  return body + checksum(body);
}

/** The tenant that a token names, before any look-up; undefined where the text is no token or was mistyped. */
export function parseToken(text: string): { tenantId: TenantId } | undefined {
  const [, body, tenant, check] = TOKEN.exec(text) ?? [];
  if (body === undefined || tenant === undefined || check !== checksum(body)) return undefined;
  return { tenantId: asTenantId(tenant) };
}

/** What is stored of a token. Its 256 random bits leave nothing to guess, so a plain SHA-256 does. */
export function tokenHash(token: string): DigestText {
  return toDigestText(sha256(utf8(token)));
}

function checksum(body: string): string {
  return base62(sha256(utf8(body)).slice(0, 4), CHECKSUM_LENGTH);
}

function base62(bytes: Uint8Array, length: number): string {
  let rest = BigInt(`0x${toHex(bytes)}`);
  let digits = '';
  for (let position = 0; position < length; position++) {
    digits = ALPHABET.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return digits;
}
