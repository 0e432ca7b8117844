import { z } from 'zod';
import type { Disclosure } from '../../../../core/event/commitment.ts';
import type { AuditEvent } from '../../../../core/event/event.ts';
import { entrySchema } from '../../../../core/receipt/entry.ts';
import { verifyPage } from '../../../../core/receipt/verify.ts';
import { discloseRecord } from '../../../../core/record/disclosed.ts';
import type { AuditRecord } from '../../../../core/record/record.ts';
import type { AnswerBook } from './answered.ts';
import type { Session } from './session.ts';

const LIMIT = 1_000;
const MOST_PAGES = 50;

const answerSchema = z.looseObject({
  events: z.array(entrySchema.extend({ log_index: z.int().nonnegative() })),
  next_cursor: z.string().nullable(),
  total_count: z.int().nonnegative(),
  checkpoint: z.string(),
});

/** A record of an answer that was verified, and its event as far as the reader may see it. */
export interface Seen {
  readonly log_index: number;
  readonly record: AuditRecord;
  readonly disclosures: readonly Disclosure[];
  readonly event: AuditEvent;
}

/** All pages of one walk: a snapshot of the log. */
export interface Walk {
  readonly seen: readonly Seen[];
  /** Size of the log that the first page was of. */
  readonly size: number;
}

/**
 * Walks from cursor to cursor through what `path` answers, verifies each page offline and keeps it as
 * `<name>-<number>.json`. What does not verify, and what the answer says of itself that is not so, goes into `book`.
 */
export async function walk(
  session: Session,
  book: AnswerBook,
  { path, query, name }: { path: string; query: Readonly<Record<string, string>>; name: string },
): Promise<Walk> {
  const trust = await session.trust();
  const seen: Seen[] = [];
  let size = 0;
  let cursor: string | null = null;
  for (let number = 1; ; number++) {
    const page = await session.get(path, {
      ...query,
      limit: String(LIMIT),
      ...(cursor !== null && { cursor }),
    });
    const file = await session.keep(`${name}-${number}.json`, JSON.stringify(page));
    const verdict = await verifyPage(page, trust);
    const parsed = answerSchema.safeParse(page);
    if (!parsed.success) {
      book.fault(`The answer is not a page of records: ${z.prettifyError(parsed.error)}`);
      return { seen, size };
    }
    const { events, next_cursor, total_count } = parsed.data;
    book.verdict(`page ${number}: ${events.length} records, each in the signed log`, verdict, file);
    if (!verdict.verified) return { seen, size };
    if (number === 1) size = verdict.shown.tree_size;
    for (const { record, disclosures = [], log_index } of events)
      seen.push(opened(record, disclosures, log_index));
    cursor = next_cursor;
    if (cursor !== null && number < MOST_PAGES) continue;
    if (cursor !== null) book.fault(`There is more than ${seen.length} records: ask for a shorter time.`);
    else if (seen.length !== total_count)
      book.fault(`The answer counts ${total_count} records and holds ${seen.length}.`);
    return { seen, size };
  }
}

/** `record` has been verified, so it is what the writer once parsed. */
function opened(
  record: z.infer<typeof entrySchema>['record'],
  disclosures: readonly Disclosure[],
  log_index: number,
): Seen {
  const known = record as unknown as AuditRecord;
  return { log_index, record: known, disclosures, event: discloseRecord(known, disclosures).event };
}
