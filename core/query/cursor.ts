import type { z } from 'zod';
import { equalConstantTime, hmacSha256, sha256 } from '#crypto';
import { concatBytes, fromBase64Url, fromUtf8, toBase64Url, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { canonicalBytes } from '../event/canonical.ts';

const TAG_OCTETS = 16;
const MAX_CURSOR = 4_096; // a timeline's cursor holds what its story must remember

/** A digest of what was asked for, so that a cursor serves no other question. */
export function questionDigest(question: unknown): string {
  return toBase64Url(sha256(canonicalBytes(question)).subarray(0, TAG_OCTETS));
}

/** `value` as an opaque text that nobody else can make or alter. */
export function sealCursor(key: Uint8Array, value: object): string {
  const body = utf8(JSON.stringify(value));
  return toBase64Url(concatBytes(tagOf(key, body), body));
}

/** What `sealCursor` was given. Throws `invalid_request` on anything that it did not make. */
export function openCursor<Schema extends z.ZodType>(
  key: Uint8Array,
  schema: Schema,
  cursor: string,
): z.output<Schema> {
  const body = authenticated(key, cursor);
  const parsed = body && schema.safeParse(JSON.parse(fromUtf8(body)));
  if (!parsed?.success) throw foreignCursor();
  return parsed.data;
}

/** The refusal of a cursor that is not ours, was altered, or belongs to another question. */
export function foreignCursor(): AuditError {
  return new AuditError(
    'invalid_request',
    'cursor: expected the next_cursor of an answer to the same question, unaltered',
    { field: 'cursor' },
  );
}

function authenticated(key: Uint8Array, cursor: string): Uint8Array | undefined {
  if (cursor.length > MAX_CURSOR) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = fromBase64Url(cursor);
  } catch {
    return undefined;
  }
  const body = bytes.subarray(TAG_OCTETS);
  return equalConstantTime(bytes.subarray(0, TAG_OCTETS), tagOf(key, body)) ? body : undefined;
}

function tagOf(key: Uint8Array, body: Uint8Array): Uint8Array {
  return hmacSha256(key, body).subarray(0, TAG_OCTETS);
}
