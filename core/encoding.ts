import { AuditError } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 `bytes`; throws `malformed` where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new AuditError('malformed', 'not UTF-8', { cause });
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Bytes of hexadecimal `text`; throws `malformed` on anything else. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new AuditError('malformed', 'not hexadecimal');
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    const byte = 16 * digitOf(text.charCodeAt(2 * index)) + digitOf(text.charCodeAt(2 * index + 1));
    if (Number.isNaN(byte)) throw new AuditError('malformed', 'not hexadecimal');
    bytes[index] = byte;
  }
  return bytes;
}

/** As many bytes as `octets` says, of the ASCII of lower-case hexadecimal digits at `start`; undefined where they are none. */
export function fromHexOctets(ascii: Uint8Array, start: number, octets: number): Uint8Array | undefined {
  const bytes = new Uint8Array(octets);
  for (let index = 0; index < octets; index++) {
    const high = LOWER_DIGITS[ascii[start + 2 * index] ?? 0] ?? NO_DIGIT;
    const low = LOWER_DIGITS[ascii[start + 2 * index + 1] ?? 0] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) return undefined;
    bytes[index] = 16 * high + low;
  }
  return bytes;
}

const NO_DIGIT = 255;
const LOWER_DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? NO_DIGIT : digit;
});

/** The value of a hexadecimal digit, given as its code; NaN for any other. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Bytes of standard base64 `text` with padding; throws `malformed` on anything else, non-canonical endings included. */
export function fromBase64(text: string): Uint8Array {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new AuditError('malformed', 'not base64');
  }
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let index = 0; index < raw.length; index++) bytes[index] = raw.charCodeAt(index);
  if (toBase64(bytes) !== text) throw new AuditError('malformed', 'base64 with stray bits at its end');
  return bytes;
}

/** base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Bytes of base64url `text` without padding; throws `malformed` on anything else. */
export function fromBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new AuditError('malformed', 'not base64url');
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}

/** Whether `a` and `b` hold the same bytes. For public values; secrets use `equalConstantTime`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** One array of all `parts`. */
export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** `sha256:` and 64 hexadecimal digits: how the product writes a digest in JSON. */
export type DigestText = `sha256:${string}`;

/** 32 bytes as `sha256:` + hex. */
export function toDigestText(digest: Uint8Array): DigestText {
  return `sha256:${toHex(digest)}`;
}

/** The 32 bytes of `sha256:` + 64 hex digits in lower case; throws `malformed` on anything else. */
export function fromDigestText(text: string): Uint8Array {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new AuditError('malformed', 'not "sha256:" and 64 lower-case hex digits');
  return fromHex(text.slice('sha256:'.length));
}
