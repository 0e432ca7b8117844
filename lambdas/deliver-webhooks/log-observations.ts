import { isAuditError } from '../../core/errors.ts';
import type { Observation } from '../../core/webhook/dispatcher.ts';
import { signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { describeError } from '../shared/logger.ts';

/** What was seen while delivering, as log lines: no address and nothing of an answer stands in them. */
export function logObservations(line: LogLine): (observation: Observation) => void {
  return (observation) => {
    switch (observation.kind) {
      case 'disabled':
        return line({
          level: 'WARN',
          message: 'an endpoint was disabled',
          signal: signals.webhookDisabled,
          endpoint_id: observation.endpointId,
          reason: observation.reason,
        });
      case 'fault':
        return line({
          level: 'ERROR',
          message: 'an endpoint could not be served',
          signal: isAuditError(observation.error, 'integrity') ? signals.integrity : signals.webhookFault,
          endpoint_id: observation.endpointId,
          ...describeError(observation.error),
        });
      case 'integrity':
        return line({
          level: 'ERROR',
          message: 'the tenant is told that the log can not be trusted',
          signal: signals.integrity,
          reason: observation.reason,
        });
    }
  };
}
