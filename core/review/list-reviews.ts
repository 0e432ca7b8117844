import { z } from 'zod';
import type { EventId } from '../event/ids.ts';
import { short, timestamp } from '../event/values.ts';
import { questionDigest } from '../query/cursor.ts';
import { selectReviews } from '../query/filter.ts';
import type { LogReader } from '../query/log-reader.ts';
import { type EventPage, queryPage } from '../query/page.ts';
import { type Review, reviewOf } from './review.ts';

export const reviewFilterSchema = z.strictObject({
  task_id: short().optional().meta({ description: 'Reviews of this task.' }),
  from: timestamp().optional().meta({ description: 'Made at this time or later.' }),
  to: timestamp().optional().meta({ description: 'Made before this time.' }),
});

/** A review in a list. */
export interface ListedReview extends Review {
  review_id: EventId;
  reviewed_at: string;
  recorded_at: string;
  log_index: number;
}

/** A page of reviews: what the records say, beside the records with their proofs, which verify by themselves. */
export interface ReviewPage extends EventPage {
  reviews: ListedReview[];
}

/** A page of the reviews that the log holds, in the order in which they were made. The log is the only place that has them. */
export async function listReviews(
  reader: LogReader,
  filter: z.output<typeof reviewFilterSchema>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ReviewPage> {
  const question = questionDigest({ reviews: filter });
  const page = await queryPage(reader, selectReviews(filter, reader.keys.index), question, {
    order: 'occurred_at',
    limit,
    cursor,
    personal: false, // nothing of a review is committed
  });
  const reviews = page.events.flatMap(({ record, log_index }) => {
    const { event, recorded_at } = record;
    const review = event.event_type === 'REVIEW_RECORDED' ? reviewOf(event) : undefined;
    if (!review) return [];
    return [{ review_id: event.event_id, ...review, reviewed_at: event.occurred_at, recorded_at, log_index }];
  });
  return { ...page, reviews };
}
