import type { Disclosure } from '../../core/event/commitment.ts';
import type { Recorded } from '../../core/narrative/entry.ts';

/** A record with its proof, as the API answers it. */
export interface PageEntry extends Recorded {
  leaf_hash: string;
  proof: { index: number; tree_size: number; path: string[] };
  disclosures?: Disclosure[];
}

/** A page of events or of a timeline. */
export interface Page {
  events: PageEntry[];
  checkpoint: string;
  next_cursor: string | null;
  total_count: number;
  /** Of which of these records the personal fields were erased: the API's word, which the record of the erasure vouches for. */
  erased?: (NonNullable<Recorded['erased']> & { log_index: number })[];
}

/** The records of a page, each with what the API says of its erasure. */
export function entriesOf({ events, erased = [] }: Page): PageEntry[] {
  const byIndex = new Map(erased.map((one) => [one.log_index, one]));
  return events.map((entry) => ({ ...entry, erased: byIndex.get(entry.log_index) }));
}

export interface TimelinePage extends Page {
  /** Whether the token may see personal fields. */
  personal: boolean;
  summary: { label: string; value: string }[];
  completeness: { findings: { code: string; count: number; text: string }[] };
  retain_days?: number;
}
