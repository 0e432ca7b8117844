import { z } from 'zod';
import type { EventId } from '../event/ids.ts';
import { count, short, timestamp } from '../event/values.ts';

/** Why an attempt failed, in words of ours: nothing that a receiver says is shown. */
export const PROBLEMS = [
  'address_refused', // not https, or the name leads to an address that is not public
  'name_unknown',
  'no_connection',
  'certificate',
  'timeout',
  'redirect', // never followed
  'status',
  'answer_too_long',
  'answer_malformed', // 2xx with a body that is none of the protocol's
  'too_large', // a single record was too large for the receiver
  'credentials_refused',
  'secret_missing',
  'not_acknowledged',
  'nothing_to_send', // a test of an endpoint that gets no record yet
  'integrity', // what is stored did not pass its own checks, so it was not given out
] as const;
export type DeliveryProblem = (typeof PROBLEMS)[number];

/** The message that is being delivered: fixed at its first attempt, so that each attempt says the same. */
const pendingSchema = z.strictObject({
  from: z.int().nonnegative(),
  next: z.int().nonnegative(),
  size: z.int().nonnegative(),
  checkpoint: z.string(),
  firstAt: z.int(),
  /** Of the range, what is below this index was purged before it could be delivered. */
  purgedBelow: z.int().positive().optional(),
  /** The receiver took it and has not said yet that it is safe: what to ask for, and since when. */
  receipt: z.strictObject({ token: z.string(), since: z.int() }).optional(),
});

export const deliveryStateSchema = z.strictObject({
  /** Of the endpoint, when this was last written. */
  generation: z.int().nonnegative(),
  /** The next log index to look at. */
  cursor: z.int().nonnegative(),
  /** Everything below was delivered, or is none of what the endpoint gets: `from_index` of the next message. */
  acknowledged: z.int().nonnegative(),
  pending: pendingSchema.optional(),
  /** Failed attempts in a row. */
  failures: z.int().nonnegative(),
  failingSince: z.int().optional(),
  nextAttemptAt: z.int(),
  /** At most so many records in a message: halved where the receiver says that one is too large. */
  most: z.int().positive(),
  disabled: z.strictObject({ at: z.int(), reason: z.enum(['gone', 'failed_for_days']) }).optional(),
  /** Alerts raised until then were delivered. */
  alertedTo: z.int(),
  delivered: z.int().nonnegative(),
  /** Records that the receiver will never take, as it said of each. */
  refused: z.int().nonnegative(),
  lastSuccessAt: z.int().optional(),
  lastFailure: z
    .strictObject({ at: z.int(), problem: z.enum(PROBLEMS), status: z.int().optional() })
    .optional(),
});
export type DeliveryState = z.output<typeof deliveryStateSchema>;

/** How far each endpoint is. One worker has an endpoint at a time. */
export interface DeliveryStates {
  all(): Promise<Map<EventId, DeliveryState>>;
  /** Takes the endpoint for `holder` until `until`, unless another has it; `state` is absent before the first time. */
  claim(
    endpointId: EventId,
    claim: { holder: string; now: number; until: number },
  ): Promise<{ state?: DeliveryState } | undefined>;
  /** Writes `state` if `holder` still has the endpoint, and keeps or (`until` 0) releases it; false where it has not. */
  save(endpointId: EventId, state: DeliveryState, lease: { holder: string; until: number }): Promise<boolean>;
}

/** One attempt, as the tenant is shown it. */
export const attemptSchema = z
  .strictObject({
    delivery_id: short().meta({ description: 'Of this attempt.' }),
    at: timestamp(),
    message: z.enum(['records', 'test', 'alert']),
    message_id: short().meta({ description: '`webhook-id`: the same on every attempt at a message.' }),
    from_index: count().optional(),
    next_index: count().optional(),
    records: count(),
    attempt: z.int().positive(),
    outcome: z.enum(['delivered', 'accepted', 'failed']).meta({
      description: '`accepted`: the receiver took it and has yet to say that it is safe.',
    }),
    status: z.int().optional().meta({ description: 'Of the HTTP answer.' }),
    problem: z.enum(PROBLEMS).optional(),
    refused: z
      .array(z.strictObject({ log_index: count(), status: z.int() }))
      .optional()
      .meta({ description: 'Records that the receiver will never take; the first twenty.' }),
    duration_ms: count(),
    next_attempt_at: timestamp().optional(),
  })
  .meta({ id: 'WebhookDelivery' });
export type Attempt = z.output<typeof attemptSchema>;

/** The attempts of the last thirty days. */
export interface DeliveryLog {
  add(endpointId: EventId, attempt: Attempt): Promise<void>;
  /** The newest before `before`, newest first. */
  newest(endpointId: EventId, limit: number, before?: string): Promise<Attempt[]>;
}
