import { z } from 'zod';
import { hmacSha256, sha256 } from '#crypto';
import { type DigestText, toDigestText, utf8 } from '../encoding.ts';
import { canonicalBytes, contentHash } from '../event/canonical.ts';
import { checkDisclosures, commitTo, type Disclosure, disclosuresSchema } from '../event/commitment.ts';
import { SELF_AGENT_ID } from '../event/envelope.ts';
import type { AuditEvent } from '../event/event.ts';
import { externalise } from '../event/externalise.ts';
import { GOVERNANCE_PAYLOADS } from '../event/governance.ts';
import { type EventId, type TenantId, timeOfEventId } from '../event/ids.ts';
import { checkValue } from '../event/json.ts';
import { LIMITS } from '../event/limits.ts';
import { describe, parseEvent } from '../event/parse.ts';
import { commit, pseudonymise } from '../event/personal-data.ts';
import { type Refusal, refuse } from '../event/refusal.ts';
import { formatTimestamp } from '../event/time.ts';
import type { Random } from '../ports.ts';
import { redactEvent } from '../redaction/redact.ts';
import type { RedactionRule } from '../redaction/rules.ts';
import { SOURCE_HASH_POINTER } from './disclosed.ts';
import {
  type AuditRecord,
  type EmitterRef,
  type IngestSource,
  RECORD_VERSION,
  type Redaction,
} from './record.ts';

const DEDUPE_TAG_OCTETS = 16;

/** An element of `events[]` as it arrived: the event, and what a sender that commits gave with it. */
export interface SentEvent {
  event: unknown;
  disclosures?: unknown;
}

/** What the writer knows besides the event. */
export interface IngestTerms {
  tenantId: TenantId;
  source: IngestSource;
  emitter: EmitterRef;
  /** JSON Pointers, with `*`, of what the tenant calls personal. */
  personalData: readonly string[];
  /** What the tenant has taken out of text for good, before anything else is done with it. */
  redact?: readonly RedactionRule[] | undefined;
  /** Key of the pseudonyms of subjects. */
  pseudonymKey: Uint8Array;
  /** Key of the tags that tell a duplicate from a conflict. */
  dedupeKey: Uint8Array;
  writerVersion: string;
  /** Milliseconds since the Unix epoch. */
  now: number;
  random: Random;
}

/** An event that is ready to become a record; only the time of recording is missing, which a batch shares. */
export interface PreparedEvent {
  event: AuditEvent;
  eventId: EventId;
  /** Milliseconds since the Unix epoch. */
  occurredAt: number;
  /** Over the event as recorded. */
  contentHash: DigestText;
  /** Over the event as sent; differs from `contentHash` where the writer changed something. */
  sourceHash: DigestText;
  /** 16 octets, equal for a redelivery, different for other content under the same id (`dedupeTag` below). */
  dedupeTag: Uint8Array;
  /** What opens the commitments in the record. Must be durable before the record is. */
  disclosures: Disclosure[];
  /** Everything of the record but its time. */
  record: Omit<AuditRecord, 'recorded_at'>;
}

/** The record of `prepared`, recorded at `recordedAt` (milliseconds since the Unix epoch). */
export function buildRecord(prepared: PreparedEvent, recordedAt: number): AuditRecord {
  return { ...prepared.record, recorded_at: formatTimestamp(recordedAt) };
}

/** The leaf: the RFC 8785 bytes of a record. */
export function leafBytes(record: AuditRecord): Uint8Array {
  return canonicalBytes(record);
}

/** The leaf of `prepared`, recorded at `recordedAt` (milliseconds since the Unix epoch). */
export function leafOf(prepared: PreparedEvent, recordedAt: number): Uint8Array {
  return leafBytes(buildRecord(prepared, recordedAt));
}

/**
 * From what was sent to what will be recorded: validated, judged by the age of its id, personal fields committed,
 * subjects pseudonymised, long values moved out. Pure but for the salts, which come from `terms.random`.
 */
export function prepareEvent(
  sent: SentEvent,
  terms: IngestTerms,
): { ok: true; prepared: PreparedEvent } | Refusal {
  // Before the schema: an agent that poses as the audit trail hears that, not which field its forgery lacks.
  if (terms.source !== 'internal' && reservedSchema.safeParse(sent.event).success)
    return refuse('event_type_reserved');
  const parsed = parseEvent(sent.event);
  if (!parsed.ok) return parsed;
  const { event, tenantId } = parsed;
  if (tenantId !== undefined && tenantId !== terms.tenantId) return refuse('tenant_mismatch');
  const sentBytes = canonicalBytes(sent.event);
  const refusal = judgeId(event.event_id, terms.now);
  if (refusal) return refusal;
  const given = readDisclosures(event, sent.disclosures, sentBytes.length);
  if (!given.ok) return given;

  const sourceHash = toDigestText(sha256(sentBytes));
  const redacted = redact(event, sourceHash, terms);
  if (!redacted) return refuse('record_too_large');
  const { record, disclosures } = redacted;
  return {
    ok: true,
    prepared: {
      event: record.event,
      eventId: event.event_id,
      occurredAt: Date.parse(event.occurred_at),
      contentHash: record.content_hash,
      sourceHash,
      dedupeTag: dedupeTag(event, sourceHash, terms),
      disclosures: [...given.disclosures, ...disclosures],
      record,
    },
  };
}

