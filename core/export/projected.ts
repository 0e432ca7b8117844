import type { AuditEvent } from '../event/event.ts';
import type { PageEntry } from '../query/entries.ts';
import { discloseRecord } from '../record/disclosed.ts';
import type { AuditRecord } from '../record/record.ts';

/** A record and what a projection tells of it. */
export interface Projected {
  record: AuditRecord;
  /** The event with its commitments opened as far as the asker may see. */
  event: AuditEvent;
  index: number;
  /** `sha256:` and hex. */
  leafHash: string;
  /** Of the record itself, base64, where the tenant's records are signed each. */
  signature?: string;
  /** Name of the log. */
  origin: string;
}

/** What the projections are given of an entry. */
export function projected(
  { record, disclosures = [], log_index, leaf_hash, record_signature: signature }: PageEntry,
  origin: string,
): Projected {
  const { event } = discloseRecord(record, disclosures);
  const projected = { record, event, index: log_index, leafHash: leaf_hash, origin };
  return signature === undefined ? projected : { ...projected, signature };
}
