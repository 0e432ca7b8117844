import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import { short } from '../event/values.ts';

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 octets in base64url');

/** The public half of an emitter's key (RFC 8037). */
export const publicJwkSchema = z
  .strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate })
  .meta({ id: 'EmitterPublicKey' });
export type PublicJwk = z.infer<typeof publicJwkSchema>;

/** The whole key, as it stands in an emitter's key file. */
export const privateJwkSchema = z.strictObject({ ...publicJwkSchema.shape, d: coordinate });
export type PrivateJwk = z.infer<typeof privateJwkSchema>;

/** A registered sender. Times are milliseconds since the Unix epoch. */
export interface Emitter {
  id: string;
  /** The ids of the agents that it may speak for. */
  agents: readonly string[];
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  publicJwk: PublicJwk;
  createdAt: number;
  removedAt?: number;
  /** Set where it was removed because its key leaked: nothing that was issued from then on is believed. */
  compromisedSince?: number;
}

export const emitterSchema = z.strictObject({
  id: short(),
  agents: z.array(short()).min(1).max(100),
  kid: coordinate,
  publicJwk: publicJwkSchema,
  createdAt: z.int(),
  removedAt: z.int().optional(),
  compromisedSince: z.int().optional(),
});

/** The key id of an emitter's key: its SHA-256 thumbprint (RFC 7638) in base64url. */
export function keyIdOf({ kty, crv, x }: PublicJwk): Promise<string> {
  return calculateJwkThumbprint({ kty, crv, x }, 'sha256');
}

/** Whether `emitter` is registered to speak for the agent `agentId`. */
export function mayEmitFor(emitter: Pick<Emitter, 'agents'>, agentId: string): boolean {
  return emitter.agents.includes(agentId);
}
