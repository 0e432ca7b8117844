import { listReviews as readReviews } from '../../../core/review/list-reviews.ts';
import { makeReview } from '../../../core/review/make-review.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { ownEvents, PRODUCT_VERSION } from '../../shared/internal-queue.ts';
import { listReviews, recordReview } from '../operations/reviews.ts';
import type { ReadApi } from '../ports.ts';

const SERVICE = 'read-api';

/**
 * `POST` and `GET /v1/audit/reviews`. They stand here and not with the administrative acts because a review is judged
 * against the log, which this function reads and admin-api does not, and because it changes nothing but the log.
 */
export function reviewRoutes(api: ReadApi) {
  return [
    routeOf(recordReview, (asked) => record(api, asked)),
    routeOf(listReviews, async ({ query: { limit, cursor, ...filter } }) => {
      const page = await readReviews(await api.reader(), filter, { limit, cursor });
      return { status: 200, body: page, gives: { count: page.reviews.length } };
    }),
  ];
}

/** The event is in the queue when this answers; the log takes it once, however often it is sent. */
async function record(
  { reader, outbox }: ReadApi,
  { body, caller }: Asked<typeof recordReview>,
): Promise<ApiResponse> {
  const reviewer = {
    type: caller.kind,
    id: caller.id,
    ...(caller.kind === 'token' && caller.name !== undefined && { name: caller.name }),
  };
  const { event, review, recorded } = await makeReview(await reader(), body, {
    reviewer,
    version: PRODUCT_VERSION,
  });
  if (!recorded) await outbox.send([ownEvents(SERVICE, [event])]);
  return {
    status: recorded ? 200 : 202,
    body: { review_id: event.event_id, ...review, reviewed_at: event.occurred_at },
  };
}
