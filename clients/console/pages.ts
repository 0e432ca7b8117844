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
}

export interface TimelinePage extends Page {
  /** Whether the token may see personal fields. */
  personal: boolean;
  summary: { label: string; value: string }[];
  completeness: { findings: { code: string; count: number; text: string }[] };
  retain_days?: number;
}
