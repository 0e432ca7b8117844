import { IDLE_PRICES, type Measure, QUOTAS, type Quota } from './quotas.ts';

/** The parts of a synthesised template that are counted. */
export interface Template {
  readonly Resources: Readonly<Record<string, { Type: string; Properties?: Record<string, unknown> }>>;
}

/** How many tenants a quota holds. */
export interface Fit {
  readonly quota: Quota;
  /** What one tenant takes of it. */
  readonly each: number;
  /** Tenants with the standard quota, and with the most; absent where no end is published. */
  readonly standard: number;
  readonly most?: number;
}

/** What one tenant's stack takes of `measure`. */
export function taken({ Resources }: Template, measure: Measure): number {
  const of = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  if ('rules' in measure)
    return of('AWS::Events::Rule').filter(({ Properties }) => Properties?.EventBusName === undefined).length;
  if ('concurrency' in measure) return sum(of('AWS::Lambda::EventSourceMapping').map(concurrencyOf));
  return measure.resources === 'stack' ? 1 : of(measure.resources).length;
}

/** What each quota holds, the one that binds first with standard quotas first. */
export function fits(template: Template): Fit[] {
  return QUOTAS.flatMap((quota) => {
    const each = taken(template, quota.of);
    if (each === 0) return [];
    const { standard, most } = quota;
    return [
      {
        quota,
        each,
        standard: Math.floor(standard / each),
        ...(most !== undefined && { most: Math.floor(most / each) }),
      },
    ];
  }).sort((a, b) => a.standard - b.standard);
}

/** What an idle tenant costs a month, in dollars, by what it is for. */
export function idleCost(template: Template): { what: string; count: number; dollars: number }[] {
  const count = (type: string) => taken(template, { resources: type });
  const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  const lines = [
    { what: 'KMS keys', count: count('AWS::KMS::Key'), each: IDLE_PRICES.key },
    { what: 'metrics that alarms look at', count: sum(alarms.map(metricsOf)), each: IDLE_PRICES.alarmMetric },
    { what: 'secrets', count: count('AWS::SecretsManager::Secret'), each: IDLE_PRICES.secret },
    {
      what: 'queues that Lambda polls',
      count: count('AWS::Lambda::EventSourceMapping'),
      each: IDLE_PRICES.polledQueue,
    },
  ];
  return lines.map(({ what, count, each }) => ({ what, count, dollars: count * each }));
}

function concurrencyOf({ Properties }: { Properties?: Record<string, unknown> }): number {
  const { MaximumConcurrency } = (Properties?.ScalingConfig ?? {}) as { MaximumConcurrency?: number };
  if (MaximumConcurrency === undefined) throw new Error('an event source has no maximum concurrency');
  return MaximumConcurrency;
}

function metricsOf({ Properties }: { Properties?: Record<string, unknown> }): number {
  const metrics = Properties?.Metrics as readonly { MetricStat?: unknown }[] | undefined;
  return metrics === undefined ? 1 : metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
