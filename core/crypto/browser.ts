import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 of the concatenation of `parts`: 32 bytes. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  const digest = nobleSha256.create();
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** SHA-256 of the octet `tag` and what follows it: 32 bytes. */
export function sha256Tagged(tag: number, ...parts: Uint8Array[]): Uint8Array {
  return sha256(new Uint8Array([tag]), ...parts);
}

/** SHA-256 of the UTF-8 of `text`: 32 bytes. */
export function sha256OfText(text: string): Uint8Array {
  return nobleSha256(new TextEncoder().encode(text));
}

/** SHA-256 as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(nobleSha256(bytes));
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, message);
}

/** Whether `signature` (64 bytes) is Ed25519 (RFC 8032, pure) over `message` by the raw 32-byte `publicKey`. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return ed25519.verify(signature, message, publicKey, { zip215: false }); // false, too, for what is not a point
}

/** Ed25519 (RFC 8032, pure) over `message` by the raw 32-byte private key `seed`: 64 bytes. */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed);
}

/** The raw 32-byte public key of the raw private key `seed`. */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** `length` bytes from the browser's generator. */
export function randomOctets(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}

/** Whether `a` and `b` hold the same bytes, for long ones of public values. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Equality that takes the same time wherever the first difference lies; lengths are not secret. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}
