import { v7 } from 'uuid';
import { z } from 'zod';
import { AuditError } from '../errors.ts';
import type { Random } from '../ports.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A UUIDv7 (RFC 9562, section 5.7) in lower case. */
export const eventIdSchema = z
  .string()
  .regex(UUID_V7, 'expected a UUID of version 7 in lower case')
  .brand<'EventId'>();
export type EventId = z.infer<typeof eventIdSchema>;

/** The id of a tenant: 3 to 32 lower-case letters, digits and hyphens. */
export const tenantIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{3,32}$/, 'expected 3 to 32 lower-case letters, digits or hyphens')
  .brand<'TenantId'>();
export type TenantId = z.infer<typeof tenantIdSchema>;

/** `text` as an event id; throws `malformed`. */
export function asEventId(text: string): EventId {
  const parsed = eventIdSchema.safeParse(text);
  if (!parsed.success) throw new AuditError('malformed', 'not a UUID of version 7 in lower case');
  return parsed.data;
}

/** `text` as a tenant id; throws `malformed`. */
export function asTenantId(text: string): TenantId {
  const parsed = tenantIdSchema.safeParse(text);
  if (!parsed.success) throw new AuditError('malformed', 'not a tenant id');
  return parsed.data;
}

/** A new event id of the time `now` (milliseconds since the Unix epoch). */
export function mintEventId(now: number, random: Random): EventId {
  return asEventId(v7({ msecs: now, random: random.octets(16) }));
}

/** Milliseconds since the Unix epoch: the first 48 bits of a UUIDv7. */
export function timeOfEventId(id: EventId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
