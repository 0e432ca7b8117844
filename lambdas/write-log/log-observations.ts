import { isAuditError } from '../../core/errors.ts';
import type { Observation } from '../../core/ingest/intake.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { describeError } from '../shared/logger.ts';
import { signals } from './env.ts';

/** What the writer saw, as log lines. Numbers are properties, for Logs Insights; alarms count the lines with a `signal`. */
export function logObservations(log: LogLine): (observation: Observation) => void {
  return (observation) => {
    switch (observation.kind) {
      case 'batch': {
        const { kind: _, ...numbers } = observation;
        return log({ level: 'INFO', message: 'batch', ...numbers });
      }
      case 'refused': {
        const { count, reasons } = observation;
        return log({ level: 'WARN', message: 'events refused', signal: signals.refused, count, reasons });
      }
      case 'failed': {
        const { messages, error } = observation;
        return log({
          level: 'ERROR',
          message: 'messages will be delivered again',
          ...(isAuditError(error, 'integrity') && { signal: signals.integrity }),
          messages,
          ...describeError(error),
        });
      }
    }
  };
}
