import { AuditError } from '../errors.ts';
import { type EventId, eventIdSchema, timeOfEventId } from '../event/ids.ts';
import { digestSchema } from '../event/values.ts';
import { findByTag, hashPartition } from '../index/hash-item.ts';
import { hashTag } from '../index/tenant-keys.ts';
import { inclusionProofs } from '../log/tile-reader.ts';
import { makeReceipt, type Receipt } from '../receipt/receipt.ts';
import { discloseRecord } from '../record/disclosed.ts';
import type { AuditRecord } from '../record/record.ts';
import { withCosignatures } from '../witness/cosignatures.ts';
import { batchOf } from './batches.ts';
import { type LogReader, readHead } from './log-reader.ts';
import type { QuarantineReader, Refused } from './quarantine.ts';
import { DisclosureJoin, readRecords, type StoredRecord } from './records.ts';
import { tilesOf } from './tile-source.ts';

const QUEUE_RETENTION_MS = 14 * 24 * 3_600_000;

/** A record, what opens it, and the proof that it is in the log. */
export interface FoundRecord {
  record: AuditRecord;
  disclosures: Awaited<ReturnType<DisclosureJoin['of']>>;
  receipt: Receipt;
  /** Where the table does not hold the record any more. */
  readFrom?: 'archive';
}

/** What the log can say of an event id or a content hash. */
export type ReceiptAnswer =
  | { outcome: 'recorded'; found: FoundRecord }
  | { outcome: 'refused'; refused: Refused }
  /** Not in the log, and young enough to be in a queue still. Whether it was ever sent we can't know. */
  | { outcome: 'unknown'; mayStillCome: boolean }
  /** Not there, and of a time of which all records are purged: if there was one, it is gone. */
  | { outcome: 'purged'; before: number };

/**
 * The record under an event id or a content hash (`sha256:…`) and its receipt, or what is known of it otherwise. The
 * proof is in the smallest tree that covers it and that a witness cosigned, else in that of its own batch. Throws `invalid_request` on any other text.
 */
export async function findReceipt(
  reader: LogReader & { quarantine: Pick<QuarantineReader, 'refused'> },
  name: string,
): Promise<ReceiptAnswer> {
  const id = eventIdSchema.safeParse(name);
  if (!id.success && !digestSchema.safeParse(name).success)
    throw new AuditError('invalid_request', 'expected an event id (UUIDv7) or a content hash (sha256:…)', {
      field: 'id',
    });
  const found = id.success ? await findRecord(reader, id.data) : await findByContentHash(reader, name);
  if (found) return { outcome: 'recorded', found };
  const refused = await reader.quarantine.refused(name);
  if (refused) return { outcome: 'refused', refused };
  const before = id.success ? await purgedBefore(reader, id.data) : undefined;
  if (before !== undefined) return { outcome: 'purged', before };
  const age = id.success ? reader.clock.now() - timeOfEventId(id.data) : Number.POSITIVE_INFINITY;
  return { outcome: 'unknown', mayStillCome: age < QUEUE_RETENTION_MS };
}

/** Before which time (milliseconds) everything was purged, where an event of this id was sent before it; an id is not recorded before its time. */
export async function purgedBefore(
  reader: Pick<LogReader, 'heads'>,
  eventId: EventId,
): Promise<number | undefined> {
  const { purged } = await readHead(reader);
  return purged && timeOfEventId(eventId) < purged.recordedBefore ? purged.recordedBefore : undefined;
}

/** The record under `eventId` with its receipt; undefined where it is not in the log. */
export async function findRecord(reader: LogReader, eventId: string): Promise<FoundRecord | undefined> {
  const { finalSize } = await readHead(reader);
  const stored = (await readRecords(reader, [eventId])).get(eventId);
  // What is committed and not yet final is not in the log for a reader.
  return stored && stored.index < finalSize ? await withReceipt(reader, stored, finalSize) : undefined;
}

async function findByContentHash(reader: LogReader, contentHash: string): Promise<FoundRecord | undefined> {
  const tag = hashTag(reader.keys.dedupe, contentHash);
  const pk = hashPartition(tag);
  let after: string | undefined;
  do {
    const page = await reader.table.query({
      pk,
      descending: true,
      ...(after === undefined ? {} : { after }),
    });
    for (const item of page.items) {
      const [entry] = findByTag(item, tag);
      if (entry) return await findRecord(reader, entry.eventId);
    }
    after = page.next;
  } while (after !== undefined);
  return undefined;
}

async function withReceipt(reader: LogReader, stored: StoredRecord, finalSize: number): Promise<FoundRecord> {
  const { index, record, leafHash, signature } = stored;
  const { size, checkpoint } = await headFor(reader, index, finalSize);
  const tiles = tilesOf(finalSize, reader.table, reader.archive);
  const [path = []] = await inclusionProofs([index], size, tiles);
  const disclosures = await new DisclosureJoin(reader, stored.eventId).of(stored);
  const { sourceHash } = discloseRecord(record, disclosures);
  const proof = { index, path, checkpoint };
  const more = { sourceHash: asDigest(sourceHash), signature };
  const receipt = makeReceipt(record, leafHash, proof, more);
  return { record, disclosures, receipt, ...(stored.cold && { readFrom: 'archive' as const }) };
}

/** The smallest checkpoint that covers the record and that a witness cosigned; where there is none, that of its batch. */
async function headFor(
  { table, cosignatures }: Pick<LogReader, 'table' | 'cosignatures'>,
  index: number,
  finalSize: number,
): Promise<{ size: number; checkpoint: string }> {
  const kept = (await cosignatures?.covering(index + 1)) ?? [];
  const size = kept[0]?.size ?? 0;
  const batch = await batchOf(table, size > index && size <= finalSize ? size - 1 : index);
  // A witness cosigns what it was sent, and that is the checkpoint of a batch.
  return { size: batch.size, checkpoint: withCosignatures(batch.checkpoint, kept) };
}

function asDigest(text: string | undefined): Receipt['source_hash'] {
  return digestSchema.optional().parse(text);
}
