import { z } from 'zod';
import { closeDays } from '../../core/sequencer/close-days.ts';
import type { Log } from '../../core/sequencer/log.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { dayClosing } from './env.ts';

/** The schedule's request. Neither a queue nor CloudFormation sends an event of this shape. */
const requestSchema = z.strictObject({ schedule: z.literal(dayClosing.schedule) });
export type ClosingRequest = z.output<typeof requestSchema>;

/** Whether `event` is the schedule's. */
export function isClosingRequest(event: unknown): event is ClosingRequest {
  return requestSchema.safeParse(event).success;
}

/** Counts the days that have closed. What time does not suffice for is done by the next run: until then readers count. */
export async function closeOnSchedule(
  log: Log,
  deadline: number,
  line: LogLine,
): Promise<Record<string, unknown>> {
  const { days, open } = await closeDays(log, { clock: log.clock, random: log.random, deadline });
  line({ level: 'INFO', message: 'days closed', days: days.length, last: days.at(-1), open });
  return { days, open };
}
