import type { Disclosure } from '../event/commitment.ts';
import type { OPTION_OUTCOMES } from '../event/options.ts';
import type { AuditRecord } from '../record/record.ts';
import type { Phrase } from './phrase.ts';

/** A record as a timeline tells it: what a page of the API holds of it. */
export interface Recorded {
  record: AuditRecord;
  disclosures?: readonly Disclosure[] | undefined;
  log_index: number;
  /** That its personal fields were erased: when, by whom, on which request. */
  erased?: { erased_at: string; erased_by: { type: string; id: string }; request: string } | undefined;
}

/** How an entry should look: what begins, decides, ends well or badly, asks a person, touches data. */
export const TONES = ['start', 'plain', 'decision', 'human', 'data', 'good', 'bad', 'pause'] as const;
export type Tone = (typeof TONES)[number];

/** An option that was considered, and what became of it. */
export interface ToldOption {
  option: Phrase;
  outcome: (typeof OPTION_OUTCOMES)[number];
  outcomeText: string;
  reason?: Phrase;
}

export interface Fact {
  label: string;
  value: Phrase;
}

/** One record, told. */
export interface StoryEntry {
  log_index: number;
  event_id: string;
  event_type: string;
  occurred_at: string;
  recorded_at: string;
  /** Milliseconds from occurring to being recorded, where that is so long that it was handed in later. */
  late?: number;
  tone: Tone;
  text: Phrase;
  /** Paragraphs under the sentence: a decision's reasons in full. */
  body: Phrase[];
  options: ToldOption[];
  facts: Fact[];
  /** The task that was handed over by this entry. */
  sub_task_id?: string;
}
