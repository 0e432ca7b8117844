import { z } from 'zod';
import { SCHEMA_VERSION } from '../../../core/event/envelope.ts';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, digestSchema, short, timestamp } from '../../../core/event/values.ts';
import { reviewFilterSchema } from '../../../core/review/list-reviews.ts';
import { CONCLUSIONS, reviewRequestSchema, reviewScopeSchema } from '../../../core/review/review.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { cursorSchema, inOrder, limitSchema } from '../../shared/http/query-parameters.ts';
import { eventPageShape } from './events.ts';
import { CHECKPOINT_EXAMPLE } from './examples.ts';

const path = '/v1/audit/reviews';
const common = { tag: 'Reviews', scopes: ['reviews'], path } as const;

const reviewShape = {
  review_id: eventIdSchema.meta({ description: 'The id of its record, `REVIEW_RECORDED`.' }),
  scope: reviewScopeSchema,
  conclusion: z.enum(CONCLUSIONS),
  comment: z.string().optional(),
  reviewer: z.strictObject({ type: short(), id: short(), name: short().optional() }),
  checkpoint: z
    .strictObject({ tree_size: count(), root_hash: digestSchema })
    .meta({ description: 'The log that was looked at.' }),
  event_count: count().meta({ description: 'Events of the scope in the log that was looked at.' }),
  reviewed_at: timestamp(),
};
const reviewSchema = z.strictObject(reviewShape).meta({ id: 'Review' });
const listedSchema = z
  .strictObject({ ...reviewShape, recorded_at: timestamp(), log_index: count() })
  .meta({ id: 'RecordedReview' });

const EXAMPLE = {
  review_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  scope: { task_id: 'task-refund-4711' },
  conclusion: 'accepted_with_findings',
  comment: 'The second refund has no decision behind it.',
  reviewer: { type: 'user', id: 'u-31' },
  checkpoint: {
    tree_size: 4_096,
    root_hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  event_count: 11,
  reviewed_at: '2026-11-24T09:00:00.000Z',
} as const;

export const recordReview = {
  ...common,
  id: 'recordReview',
  leaves: { acts: ['REVIEW_RECORDED'] },
  repeats: 'With a `review_id` it is the same event, which the log takes once.',
  method: 'POST',
  summary: 'Signs off a task, or a range of events',
  description:
    'The reviewer is whoever asks. The checkpoint is the one of the page that was looked at, and must be signed by this ' +
    'log. A review is a record and is never changed: who thinks otherwise later makes another one.',
  body: {
    schema: reviewRequestSchema.superRefine(({ scope }, context) => {
      if (!('filter' in scope)) return;
      const { from, to } = scope.filter;
      if (from !== undefined && to !== undefined && from > to)
        context.addIssue({
          code: 'custom',
          path: ['scope', 'filter', 'from'],
          message: 'expected a time that is not after `to`',
        });
    }),
    example: {
      review_id: EXAMPLE.review_id,
      scope: EXAMPLE.scope,
      checkpoint: CHECKPOINT_EXAMPLE,
      conclusion: EXAMPLE.conclusion,
      comment: EXAMPLE.comment,
    },
  },
  answers: {
    200: {
      description: 'The log has this very review already: a repeated request.',
      schema: reviewSchema,
      example: EXAMPLE,
    },
    202: {
      description:
        'It is on its way into the log; `GET /v1/audit/receipts/{review_id}` says when it is there.',
      schema: reviewSchema,
      example: EXAMPLE,
    },
  },
  problems: ['conflict'],
} as const satisfies Operation;

export const listReviews = {
  ...common,
  id: 'listReviews',
  leaves: { accessTo: 'reviews' },
  method: 'GET',
  summary: 'Reviews, in the order in which they were made',
  description:
    'As the log holds them: `events` are the records with their proofs, a page that verifies by itself, and `reviews` ' +
    'says what they say. A walk from cursor to cursor is a snapshot.',
  query: inOrder(z.strictObject({ ...reviewFilterSchema.shape, limit: limitSchema, cursor: cursorSchema })),
  answers: {
    200: {
      description: 'A page of reviews.',
      schema: z
        .strictObject({ reviews: z.array(listedSchema), ...eventPageShape })
        .meta({ id: 'ReviewPage' }),
      example: {
        reviews: [{ ...EXAMPLE, recorded_at: '2026-11-24T09:00:01.210Z', log_index: 4_131 }],
        events: [],
        checkpoint: CHECKPOINT_EXAMPLE,
        next_cursor: null,
        total_count: 1,
        schema_version: SCHEMA_VERSION,
      },
    },
  },
} as const satisfies Operation;
