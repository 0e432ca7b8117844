import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Disclosure } from '../event/commitment.ts';
import type { StoredBatch } from '../index/batch-item.ts';
import { coldBatchOf, type EventItem, eventPosition, unpackEvent } from '../index/event-item.ts';
import { eventKey } from '../index/keys.ts';
import { leafHash } from '../log/merkle.ts';
import { type AuditRecord, parseLeaf } from '../record/record.ts';
import { batchOf } from './batches.ts';
import { ColdLeaves } from './cold-leaves.ts';
import { readDisclosures } from './disclosures.ts';
import { type LogReader, readItems } from './log-reader.ts';

/** A record as read from the table, checked against its own hashes. */
export interface StoredRecord extends EventItem {
  record: AuditRecord;
  /** Its leaf has left the table, and came out of the archive. */
  cold?: true;
}

/**
 * The records under `eventIds` that there are, by id; those that have left the table out of their batches in the archive. Both are
 * checked before they are believed: another leaf than the one that was hashed is `integrity`, not an answer.
 */
export async function readRecords(
  reader: Pick<LogReader, 'table' | 'archive' | 'codec' | 'clock' | 'random'>,
  eventIds: readonly string[],
): Promise<Map<string, StoredRecord>> {
  const items = await readItems(reader, eventIds.map(eventKey));
  const cold = new ColdLeaves(reader);
  const found = new Map<string, StoredRecord>();
  // In the order of the log, so that each batch is read once.
  for (const item of items.sort((a, b) => eventPosition(a).index - eventPosition(b).index)) {
    const batch = coldBatchOf(item);
    const leaf = batch === undefined ? undefined : await cold.leaf(eventPosition(item).index, batch);
    const stored = unpackEvent(item, reader.codec, leaf);
    const record = checkedRecord(stored);
    found.set(stored.eventId, { ...stored, record, ...(leaf && { cold: true }) });
  }
  return found;
}

function checkedRecord({ index, eventId, leaf, leafHash: expected }: EventItem): AuditRecord {
  let record: AuditRecord;
  try {
    record = parseLeaf(leaf);
  } catch (cause) {
    throw new AuditError('integrity', `the record at index ${index} is not one`, { cause });
  }
  if (!equalBytes(leafHash(leaf), expected) || record.event.event_id !== eventId)
    throw new AuditError('integrity', `the record at index ${index} is not the one that was hashed`);
  return record;
}

/** Looks up what opens the records of one answer; each batch and each object is read once. */
export class DisclosureJoin {
  readonly #reader: Pick<LogReader, 'table' | 'work' | 'codec'>;
  readonly #objects = new Map<string, Promise<Map<string, Disclosure[]>>>();
  readonly #batches: StoredBatch[] = [];
  readonly #only: string | undefined;

  /** `only`: the one event that will be asked for. */
  constructor(reader: Pick<LogReader, 'table' | 'work' | 'codec'>, only?: string) {
    this.#reader = reader;
    this.#only = only;
  }

  /** The disclosures of the event, none where nothing was committed or all was erased. */
  async of({ index, eventId }: Pick<StoredRecord, 'index' | 'eventId'>): Promise<Disclosure[]> {
    const { disclosures } = await this.#batch(index);
    if (disclosures === undefined) return [];
    const object = this.#objects.get(disclosures) ?? readDisclosures(this.#reader, disclosures, this.#only);
    this.#objects.set(disclosures, object);
    return (await object).get(eventId) ?? [];
  }

  async #batch(index: number): Promise<StoredBatch> {
    const known = this.#batches.find(({ first, count }) => index >= first && index < first + count);
    if (known) return known;
    const batch = await batchOf(this.#reader.table, index);
    this.#batches.push(batch);
    return batch;
  }
}
