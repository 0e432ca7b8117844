import { z } from 'zod';
import { signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { deadLetterCount } from './env.ts';

/** The schedule's request. Neither a queue nor CloudFormation sends an event of this shape. */
const requestSchema = z.strictObject({ schedule: z.literal(deadLetterCount.schedule) });
export type DeadLetterRequest = z.output<typeof requestSchema>;

/** Whether `event` is the schedule's. */
export function isDeadLetterRequest(event: unknown): event is DeadLetterRequest {
  return requestSchema.safeParse(event).success;
}

/**
 * Looks how many messages lie among the dead letters of each of the tenant's queues, and rings where there are any: again every
 * hour until they are gone. An alarm on four queues that are empty would cost more than the queues.
 */
export async function countDeadLetters(
  queues: ReadonlyMap<string, string>,
  depthOf: (url: string) => Promise<number>,
  line: LogLine,
): Promise<Record<string, number>> {
  const found = await Promise.all(
    [...queues].map(async ([name, url]) => [name, await depthOf(url)] as const),
  );
  for (const [queue, messages] of found.filter(([, depth]) => depth > 0))
    line({
      level: 'ERROR',
      message: 'messages lie in a dead-letter queue',
      signal: signals.deadLetter,
      queue,
      messages,
    });
  return Object.fromEntries(found);
}
