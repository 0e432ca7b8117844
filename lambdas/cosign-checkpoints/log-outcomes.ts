import type { WitnessOutcome } from '../../core/witness/cosign.ts';
import { signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';

/** What the witnesses said, a line each; one that saw another log rings the alarm. */
export function logOutcomes(outcomes: readonly WitnessOutcome[], line: LogLine): void {
  for (const outcome of outcomes) {
    if (outcome.outcome !== 'failed') line({ level: 'INFO', message: 'witness', ...outcome });
    else {
      const { contradicts, ...rest } = outcome;
      line({
        level: contradicts ? 'ERROR' : 'WARN',
        message: 'witness',
        ...rest,
        ...(contradicts && { signal: signals.integrity }),
      });
    }
  }
}
