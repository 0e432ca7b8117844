import { hmacSha256 } from '#crypto';
import { utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';

/** The keys that one tenant's secret yields, 32 octets each; knowing one tells nothing of another. */
export interface TenantKeys {
  /** Names posting lists. */
  index: Uint8Array;
  /** Tells duplicates from conflicts without keeping a bare hash of personal data. */
  dedupe: Uint8Array;
  /** Authenticates cursors. */
  cursor: Uint8Array;
  /** Makes pseudonyms of subjects. */
  pseudonym: Uint8Array;
}

const SHORTEST_SECRET = 32;

/** Derives the keys: HMAC-SHA-256 of a label under the secret, the expand step of HKDF (RFC 5869) for one block. */
export function deriveTenantKeys(secret: string): TenantKeys {
  if (secret.length < SHORTEST_SECRET)
    throw new AuditError(
      'misconfigured',
      `the tenant's secret is shorter than ${SHORTEST_SECRET} characters`,
    );
  const derive = (label: string) => hmacSha256(utf8(secret), utf8(`agent-audit-trail v1 ${label}\u0001`));
  return {
    index: derive('index'),
    dedupe: derive('dedupe'),
    cursor: derive('cursor'),
    pseudonym: derive('pseudonym'),
  };
}

const TAG_OCTETS = 16;

/** The keyed hash of a content hash (`sha256:…`): 16 octets, enough that nobody without the key finds two alike. */
export function hashTag(dedupeKey: Uint8Array, contentHash: string): Uint8Array {
  return hmacSha256(dedupeKey, utf8(contentHash)).slice(0, TAG_OCTETS);
}