/** What, of whatever else it consists, claims to come from the audit trail itself. */
const reservedSchema = z.union([
  z.object({ event_type: z.enum(Object.keys(GOVERNANCE_PAYLOADS)) }),
  z.object({ agent: z.object({ id: z.literal(SELF_AGENT_ID) }) }),
]);

/**
 * A keyed hash of what the sender hashed. An OTLP sender hashes nothing: its events are made here, their ids follow
 * from trace and span, and the same span may read a little differently in other company or after an update of the
 * mapping. There the id alone tells a redelivery, and the first to come stands.
 */
function dedupeTag(
  event: AuditEvent,
  sourceHash: DigestText,
  { source, dedupeKey }: IngestTerms,
): Uint8Array {
  const same = source === 'otlp' ? `otlp ${event.event_id}` : sourceHash;
  return hmacSha256(dedupeKey, utf8(same)).slice(0, DEDUPE_TAG_OCTETS);
}

/** Uniqueness is checked for ids of the last 30 days, and an id of the future would outlive that check. */
function judgeId(id: EventId, now: number): Refusal | undefined {
  const age = now - timeOfEventId(id);
  if (age > LIMITS.idAge) return refuse('event_id_too_old');
  return age < -LIMITS.idLead ? refuse('event_id_in_future') : undefined;
}

function readDisclosures(
  event: AuditEvent,
  disclosures: unknown,
  eventBytes: number,
): { ok: true; disclosures: Disclosure[] } | Refusal {
  if (eventBytes > LIMITS.eventBytes) return refuse('event_too_large');
  if (disclosures === undefined) return { ok: true, disclosures: [] };
  const malformed = checkValue(disclosures, { depth: LIMITS.depth + 2, keys: 4 * LIMITS.keys });
  if (malformed) return refuse(malformed.code, `disclosures: ${malformed.detail}`);
  const parsed = disclosuresSchema.safeParse(disclosures);
  if (!parsed.success) return refuse('disclosure_invalid', `disclosures: ${describe(parsed.error.issues)}`);
  if (eventBytes + canonicalBytes(disclosures).length > LIMITS.eventBytes) {
    return refuse('event_too_large', 'the event and its disclosures: expected at most 256 KiB together');
  }
  return checkDisclosures(event, parsed.data) ?? { ok: true, disclosures: parsed.data };
}

/** The record without its time, and what opens the writer's own commitments; undefined where it stays too long. */
function redact(
  event: AuditEvent,
  sourceHash: DigestText,
  terms: IngestTerms,
): { record: PreparedEvent['record']; disclosures: Disclosure[] } | undefined {
  // The product's own statements about the log hold ids, not content.
  const rules = terms.source === 'internal' ? [] : (terms.redact ?? []);
  const clean = redactEvent(event, rules);
  const { event: pseudonymous, replaced } = pseudonymise(clean.event, terms.pseudonymKey);
  const committed = commit(pseudonymous, terms.personalData, terms.random);
  const redactions = [
    ...clean.redacted.map((pointer): Redaction => ({ pointer, action: 'redacted' })),
    ...replaced.map((pointer): Redaction => ({ pointer, action: 'pseudonymised' })),
    ...committed.committed.map((pointer): Redaction => ({ pointer, action: 'committed' })),
  ];
  const source = commitTo(SOURCE_HASH_POINTER, sourceHash, terms.random);
  const recordOf = (recorded: AuditEvent, moved: readonly string[]): PreparedEvent['record'] | undefined => {
    const hash = contentHash(recorded);
    const record: PreparedEvent['record'] = {
      record_version: RECORD_VERSION,
      tenant_id: terms.tenantId,
      event: recorded,
      content_hash: hash,
      ...(hash !== sourceHash && { source_commitment: source.committed }),
      ingest: { source: terms.source },
      emitter: terms.emitter,
      redactions: [...redactions, ...moved.map((pointer): Redaction => ({ pointer, action: 'moved' }))],
      writer_version: terms.writerVersion,
    };
    const leaf = leafBytes({ ...record, recorded_at: formatTimestamp(terms.now) });
    return leaf.length <= LIMITS.recordBytes ? record : undefined;
  };
  const fitted = externalise(committed.event, recordOf, terms.random);
  if (!fitted) return undefined;
  const { result: record } = fitted;
  const disclosures = [...committed.disclosures, ...fitted.disclosures];
  if (record.source_commitment !== undefined) disclosures.push(source.disclosure);
  return { record, disclosures };
}
