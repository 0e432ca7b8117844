import canonicalize from 'canonicalize';
import { sha256 } from '#crypto';
import { type DigestText, toDigestText, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';

/**
 * RFC 8785 bytes of a JSON value: one value, one sequence of bytes. Throws `malformed` for what JSON cannot say
 * (NaN, half a surrogate pair, undefined).
 */
export function canonicalBytes(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new AuditError('malformed', 'not a JSON value', { cause });
  }
  if (text === undefined) throw new AuditError('malformed', 'not a JSON value');
  return utf8(text);
}

/** `sha256:` and hex over the RFC 8785 bytes of `event`: as sent for the source hash, as recorded for the content hash. */
export function contentHash(event: object): DigestText {
  return toDigestText(sha256(canonicalBytes(event)));
}
