import type { Ledger } from '../narrative/ledger.ts';
import type { EventFilter } from '../query/filter.ts';
import type { Tally } from './tally.ts';

/** What an export says of itself: what is missing that its own records would show. JSON of the manifest. */
export type ExportCompleteness =
  | { judged: false; because: string }
  | {
      judged: true;
      /** Nothing is missing that the records would show. */
      complete: boolean;
      tasks: number;
      findings: Record<(typeof FINDINGS)[number], number>;
      /** Events without a number, among which a loss would not show. */
      unnumbered: number;
      /** Events of tasks that were too many to be judged. */
      unjudged: number;
    };

const FINDINGS = [
  'events_missing',
  'calls_without_result',
  'results_without_call',
  'escalations_without_decision',
  'tasks_without_start',
  'tasks_without_end',
  'tasks_with_several_ends',
  'events_refused',
] as const;

const CUTTING = ['event_type', 'agent_id', 'user_id'] as const;

/**
 * The verdict on what `tally` counted. `refused` is how many events of the tenant the log refused in the time of the
 * filter. A filter by type, agent or user takes records out of their tasks, so that nothing can be said of what is
 * missing; a time cuts tasks off, whose start or end then counts as missing.
 */
export function judgeExport(tally: Tally, filter: EventFilter, refused: number): ExportCompleteness {
  const cutting = CUTTING.filter((name) => filter[name] !== undefined);
  if (cutting.length > 0 || filter.category === 'governance')
    return {
      judged: false,
      because: `the filter (${cutting.join(', ') || 'category'}) takes records out of their tasks`,
    };
  // Also of a whole log as tiles, whose records nobody looked into.
  if (tally.types.size === 0) return { judged: false, because: 'no record was looked into' };
  const ledgers = [...tally.ledgers];
  const sum = (of: (ledger: Ledger) => number) => ledgers.reduce((total, ledger) => total + of(ledger), 0);
  const findings = {
    events_missing: sum(({ numbering }) => numbering.missing),
    calls_without_result: sum(({ calls }) => calls.size),
    results_without_call: sum(({ stray }) => stray.size),
    escalations_without_decision: sum(({ asked }) => asked.size),
    tasks_without_start: sum(({ starts }) => (starts === 0 ? 1 : 0)),
    tasks_without_end: sum(({ ends }) => (ends === 0 ? 1 : 0)),
    tasks_with_several_ends: sum(({ ends }) => (ends > 1 ? 1 : 0)) + tally.endedAgain,
    events_refused: refused,
  };
  return {
    judged: true,
    complete: tally.beyond === 0 && Object.values(findings).every((count) => count === 0),
    tasks: tally.taskCount,
    findings,
    unnumbered: sum(({ unnumbered }) => unnumbered),
    unjudged: tally.beyond,
  };
}
