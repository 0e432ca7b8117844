import { commitmentOf, type Disclosure, disclose } from '../event/commitment.ts';
import type { AuditEvent } from '../event/event.ts';
import type { AuditRecord } from './record.ts';

/** Where the disclosure of the source hash points to. It is no field of an event. */
export const SOURCE_HASH_POINTER = '/source_hash';

/** A record as far as `disclosures` open it. */
export interface DisclosedRecord {
  event: AuditEvent;
  /** What the sender hashed, where the writer changed the event and the disclosure is there. */
  sourceHash?: string;
  /** Pointers of the disclosures that open nothing in this record. */
  mismatched: string[];
}

/** Joins a record with its disclosures; what was erased stays committed. */
export function discloseRecord(record: AuditRecord, disclosures: readonly Disclosure[]): DisclosedRecord {
  const source = disclosures.find(
    (disclosure) =>
      disclosure.pointer === SOURCE_HASH_POINTER && commitmentOf(disclosure) === record.source_commitment,
  );
  const opened = disclose(
    record.event,
    disclosures.filter((disclosure) => disclosure !== source),
  );
  return typeof source?.value === 'string' ? { ...opened, sourceHash: source.value } : opened;
}
