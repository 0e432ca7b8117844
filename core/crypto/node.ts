import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

const ONE_SHOT = 16_384;
const DIGEST = 32;
const scratch = new Uint8Array(ONE_SHOT);

/** SHA-256 of the concatenation of `parts`: 32 bytes. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return digestOf(only);
  let length = 0;
  for (const part of parts) {
    // Trees are made of many small hashes, and one call is far cheaper than an object.
    if (length + part.length <= ONE_SHOT) scratch.set(part, length);
    length += part.length;
  }
  if (length <= ONE_SHOT) return digestOf(scratch.subarray(0, length));
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}

const pair = scratch.subarray(0, 1 + 2 * DIGEST);

/** SHA-256 of the octet `tag` and what follows it, 32 bytes: what Merkle trees are made of, so it is made quick. */
export function sha256Tagged(tag: number, bytes: Uint8Array, more?: Uint8Array): Uint8Array {
  const length = 1 + bytes.length + (more?.length ?? 0);
  if (length > ONE_SHOT) return sha256(new Uint8Array([tag]), bytes, more ?? new Uint8Array());
  scratch[0] = tag;
  scratch.set(bytes, 1);
  if (more) scratch.set(more, 1 + bytes.length);
  return digestOf(length === pair.length ? pair : scratch.subarray(0, length));
}

/** SHA-256 of the UTF-8 of `text`: 32 bytes. */
export function sha256OfText(text: string): Uint8Array {
  return digestOf(text);
}

/** SHA-256 as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** A string of 32 characters comes out of OpenSSL in a third of the time that a buffer takes. */
function digestOf(input: Uint8Array | string): Uint8Array {
  const text = hash('sha256', input, 'binary');
  const digest = new Uint8Array(DIGEST);
  for (let index = 0; index < DIGEST; index++) digest[index] = text.charCodeAt(index);
  return digest;
}

// A tenant has a few keys and asks for thousands of tags with each; making the key object takes longer than the tag.
const hmacKeys = new WeakMap<Uint8Array, KeyObject>();

/** HMAC-SHA-256 (RFC 2104): 32 bytes. The octets of `key` must not change afterwards. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const known = hmacKeys.get(key) ?? createSecretKey(key);
  hmacKeys.set(key, known);
  return createHmac('sha256', known).update(message).digest();
}

// SubjectPublicKeyInfo of Ed25519 (RFC 8410) is this prefix and the 32 raw bytes.
const SPKI_PREFIX = new Uint8Array([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
let lastKey: { raw: string; key: KeyObject } | undefined;

/** Whether `signature` (64 bytes) is Ed25519 (RFC 8032, pure) over `message` by the raw 32-byte `publicKey`. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const raw = Buffer.from(publicKey).toString('base64');
  if (lastKey?.raw !== raw) {
    const der = Buffer.concat([SPKI_PREFIX, publicKey]);
    lastKey = { raw, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  }
  return verify(null, message, lastKey.key, signature); // false, too, for a key that is not a point of the curve
}

// PrivateKeyInfo of Ed25519 (RFC 8410, section 7) is this prefix and the 32 raw bytes.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Ed25519 (RFC 8032, pure) over `message` by the raw 32-byte private key `seed`: 64 bytes. */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(null, message, privateKeyOf(seed));
}

/** The raw 32-byte public key of the raw private key `seed`. */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(SPKI_PREFIX.length));
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** `length` bytes from the operating system. */
export function randomOctets(length: number): Uint8Array {
  return randomBytes(length);
}

/** Whether `a` and `b` hold the same bytes, for long ones of public values. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Equality that takes the same time wherever the first difference lies; lengths are not secret. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
