import { generateKeyPairSync } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { AuditError } from '../../../core/errors.ts';
import { keyIdOf, type PrivateJwk, privateJwkSchema } from '../../../core/identity/emitter.ts';

/** A new Ed25519 key pair as private JWK (RFC 8037), and its key id. */
export async function generateEmitterKey(): Promise<{ jwk: PrivateJwk; kid: string }> {
  const jwk = privateJwkSchema.parse(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  return { jwk, kid: await keyIdOf(jwk) };
}

/**
 * Writes an emitter's key file as the SDK reads it, for its owner's eyes alone; never over another file. Throws
 * `misconfigured`, which does not quote the key.
 */
export function writeEmitterKeyFile(
  file: string,
  emitter: { emitterId: string; logOrigin: string; jwk: PrivateJwk; kid: string },
): void {
  const { emitterId, logOrigin, jwk, kid } = emitter;
  const content = { emitter_id: emitterId, log_origin: logOrigin, private_jwk: { ...jwk, kid } };
  const existed = existsSync(file);
  try {
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (!existed) rmSync(file, { force: true }); // half a key is none
    const code = (cause as NodeJS.ErrnoException).code;
    throw new AuditError(
      'misconfigured',
      code === 'EEXIST'
        ? `${file} exists already and is left as it is: name another with --out FILE.`
        : `${file} cannot be written (${code}): name another with --out FILE. Nothing was registered.`,
      { cause },
    );
  }
}
