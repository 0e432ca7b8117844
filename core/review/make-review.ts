import { equalBytes } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { EventOf } from '../event/event.ts';
import { type EventId, mintEventId, timeOfEventId } from '../event/ids.ts';
import { LIMITS } from '../event/limits.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { batchOf } from '../query/batches.ts';
import { select } from '../query/filter.ts';
import { readKeyChain } from '../query/key-chain.ts';
import { type LogReader, readHead } from '../query/log-reader.ts';
import { countMatches } from '../query/matches.ts';
import { readRecords } from '../query/records.ts';
import { openTrusted } from '../receipt/key-chain.ts';
import {
  type Review,
  type ReviewRequest,
  type ReviewScope,
  reviewEvent,
  reviewedCheckpoint,
  reviewOf,
} from './review.ts';

const LATEST_REPEAT_MS = 24 * 3_600_000; // beyond this a request is no repetition, but somebody's stale clock

/** A review that is to be recorded, or is. */
export interface MadeReview {
  event: EventOf<'REVIEW_RECORDED'>;
  review: Review;
  /** Whether the log has it already. */
  recorded: boolean;
}

/**
 * Judges a request against the log: the checkpoint must be one that this log signed, the task one that it held then.
 * Nothing is written. Throws `invalid_request` with the field in question, `conflict` where the id is another event's.
 */
export async function makeReview(
  reader: LogReader,
  request: ReviewRequest,
  { reviewer, version }: { reviewer: Review['reviewer']; version: string },
): Promise<MadeReview> {
  const { scope, conclusion, comment } = request;
  const reviewId = reviewIdOf(request, reader);
  const checkpoint = await openOwnCheckpoint(reader, request.checkpoint);
  const review: Review = {
    scope,
    conclusion,
    ...(comment !== undefined && { comment }),
    reviewer,
    checkpoint: reviewedCheckpoint(checkpoint),
    event_count: await countScope(reader, scope, checkpoint.size),
  };
  const event = reviewEvent(reviewId, review, version);
  const standing = (await readRecords(reader, [reviewId])).get(reviewId)?.record.event;
  if (!standing) return { event, review, recorded: false };
  const before = standing.event_type === 'REVIEW_RECORDED' ? reviewOf(standing) : undefined;
  if (JSON.stringify(before) !== JSON.stringify(reviewOf(event)))
    throw new AuditError('conflict', 'review_id: another event has this id; make a new one', {
      field: 'review_id',
    });
  return { event, review, recorded: true };
}

function reviewIdOf({ review_id }: ReviewRequest, { clock, random }: LogReader): EventId {
  const now = clock.now();
  if (review_id === undefined) return mintEventId(now, random);
  const age = now - timeOfEventId(review_id);
  if (age > LATEST_REPEAT_MS || age < -LIMITS.idLead)
    throw new AuditError('invalid_request', 'review_id: expected a UUIDv7 of the last 24 hours', {
      field: 'review_id',
    });
  return review_id;
}

/** The checkpoint, which must be signed by this log for this very tree. */
async function openOwnCheckpoint(reader: LogReader, note: string): Promise<Checkpoint> {
  const { keys } = await readKeyChain(reader);
  const chain = keys.map(({ verifier_key, first_size }) => ({
    verifierKey: verifier_key,
    firstSize: first_size,
  }));
  const opened = openTrusted(note, { keys: chain });
  if (!opened.ok || opened.checkpoint.size === 0)
    throw new AuditError(
      'invalid_request',
      `checkpoint: expected a checkpoint of this log, as its pages carry it (${opened.ok ? 'it is of an empty log' : opened.failure})`,
      { field: 'checkpoint' },
    );
  const { checkpoint } = opened;
  const { finalSize } = await readHead(reader);
  // Signed by us, and not of the log that stands here: one of the two was put in the place of the other.
  if (checkpoint.size > finalSize) throw new AuditError('integrity', 'the log is shorter than it was');
  const { size, root } = await batchOf(reader.table, checkpoint.size - 1);
  if (size === checkpoint.size && !equalBytes(root, checkpoint.root))
    throw new AuditError('integrity', `the log has another root at size ${size} than the one that it signed`);
  return checkpoint;
}

async function countScope({ table, keys }: LogReader, scope: ReviewScope, size: number): Promise<number> {
  if ('filter' in scope) return await countMatches(table, select(scope.filter, keys.index), size);
  const events = await countMatches(
    table,
    select({ task_id: scope.task_id, category: 'all' }, keys.index),
    size,
  );
  if (events === 0)
    throw new AuditError('invalid_request', 'scope/task_id: at this checkpoint the log held no such task', {
      field: 'scope/task_id',
    });
  return events;
}
