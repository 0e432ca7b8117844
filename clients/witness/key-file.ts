import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { concatBytes, toBase64 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { cosignatureKeyId } from '../../core/log/cosignature.ts';
import type { Signer } from '../../core/ports.ts';

/** The witness's key pair of the file, which is made where there is none (PKCS #8, mode 0600). */
export function openKeyFile(file: string): Signer {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  }
  const key = readKey(file);
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const publicKey = new Uint8Array(Buffer.from(x, 'base64url'));
  return {
    publicKey: async () => publicKey,
    sign: async (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** What a tenant's file names the witness by: `name+<key id>+base64(0x04 ‖ public key)`. */
export function witnessVerifierKey(name: string, publicKey: Uint8Array): string {
  const typed = concatBytes(new Uint8Array([0x04]), publicKey);
  return `${name}+${cosignatureKeyId(name, publicKey)}+${toBase64(typed)}`;
}

function readKey(file: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new AuditError('misconfigured', `${file}: expected a private key in PEM`, { cause });
  }
  throw new AuditError('misconfigured', `${file}: expected an Ed25519 key`);
}
