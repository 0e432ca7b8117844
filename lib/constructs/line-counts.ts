import type { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS } from '../../lambdas/shared/env.ts';
import type { LineCondition } from './conditions.ts';

/** A metric of one tenant: filters of several log groups count into it, each line with its weight. */
export class LineCounts extends Construct {
  readonly #metricName: string;

  /** `name` stands behind the tenant's id, so that the account's dashboard finds the metrics of all tenants by it. */
  constructor(scope: Construct, id: string, { tenantId, name }: { tenantId: string; name: string }) {
    super(scope, id);
    this.#metricName = `${tenantId} ${name}`;
  }

  metric(period: Duration): IMetric {
    return new Metric({
      namespace: METRICS.namespace,
      metricName: this.#metricName,
      statistic: 'Sum',
      period,
    });
  }

  /** Lines of `condition` in `logGroup` count, from now on. */
  add(id: string, logGroup: ILogGroup, { lines, weight }: LineCondition): void {
    new MetricFilter(this, id, {
      logGroup,
      filterPattern: lines,
      metricNamespace: METRICS.namespace,
      metricName: this.#metricName,
      metricValue: String(weight),
    });
  }
}
