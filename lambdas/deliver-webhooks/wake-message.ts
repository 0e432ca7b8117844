import { z } from 'zod';
import { type EventId, eventIdSchema } from '../../core/event/ids.ts';

const testSchema = z.strictObject({
  test: z.strictObject({ endpoint_id: eventIdSchema, delivery_id: eventIdSchema }),
});

/** What a message of the webhook queue asks for. */
export type WakeMessage = { kind: 'wake' } | { kind: 'test'; endpointId: EventId; deliveryId: EventId };

/**
 * Reads a message of the webhook queue: a notification of the bus, a sweep of the schedule and a wake of our own all say
 * the same, that there may be something to deliver. What is due is never read from a message.
 */
export function wakeMessageOf(body: string): WakeMessage {
  const test = testSchema.safeParse(JSON.parse(body)).data?.test;
  if (!test) return { kind: 'wake' };
  return { kind: 'test', endpointId: test.endpoint_id, deliveryId: test.delivery_id };
}
