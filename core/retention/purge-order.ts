import { z } from 'zod';
import { sha256 } from '#crypto';
import { type DigestText, fromUtf8, toDigestText, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import type { EventOf } from '../event/event.ts';
import { eventIdSchema, mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import type { JsonValue } from '../event/values.ts';
import { paddedIndex } from '../index/packing.ts';
import { minimumIndexOf } from './purged.ts';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

/** An object of the archive and its versions, delete markers among them. */
const objectSchema = z.strictObject({ key: z.string(), versions: z.array(z.string()).min(1) });
export type ListedObject = z.infer<typeof objectSchema>;

/** An object below the line that stays, and why: the hold, or the chain of keys. */
const keptSchema = z.strictObject({ key: z.string(), by: z.string(), records: z.int().positive() });
export type KeptObject = z.infer<typeof keptSchema>;

/**
 * What is to be deleted, written into the archive before anything is: who reads a copy of the archive, or makes the table
 * again from it, goes on from here. `tree` is that of the records below; `hashes` are the leaf hashes of its last, partial tile.
 */
const orderSchema = z.strictObject({
  order_version: z.literal(1),
  purge_id: eventIdSchema,
  tenant: z.string(),
  origin: z.string(),
  ordered_at: z.string(),
  policy: z.strictObject({ version: z.int(), max_days: z.int() }),
  /** Records before this time, by `recorded_at`, were due. */
  recorded_before: z.string(),
  purged_below: z.int().positive(),
  minimum_index: z.int().positive(),
  tree: z.strictObject({ edge: z.array(hex32).max(53), root: hex32, hashes: z.array(hex32).max(255) }),
  objects: z.array(objectSchema),
  kept: z.array(keptSchema),
});
export type PurgeOrder = z.infer<typeof orderSchema>;

/** What was deleted, and what the archive held of it afterwards. */
export interface PurgeCertificate {
  certificate_version: 1;
  purge_id: string;
  tenant: string;
  origin: string;
  finished_at: string;
  purged_below: number;
  minimum_index: number;
  recorded_before: string;
  policy: PurgeOrder['policy'];
  order_sha256: DigestText;
  /** Deleted for good, with their versions. */
  deleted: ListedObject[];
  /** Left below the line, as the archive listed it afterwards, and why. */
  left: KeptObject[];
}

export function orderObject({
  purge_id,
  purged_below,
}: Pick<PurgeOrder, 'purge_id' | 'purged_below'>): string {
  return `purge/${paddedIndex(purged_below)}/${purge_id}.order.json`;
}

export function certificateObject(order: Pick<PurgeOrder, 'purge_id' | 'purged_below'>): string {
  return orderObject(order).replace('.order.', '.certificate.');
}

/** Whether this is the name of an order. The last one in the order of names is the one in force. */
export function isOrder(name: string): boolean {
  return /^purge\/\d{20}\/[0-9a-f-]{36}\.order\.json$/.test(name);
}

export function encodeDocument(document: PurgeOrder | PurgeCertificate): Uint8Array {
  return utf8(`${JSON.stringify(document, null, 1)}\n`);
}

/** Reads an order back; `integrity` where it is not one. */
export function decodeOrder(bytes: Uint8Array): PurgeOrder {
  try {
    return orderSchema.parse(JSON.parse(fromUtf8(bytes)));
  } catch (cause) {
    throw new AuditError('integrity', 'the order of a purge cannot be read', { cause });
  }
}

/** The record that comes before anything is deleted: from here on it is purged, for readers and verifiers. */
export function orderEvent(order: PurgeOrder, before: number, version: string): EventOf<'RECORDS_PURGED'> {
  const { policy, objects, kept } = order;
  return eventOf(order, 'ordered', Date.parse(order.ordered_at), before, version, {
    policy_version: policy.version,
    max_days: policy.max_days,
    objects: objects.length,
    kept: kept.length,
    document: orderObject(order),
    document_sha256: toDigestText(sha256(encodeDocument(order))),
  });
}

/** The record that comes once everything is deleted; it names the certificate by its digest. */
export function certificateEvent(
  order: PurgeOrder,
  certificate: PurgeCertificate,
  before: number,
  version: string,
): EventOf<'RECORDS_PURGED'> {
  const { deleted, left, finished_at } = certificate;
  return eventOf(order, 'deleted', Date.parse(finished_at), before, version, {
    objects: deleted.length,
    versions: deleted.reduce((sum, { versions }) => sum + versions.length, 0),
    kept: left.length,
    document: certificateObject(order),
    document_sha256: toDigestText(sha256(encodeDocument(certificate))),
  });
}

/** Id and time follow from the purge: who says it again makes the same event. */
function eventOf(
  { purge_id, purged_below, minimum_index, recorded_before }: PurgeOrder,
  state: 'ordered' | 'deleted',
  at: number,
  before: number,
  version: string,
  more: Record<string, JsonValue>,
): EventOf<'RECORDS_PURGED'> {
  const digest = sha256(utf8(`${purge_id}\n${state}`));
  return {
    schema_version: SCHEMA_VERSION,
    event_id: mintEventId(at, { octets: (length) => digest.slice(0, length) }),
    event_type: 'RECORDS_PURGED',
    occurred_at: formatTimestamp(at),
    agent: { id: SELF_AGENT_ID, version },
    payload: {
      actor: { type: 'system', id: SELF_AGENT_ID },
      target: { type: 'log', id: purge_id },
      before: { minimum_index: minimumIndexOf(before) },
      after: { state, minimum_index, purged_below, recorded_before, ...more },
    },
  };
}
