import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { privateJwkSchema } from '../../core/identity/emitter.ts';

const { kty, crv, x, d } = privateJwkSchema.shape;

const keyFileSchema = z.object({
  emitter_id: z.string().min(1),
  log_origin: z.string().min(1).optional(),
  private_jwk: z.object({ kty, crv, x, d }), // a `kid` beside them is computed, not believed
});

/** What an emitter's key file holds: who it is, its Ed25519 key, and the log that it writes to. */
export type EmitterKey = z.infer<typeof keyFileSchema>;

/** Reads a key file as `npm run tenant -- emitter create` writes it. Throws `misconfigured`, which never quotes the key. */
export function readEmitterKey(path: string): EmitterKey {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = error instanceof SyntaxError ? 'it is not JSON' : (error as NodeJS.ErrnoException).code;
    throw new AuditError('misconfigured', `the emitter key file ${path} can't be read: ${code}`);
  }
  const parsed = keyFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the file').join(', ');
  throw new AuditError('misconfigured', `the emitter key file ${path} is not one: see ${fields}`);
}
