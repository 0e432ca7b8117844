import { z } from 'zod';
import { auditArchive } from '../../core/sequencer/audit-archive.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { archiveAudit } from './env.ts';

/** The schedule's request. Neither a queue nor CloudFormation sends an event of this shape. */
const requestSchema = z.strictObject({ schedule: z.literal(archiveAudit.schedule) });
export type AuditRequest = z.output<typeof requestSchema>;

/** Whether `event` is the schedule's. */
export function isAuditRequest(event: unknown): event is AuditRequest {
  return requestSchema.safeParse(event).success;
}

/** Looks for second versions and delete markers in the archive; one halts the log and rings the alarm. */
export async function auditOnSchedule(
  log: Log,
  deadline: number,
  line: LogLine,
): Promise<Record<string, unknown>> {
  const answer = await auditArchive(log, deadline);
  line({
    level: answer.outcome === 'damaged' ? 'ERROR' : 'INFO',
    message: 'audit of the archive',
    ...(answer.outcome === 'damaged' && { signal: signals.integrity }),
    ...answer,
  });
  return { ...answer };
}
