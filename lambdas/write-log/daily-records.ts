import { z } from 'zod';
import { writeDailyRecords } from '../../core/archive/daily-records.ts';
import { isAuditError } from '../../core/errors.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { dailyRecords } from './env.ts';

/** The schedule's request. Neither a queue nor CloudFormation sends an event of this shape. */
const requestSchema = z.strictObject({ schedule: z.literal(dailyRecords.schedule) });
export type DailyRequest = z.output<typeof requestSchema>;

/** Whether `event` is the schedule's. */
export function isDailyRequest(event: unknown): event is DailyRequest {
  return requestSchema.safeParse(event).success;
}

/** Writes the records of the days that are over into the archive, and tells the function's log what came of it. */
export async function archiveDailyRecords(
  log: Log,
  deadline: number,
  line: LogLine,
): Promise<Record<string, unknown>> {
  try {
    const outcome = { ...(await writeDailyRecords(log, deadline)) };
    line({ level: 'INFO', message: 'daily records', ...outcome });
    return outcome;
  } catch (error) {
    if (isAuditError(error, 'integrity')) {
      const { message: problem } = error;
      line({
        level: 'ERROR',
        message: 'daily records could not be written',
        signal: signals.integrity,
        problem,
      });
    }
    throw error;
  }
}
