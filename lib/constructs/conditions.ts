import { FilterPattern, type IFilterPattern } from 'aws-cdk-lib/aws-logs';
import { METRICS, signals } from '../../lambdas/shared/env.ts';

/** The three alarms of a tenant; each names its page of the runbook. */
export type AlarmName = 'IntegrityAlert' | 'EventsWait' | 'Anomalies';

/** Whose lines are counted: those of some functions, of all, or of the API's access log. */
export type LineSource = 'writer' | 'api' | 'deliveries' | 'functions' | 'access log';

/** A metric of counted lines that rings when it is above this in five minutes. */
export const RINGS_FROM = 20;
const AT_ONCE = RINGS_FROM;

/** An event should be a record within the batch window, of 5 minutes at most, and a try or two. */
const LATE = 10 * 60_000; // milliseconds

/** What a log line says, and by how much it counts towards `RINGS_FROM`. */
export interface LineCondition {
  /** Anchor of its page in docs/runbook.md. */
  readonly page: string;
  readonly alarm: 'IntegrityAlert' | 'Anomalies';
  readonly of: LineSource;
  readonly lines: IFilterPattern;
  readonly weight: number;
}

/** Conditions of a tenant that are seen in log lines: they cost nothing while nothing is wrong. */
export const LINE_CONDITIONS: readonly LineCondition[] = [
  {
    page: 'integrity-alert',
    alarm: 'IntegrityAlert',
    of: 'functions',
    lines: signal(signals.integrity),
    weight: AT_ONCE,
  },
  { page: 'events-refused', ...anomaly('writer', signal(signals.refused), AT_ONCE) },
  // As messages go there, and every hour as long as some lie there.
  { page: 'dead-letters', ...anomaly('writer', signal(signals.deadLetter), AT_ONCE) },
  {
    page: 'late-records',
    ...anomaly('writer', FilterPattern.numberValue(`$.${METRICS.latency}`, '>', LATE), AT_ONCE),
  },
  { page: 'callers-refused', ...anomaly('api', signal(signals.tokenRefused, signals.rateLimited), 1) },
  { page: 'webhooks-fail', ...anomaly('deliveries', signal(signals.webhookDisabled), AT_ONCE) },
  { page: 'webhooks-fail', ...anomaly('deliveries', signal(signals.webhookFault), 10) },
  { page: 'throttles', ...anomaly('access log', FilterPattern.stringValue('$.error', '=', 'THROTTLED'), 1) },
  { page: 'errors', ...anomaly('access log', FilterPattern.stringValue('$.status', '=', '5*'), 4) },
  // A function that fails, runs out of time or out of memory says so itself, whatever its code wrote.
  { page: 'errors', ...anomaly('functions', endedWith('error', 'failure', 'timeout'), 5) },
];

/** Conditions that are seen elsewhere, by what rings or mails. */
export const OTHER_CONDITIONS = [
  { page: 'events-wait', seenBy: 'age of the oldest message of the tenant’s queues' },
  { page: 'keys-in-danger', seenBy: 'a rule over CloudTrail' },
  { page: 'strangers', seenBy: 'the watch of the account' },
  { page: 'throttles', seenBy: 'the watch of the account' },
  { page: 'cost', seenBy: 'a budget of the account' },
] as const;

function anomaly(of: LineSource, lines: IFilterPattern, weight: number) {
  return { alarm: 'Anomalies', of, lines, weight } as const;
}

/** Whether Lambda nested the line under `message` or not. */
function signal(...names: readonly string[]): IFilterPattern {
  return FilterPattern.any(
    ...names.flatMap((name) => [
      FilterPattern.stringValue('$.signal', '=', name),
      FilterPattern.stringValue('$.message.signal', '=', name),
    ]),
  );
}

/** Lambda's own report on an invocation, in its JSON log format; other lines of its may say the same of it. */
function endedWith(...outcomes: readonly string[]): IFilterPattern {
  return FilterPattern.all(
    FilterPattern.stringValue('$.type', '=', 'platform.report'),
    FilterPattern.any(
      ...outcomes.map((outcome) => FilterPattern.stringValue('$.record.status', '=', outcome)),
    ),
  );
}
