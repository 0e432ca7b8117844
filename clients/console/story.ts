import type { Completeness } from '../../core/narrative/completeness.ts';
import type { Fact, StoryEntry } from '../../core/narrative/entry.ts';
import { english } from '../../core/narrative/messages/en.ts';
import { summaryFacts } from '../../core/narrative/story.ts';
import { Storyteller } from '../../core/narrative/storyteller.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import type { Api, Problem } from './api.ts';
import { entriesOf, type PageEntry, type TimelinePage } from './pages.ts';
import { type Verdict, verifyRecords } from './verification.ts';

/** A record of a story: what it says, whether it verifies, and the record itself. */
export interface Line {
  entry: StoryEntry;
  verdict: Verdict;
  raw: PageEntry;
}

/** A task as far as it was read. */
export interface LoadedStory {
  lines: Line[];
  total: number;
  done: boolean;
  problem?: Problem;
  facts: Fact[];
  completeness: Completeness;
  /** Index into `lines` of the records that do not verify. */
  altered: number[];
  checkpoint?: { note: string; size: number };
  retainDays?: number;
  parentId?: string;
}

const FIRST_PAGE = 100; // so that something is there to read at once
const PAGE = 1_000;

/**
 * Reads a task page by page, verifies each record in this browser, and tells the story from the records alone: what the
 * API says about them is not used. `onUpdate` hears of each page.
 */
export async function loadStory(
  api: Api,
  taskId: string,
  trust: Trust,
  timeZone: string,
  onUpdate: (story: LoadedStory) => void,
  signal: AbortSignal,
): Promise<void> {
  const path = `/v1/audit/tasks/${encodeURIComponent(taskId)}/timeline`;
  const lines: Line[] = [];
  const altered: number[] = [];
  let teller: Storyteller | undefined;
  let page: TimelinePage | undefined;
  let limit = FIRST_PAGE;
  let refused: number | undefined;
  let parentId: string | undefined;
  const report = (done: boolean, problem?: Problem): void => {
    const told = teller ?? new Storyteller(taskId, audienceOf(timeZone, false));
    const total = page?.total_count ?? 0;
    onUpdate({
      lines: [...lines],
      total,
      done,
      facts: summaryFacts(told, audienceOf(timeZone, false), { total, retainDays: page?.retain_days }),
      completeness: told.completeness({ whole: done && problem === undefined, refused }),
      altered: [...altered],
      ...(problem ? { problem } : {}),
      ...(page ? { checkpoint: { note: page.checkpoint, size: page.events[0]?.proof.tree_size ?? 0 } } : {}),
      ...(page?.retain_days === undefined ? {} : { retainDays: page.retain_days }),
      ...(parentId === undefined ? {} : { parentId }),
    });
  };

  for (let cursor: string | undefined; ; ) {
    const answer = await api.get<TimelinePage>(
      path,
      { limit: String(limit), cursor, time_zone: timeZone },
      signal,
    );
    if (signal.aborted) return;
    if (!answer.ok) {
      // A record that was altered spoils its whole page: smaller pages bring the story up to it.
      if (answer.problem.code === 'integrity' && limit > 1) {
        limit = Math.max(1, Math.floor(limit / 4));
        continue;
      }
      report(true, answer.problem);
      return;
    }
    page = answer.data;
    teller ??= new Storyteller(taskId, audienceOf(timeZone, page.personal));
    const { verdicts } = await verifyRecords(page.events, page.checkpoint, trust, signal);
    if (signal.aborted) return;
    for (const [position, raw] of entriesOf(page).entries()) {
      const verdict = verdicts[position];
      if (!verdict) continue;
      if (!verdict.verified) altered.push(lines.length);
      lines.push({ entry: teller.add(raw), verdict, raw });
      const { task, event_type } = raw.record.event;
      if (event_type === 'TASK_INITIATED' && task?.id === taskId) parentId ??= task.parent_id;
    }
    if (page.next_cursor === null) {
      refused = page.completeness.findings.find(({ code }) => code === 'events_refused')?.count;
      report(true);
      return;
    }
    report(false);
    cursor = page.next_cursor;
    if (limit === FIRST_PAGE) limit = PAGE;
  }
}

function audienceOf(timeZone: string, personal: boolean) {
  return { messages: english, reader: { timeZone }, personal };
}

export function alteredText(count: number): string {
  return count === 1
    ? '1 record was altered after it was signed'
    : `${count} records were altered after they were signed`;
}
