import { z } from 'zod';
import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { canonicalBytes, contentHash } from '../event/canonical.ts';
import { type AuditEvent, recordedEventSchema } from '../event/event.ts';
import { eventIdSchema, tenantIdSchema } from '../event/ids.ts';
import { checkValue } from '../event/json.ts';
import { parseJsonText } from '../event/json-text.ts';
import { LIMITS } from '../event/limits.ts';
import { describe } from '../event/parse.ts';
import { digestSchema, short, timestamp } from '../event/values.ts';

/** The version of the record format that this code writes. */
export const RECORD_VERSION = '1.0.0';

/** How an event came in: `sqs` from the ingest queue with a claim, the others over the internal queue. */
const INGEST_SOURCES = ['sqs', 'https', 'otlp', 'internal'] as const;
export type IngestSource = (typeof INGEST_SOURCES)[number];

/** What the writer did to the event, and where. */
const redactionSchema = z
  .strictObject({
    pointer: z.string(),
    action: z.enum(['committed', 'moved', 'pseudonymised', 'redacted']),
  })
  .meta({ id: 'Redaction' });
export type Redaction = z.infer<typeof redactionSchema>;

/** Who sent the event, by what the writer verified: the registered emitter, or the token. */
const emitterRefSchema = z
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

/** The schema of a record, for documents and for those who check one field by field. */
export const recordSchema = z.strictObject({ ...recordShape, event: recordedEventSchema }).meta({
  id: 'AuditRecord',
  description: 'An event as accepted; its RFC 8785 bytes are the leaf of the log.',
});

const readableSchema = z.looseObject({
  record_version: z.string().regex(/^1\.\d+\.\d+$/),
  tenant_id: tenantIdSchema,
  recorded_at: z.iso.datetime({ precision: 3 }),
  content_hash: digestSchema,
  event: z.looseObject({
    schema_version: z.string().regex(/^1\.\d+\.\d+$/),
    event_id: eventIdSchema,
    event_type: z.string(),
    occurred_at: z.iso.datetime({ precision: 3 }),
    agent: z.looseObject({ id: z.string() }),
    payload: z.looseObject({}),
  }),
});

const LEAF_LIMITS = { bytes: LIMITS.recordBytes, depth: LIMITS.depth + 2, keys: 2 * LIMITS.keys };

/**
 * Reads a leaf. Any 1.x record is taken, so a later minor version may bring fields and event types that this code
 * does not know. Throws `malformed` where the bytes are not a record, not canonical (RFC 8785), or where the content
 * hash is not that of the event.
 */
export function parseLeaf(leaf: Uint8Array): AuditRecord {
  const json = parseJsonText(leaf, LEAF_LIMITS);
  if (!json.ok) throw new AuditError('malformed', `a leaf is not a record: ${json.detail}`);
  const refusal = checkValue(json.value, LEAF_LIMITS);
  if (refusal) throw new AuditError('malformed', `a leaf is not a record: ${refusal.detail}`);
  const parsed = readableSchema.safeParse(json.value);
  if (!parsed.success)
    throw new AuditError('malformed', `a leaf is not a record: ${describe(parsed.error.issues)}`);
  if (!equalBytes(canonicalBytes(json.value), leaf)) {
    throw new AuditError('malformed', 'a leaf is not in canonical form (RFC 8785)');
  }
  // Beyond what was checked the types describe what the writer of this version records.
  const record = json.value as AuditRecord;
  if (contentHash(record.event) !== record.content_hash) {
    throw new AuditError('malformed', 'the content hash of a record is not that of its event');
  }
  return record;
}
