import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS } from './env.ts';

/** A number that CloudWatch makes a metric of. */
type Value = { count: number } | { milliseconds: number };

/** Puts metrics out, and with them properties that stand in the line alone: names and numbers of ours. */
export type Measure = (
  values: Readonly<Record<string, Value>>,
  properties: Readonly<Record<string, string | number>>,
) => void;

/**
 * Metrics of the function `service` as lines of its log, in CloudWatch's embedded metric format. The function is their
 * only dimension, since every further one is paid for; the tenant is a property, for Logs Insights.
 */
export function measureTo(service: string, tenantId: string): Measure {
  const metrics = new Metrics({ namespace: METRICS.namespace, serviceName: service });
  return (values, properties) => {
    for (const [name, value] of Object.entries(values)) {
      if ('count' in value) metrics.addMetric(name, MetricUnit.Count, value.count);
      else metrics.addMetric(name, MetricUnit.Milliseconds, value.milliseconds);
    }
    for (const [name, value] of Object.entries({ level: 'INFO', tenant_id: tenantId, ...properties }))
      metrics.addMetadata(name, value);
    metrics.publishStoredMetrics();
  };
}
