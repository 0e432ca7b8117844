import { z } from 'zod';
import { type DigestText, toDigestText, utf8 } from '../encoding.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import type { EventOf, PayloadOf } from '../event/event.ts';
import { type EventId, eventIdSchema, timeOfEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import { count, digestSchema, short } from '../event/values.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { filterSchema } from '../query/filter.ts';

/** What a person may conclude. A closed set, so that "rejected" can be searched for. */
export const CONCLUSIONS = ['accepted', 'accepted_with_findings', 'rejected'] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

const COMMENT_OCTETS = 8_000; // as JSON: with the longest scope a record stays below its 16,000
const MOST_NOTE = 4_096; // a checkpoint with sixteen signatures

/** What was reviewed: one task, or the events that a filter selects. */
export const reviewScopeSchema = z.union(
  [z.strictObject({ task_id: short() }), z.strictObject({ filter: filterSchema })],
  { error: 'expected {task_id} or {filter}' },
);
export type ReviewScope = z.output<typeof reviewScopeSchema>;

/** What a reviewer sends. */
export const reviewRequestSchema = z.strictObject({
  review_id: eventIdSchema.optional().meta({
    description:
      'A UUIDv7 of your own, made at the time of the review: with it the request may be repeated, and is one review.',
  }),
  scope: reviewScopeSchema,
  checkpoint: z
    .string()
    .max(MOST_NOTE)
    .meta({ description: 'The signed checkpoint of what was looked at, as pages and timelines carry it.' }),
  conclusion: z.enum(CONCLUSIONS),
  comment: z
    .string()
    .min(1)
    .refine((text) => utf8(JSON.stringify(text)).length <= COMMENT_OCTETS, {
      error: `expected at most ${COMMENT_OCTETS} octets of JSON`,
    })
    .optional()
    .meta({ description: 'Stands in the log for good: no personal data.', maxLength: COMMENT_OCTETS }),
});
export type ReviewRequest = z.output<typeof reviewRequestSchema>;

/** What stands in the record besides the reviewer. */
const recordedSchema = z.object({
  actor: z.object({ type: short(), id: short() }),
  target: z.union([
    z.object({ type: z.literal('task'), id: short() }),
    z.object({ type: z.literal('events'), filter: filterSchema }),
  ]),
  after: z.object({
    conclusion: z.enum(CONCLUSIONS),
    tree_size: count(),
    root_hash: digestSchema,
    event_count: count(),
    actor_name: short().optional(),
  }),
  reason: z.string().optional(),
});

/** A review, as its record tells it. */
export interface Review {
  scope: ReviewScope;
  conclusion: Conclusion;
  comment?: string;
  reviewer: { type: string; id: string; name?: string };
  /** The log that was looked at, and how many events of the scope it held. */
  checkpoint: { tree_size: number; root_hash: DigestText };
  event_count: number;
}

/**
 * The event of a review. It follows from the review alone, its time from its id: whoever asks again with the same id
 * makes the same event, and the log takes an event once.
 */
export function reviewEvent(
  reviewId: EventId,
  { scope, conclusion, comment, reviewer, checkpoint, event_count }: Review,
  version: string,
): EventOf<'REVIEW_RECORDED'> {
  const payload: PayloadOf<'REVIEW_RECORDED'> = {
    actor: { type: reviewer.type as PayloadOf<'REVIEW_RECORDED'>['actor']['type'], id: reviewer.id },
    target:
      'task_id' in scope
        ? { type: 'task', id: scope.task_id }
        : { type: 'events', filter: JSON.parse(JSON.stringify(scope.filter)) },
    after: {
      conclusion,
      ...checkpoint,
      event_count,
      ...(reviewer.name !== undefined && { actor_name: reviewer.name }),
    },
    ...(comment !== undefined && { reason: comment }),
  };
  return {
    schema_version: SCHEMA_VERSION,
    event_id: reviewId,
    event_type: 'REVIEW_RECORDED',
    occurred_at: formatTimestamp(timeOfEventId(reviewId)),
    agent: { id: SELF_AGENT_ID, version },
    payload,
  };
}

/** What a record `REVIEW_RECORDED` tells; undefined where it has another form than this version writes. */
export function reviewOf({ payload }: Pick<EventOf<'REVIEW_RECORDED'>, 'payload'>): Review | undefined {
  const parsed = recordedSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { actor, target, after, reason } = parsed.data;
  const { conclusion, tree_size, root_hash, event_count, actor_name } = after;
  return {
    scope: target.type === 'task' ? { task_id: target.id } : { filter: target.filter },
    conclusion,
    ...(reason !== undefined && { comment: reason }),
    reviewer: { ...actor, ...(actor_name !== undefined && { name: actor_name }) },
    checkpoint: { tree_size, root_hash },
    event_count,
  };
}

/** A checkpoint as a review names it. */
export function reviewedCheckpoint({ size, root }: Checkpoint): Review['checkpoint'] {
  return { tree_size: size, root_hash: toDigestText(root) };
}
