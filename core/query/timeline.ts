import { z } from 'zod';
import { AuditError } from '../errors.ts';
import { type LedgerState, ledgerStateSchema } from '../narrative/ledger.ts';
import { type Story, storyOf } from '../narrative/story.ts';
import { type Audience, Storyteller } from '../narrative/storyteller.ts';
import { openCursor, questionDigest, sealCursor } from './cursor.ts';
import { selectStory } from './filter.ts';
import type { LogReader } from './log-reader.ts';
import { type EventPage, queryPage } from './page.ts';
import { countRefused } from './refused.ts';

/** Which page of a task's timeline is asked for, and for whom it is told. */
export interface TimelineRequest {
  /** 1 to 1,000 records. */
  limit: number;
  cursor?: string | undefined;
  audience: Audience;
  /** Days for which a record is kept at least. */
  retainDays?: number | undefined;
}

/** A page of a task's timeline: the records with their proofs, which verify by themselves, and what they tell. */
export interface TimelinePage extends EventPage {
  story: Story;
}

const cursorSchema = z.strictObject({
  page: z.string(),
  /** When the first event of the task occurred. */
  since: z.string(),
  /** What the story remembers; null where that was too much to hand on. */
  ledger: ledgerStateSchema.nullable(),
});

const LONGEST_LEDGER = 1_800; // octets of JSON: with the rest a cursor stays below 4,096 characters

/**
 * A page of the timeline of `taskId`, in the order of `occurred_at`: its own events, the starts of the tasks that it
 * handed over, the reviews of it. What the story has to remember goes on in the cursor, so that a task of any length is
 * read page by page. Undefined where the log holds nothing of such a task.
 */
export async function queryTimeline(
  reader: LogReader,
  taskId: string,
  request: TimelineRequest,
): Promise<TimelinePage | undefined> {
  const { limit, audience } = request;
  const question = questionDigest({ timeline: taskId });
  const before =
    request.cursor === undefined ? undefined : openCursor(reader.keys.cursor, cursorSchema, request.cursor);
  const page = await queryPage(reader, selectStory(taskId, reader.keys.index), question, {
    order: 'occurred_at',
    limit,
    cursor: before?.page,
    personal: audience.personal,
  });
  const [first] = page.events;
  if (!first) return undefined;

  const teller = new Storyteller(taskId, audience, before?.ledger ?? undefined);
  const erased = new Map(page.erased?.map((one) => [one.log_index, one]));
  const entries = page.events.map((entry) => {
    const erasure = erased.get(entry.log_index);
    return teller.add(erasure ? { ...entry, erased: erasure } : entry);
  });
  const whole = page.next_cursor === null && before?.ledger !== null;
  const since = before?.since ?? first.record.event.occurred_at;
  const story = storyOf(taskId, teller, entries, audience, {
    total: page.total_count,
    whole,
    refused: whole
      ? await countRefused(reader, { from: since, to: teller.summary.endedAt }, first.proof.tree_size)
      : undefined,
    retainDays: request.retainDays,
    checkpoint: { note: page.checkpoint, size: first.proof.tree_size },
  });
  const next =
    page.next_cursor === null
      ? null
      : handOn(reader, page.next_cursor, since, before?.ledger === null ? null : teller.ledger.state);
  return { ...page, next_cursor: next, story };
}

function handOn(reader: LogReader, page: string, since: string, state: LedgerState | null): string {
  const fits = state !== null && JSON.stringify(state).length <= LONGEST_LEDGER;
  return sealCursor(reader.keys.cursor, { page, since, ledger: fits ? state : null });
}

const DEEPEST = 4;

/**
 * The stories of the tasks that `story` handed over, and of those that they did, put inside it; at most `budget`
 * records in all. What does not fit stays a single line that names the task.
 */
export async function nestSubTasks(
  reader: LogReader,
  story: Story,
  request: TimelineRequest,
  budget: number,
): Promise<Story> {
  const seen = new Set([story.taskId]);
  let left = budget;
  const nest = async (outer: Story, depth: number): Promise<Story> => {
    const subTasks = new Map<string, Story>();
    for (const { sub_task_id: id } of outer.entries) {
      // A task that hands itself over to itself, by whatever way, is told once.
      if (id === undefined || seen.has(id) || depth === DEEPEST || left <= 0) continue;
      seen.add(id);
      const { cursor: _, retainDays: __, ...terms } = request;
      const page = await queryTimeline(reader, id, { ...terms, limit: Math.min(left, request.limit) });
      if (!page) throw new AuditError('integrity', 'the index names a task that is not there');
      left -= page.events.length;
      const { checkpoint: ___, ...told } = page.story;
      subTasks.set(id, await nest(told, depth + 1));
    }
    return { ...outer, subTasks };
  };
  return await nest(story, 1);
}
