import { z } from 'zod';
import { type EventId, eventIdSchema } from '../event/ids.ts';
import type { Unrecorded } from '../identity/registry.ts';
import { filterSchema } from '../query/filter.ts';
import { receiverSchema } from './receiver.ts';

/** Which records an endpoint gets: those that `GET /v1/audit/events` gives for the same filter. */
export const webhookFilterSchema = filterSchema.pick({ event_type: true, category: true });
export type WebhookFilter = z.output<typeof webhookFilterSchema>;

/** One version of what the sender proves itself with; the secret itself lies where secrets are. */
export const secretVersionSchema = z.strictObject({
  version: z.int().positive(),
  /** Of a `v1a` secret. */
  publicKey: z.string().optional(),
  /** Milliseconds since the Unix epoch; it signs no more from then on. */
  until: z.int().optional(),
});
export type SecretVersion = z.output<typeof secretVersionSchema>;

export const endpointSchema = z.strictObject({
  endpointId: eventIdSchema,
  name: z.string().optional(),
  url: z.string(),
  receiver: receiverSchema,
  filter: webhookFilterSchema,
  enabled: z.boolean(),
  /** Grows with every change: two at once can't both be made. */
  revision: z.int().positive(),
  /** Grows when the stream of messages begins anew: attempts, waits and a disabling of the one before count no more. */
  generation: z.int().positive(),
  /** Generation `generation` began at log index `at`; later ones go on from where the one before stood. */
  start: z.strictObject({ generation: z.int().positive(), at: z.int().nonnegative() }),
  secrets: z.array(secretVersionSchema).min(1),
  createdAt: z.int(),
  createdBy: z.string(),
  removedAt: z.int().optional(),
});

/** An endpoint as the tenant has set it up. What was delivered to it is kept elsewhere, by another role. */
export type Endpoint = z.output<typeof endpointSchema> & Unrecorded;

/** The endpoints of one tenant, removed ones of the last months included. Changes are durable when they return. */
export interface EndpointRegistry {
  list(): Promise<Endpoint[]>;
  add(endpoint: Endpoint): Promise<void>;
  /** Puts `endpoint` in the place of the revision before it; false where that is not the one that stands. */
  replace(endpoint: Endpoint): Promise<boolean>;
  /** Takes the mark away, if it still is this one. */
  recorded(endpointId: EventId, unrecorded: string): Promise<void>;
}

/** Where the secrets of a tenant's endpoints lie in the parameter store: nobody else's begin so. */
export function secretsPath(tenantId: string): string {
  return `/agent-audit-trail/${tenantId}/webhooks`;
}

/** The secrets of endpoints, a version each; whoever writes them can't read them, and the other way round. */
export interface SecretWriter {
  write(endpointId: EventId, version: number, secret: string): Promise<void>;
  /** It may be gone already. */
  remove(endpointId: EventId, version: number): Promise<void>;
}

export interface SecretReader {
  read(endpointId: EventId, version: number): Promise<string | undefined>;
}

/** Versions that still count at `now`, newest first. */
export function standingSecrets({ secrets }: Pick<Endpoint, 'secrets'>, now: number): SecretVersion[] {
  return secrets
    .filter(({ until }) => until === undefined || until > now)
    .sort((a, b) => b.version - a.version);
}
