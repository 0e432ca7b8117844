import { z } from 'zod';
import type { AuditEvent } from '../event/event.ts';
import { tenantIdSchema } from '../event/ids.ts';
import { digestSchema, short, timestamp } from '../event/values.ts';

/** The version of the record format that this code writes. */
export const RECORD_VERSION = '1.0.0';

/** How an event came in: `sqs` from the ingest queue with a claim, the others over the internal queue. */
export const INGEST_SOURCES = ['sqs', 'https', 'otlp', 'internal'] as const;
export type IngestSource = (typeof INGEST_SOURCES)[number];

/** What the writer did to the event, and where. */
export const redactionSchema = z
  .strictObject({
    pointer: z.string(),
    action: z.enum(['committed', 'moved', 'pseudonymised']),
  })
  .meta({ id: 'Redaction' });
export type Redaction = z.infer<typeof redactionSchema>;

/** Who sent the event, by what the writer verified: the registered emitter, or the token. */
export const emitterRefSchema = z
  .strictObject({
    id: short(),
    claim_digest: digestSchema.optional(),
    key_id: short().optional(),
  })
  .meta({ id: 'EmitterRef' });
export type EmitterRef = z.infer<typeof emitterRefSchema>;

const recordShape = {
  record_version: z.literal(RECORD_VERSION),
  tenant_id: tenantIdSchema,
  recorded_at: timestamp(),
  content_hash: digestSchema,
  source_commitment: digestSchema.optional(),
  ingest: z.strictObject({ source: z.enum(INGEST_SOURCES) }),
  emitter: emitterRefSchema,
  redactions: z.array(redactionSchema),
  writer_version: short(),
};

const envelopeSchema = z.strictObject(recordShape);

/** A record: an event as accepted. Its RFC 8785 bytes are the leaf. */
export type AuditRecord = z.infer<typeof envelopeSchema> & { event: AuditEvent };
