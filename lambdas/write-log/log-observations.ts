import { isAuditError } from '../../core/errors.ts';
import type { RefusalCode } from '../../core/event/refusal.ts';
import type { Observation } from '../../core/ingest/intake.ts';
import { METRICS, signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { describeError } from '../shared/logger.ts';
import type { Measure } from '../shared/metrics.ts';

/** Refusals that tell of more than a fault of the sender's code. */
const SUSPICIOUS: readonly { signal: string; codes: readonly RefusalCode[] }[] = [
  {
    signal: signals.claimMismatch,
    codes: ['tenant_mismatch', 'claim_wrong_audience', 'claim_body_mismatch', 'agent_not_allowed'],
  },
  {
    signal: signals.claimForged,
    codes: ['claim_forged', 'claim_malformed', 'claim_missing', 'emitter_unknown'],
  },
  { signal: signals.claimExpired, codes: ['claim_expired', 'claim_not_yet_valid', 'emitter_removed'] },
];

/** What the writer saw, as log lines and metrics. Numbers are properties, for Logs Insights; alarms count the lines with a `signal`. */
export function logObservations(log: LogLine, measure: Measure): (observation: Observation) => void {
  return (observation) => {
    switch (observation.kind) {
      case 'batch': {
        const { messages, recorded, duplicates, refused, failed, latency } = observation;
        return measure(
          {
            [METRICS.recorded]: { count: recorded },
            [METRICS.refused]: { count: refused },
            ...(latency !== undefined && { [METRICS.latency]: { milliseconds: latency } }),
          },
          { message: 'batch', messages, duplicates, failed },
        );
      }
      case 'refused': {
        const { count, reasons } = observation;
        log({ level: 'WARN', message: 'events refused', signal: signals.refused, count, reasons });
        for (const { signal, codes } of SUSPICIOUS) {
          const some = codes.reduce((sum, code) => sum + (reasons[code] ?? 0), 0);
          if (some > 0) log({ level: 'WARN', message: 'refused for what was claimed', signal, count: some });
        }
        return undefined;
      }
      case 'given up': {
        const { messages } = observation;
        return log({
          level: 'ERROR',
          message: 'messages go to the dead-letter queue',
          signal: signals.deadLetter,
          messages,
        });
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
