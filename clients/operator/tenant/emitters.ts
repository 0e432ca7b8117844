import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import type { AdminClient } from '../admin-client.ts';
import { generateEmitterKey, writeEmitterKeyFile } from './emitter-key-file.ts';
import type { DeployedTenant } from './locate.ts';

const PATH = '/v1/audit/emitters';

const listSchema = z.object({
  emitters: z.array(
    z.object({
      kid: z.string(),
      emitter_id: z.string(),
      agents: z.array(z.string()),
      created_at: z.string(),
      created_by: z.string(),
      removed_at: z.string().nullish(),
      compromised_since: z.string().nullish(),
    }),
  ),
});
type EmitterLine = z.infer<typeof listSchema>['emitters'][number];

/** A name for an emitter that was given none. */
export function mintEmitterId(): string {
  return `emitter-${randomBytes(6).toString('hex')}`;
}

/**
 * Makes a key pair, keeps it in `file`, and registers its public half. The file is there first: a registered key whose
 * private half is lost is of no use, an unregistered one does no harm. Where the registration fails, the file goes.
 */
export async function createEmitter(
  admin: AdminClient,
  tenant: Pick<DeployedTenant, 'id' | 'logOrigin'>,
  wanted: { emitterId: string; agents: readonly string[]; file: string },
): Promise<{ emitterId: string; kid: string }> {
  const { emitterId, agents, file } = wanted;
  const { jwk, kid } = await generateEmitterKey();
  writeEmitterKeyFile(file, { emitterId, logOrigin: tenant.logOrigin, jwk, kid });
  try {
    const { kty, crv, x } = jwk;
    const registered = await admin.createEmitter({ emitterId, agents, publicJwk: { kty, crv, x } });
    if (registered.kid !== kid || registered.emitterId !== emitterId) {
      throw new AuditError(
        'integrity',
        `Another key or name was registered than the one sent (key id ${kid}): npm run tenant -- emitter list ${tenant.id}`,
      );
    }
    return registered;
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** The tenant's emitters, removed ones included. */
export async function listEmitters(admin: AdminClient): Promise<EmitterLine[]> {
  return (await admin.request(listSchema, 'GET', PATH)).emitters;
}

/** Removes a key by its id, or all keys of an emitter; nothing signed from `compromisedSince` (RFC 3339) on is believed. */
export async function removeEmitter(
  admin: AdminClient,
  idOrKid: string,
  compromisedSince?: string,
): Promise<EmitterLine[]> {
  const query =
    compromisedSince === undefined ? '' : `?compromised_since=${encodeURIComponent(compromisedSince)}`;
  const path = `${PATH}/${encodeURIComponent(idOrKid)}${query}`;
  return (await admin.request(listSchema, 'DELETE', path)).emitters;
}

/** `active`, or since when not. */
export function stateOfEmitter({ removed_at, compromised_since }: EmitterLine): string {
  if (compromised_since != null) return `compromised since ${compromised_since}`;
  return removed_at == null ? 'active' : `removed ${removed_at}`;
}
