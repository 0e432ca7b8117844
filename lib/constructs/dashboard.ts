import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../lambdas/shared/env.ts';

const PERIOD = Duration.minutes(5);
/** Lines of one graph: the worst tenants are what one looks for. */
const WORST = 20;
/** What CloudFormation puts before the names of what a tenant's stack has. */
const OURS = 'AuditTrail';

const TEXT = `# Audit trails of this account and Region
Each graph shows the ${WORST} highest of all tenants. What each alarm means and what to do: \`docs/runbook.md\`. Names and numbers
alone stand here: no content of an event.`;

/**
 * One an account and Region, over all tenants that it has: it finds them by name, so they come and go without it, and no
 * permission goes with it. Whoever looks needs CloudWatch's own.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name }: { name: string }) {
    super(scope, id);
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.days(1),
      widgets: [
        [new TextWidget({ markdown: TEXT, width: 24, height: 3 })],
        [
          graph('Integrity: halted, or a check failed', [custom('integrity')]),
          graph('Anomalies: an alarm rings from 20', [custom('anomalies')]),
          graph('Oldest message, seconds', [
            highest('AWS/SQS,QueueName', 'ApproximateAgeOfOldestMessage', 'Maximum'),
          ]),
        ],
        [
          graph('Dead letters', [
            highest('AWS/SQS,QueueName', 'ApproximateNumberOfMessagesVisible', 'Maximum', 'DeadLetters'),
          ]),
          graph('Records and refused events', [
            ofWriters(METRICS.recorded, 'Sum'),
            ofWriters(METRICS.refused, 'Sum'),
          ]),
          graph('From accepted to recorded, milliseconds', [
            ofWriters(METRICS.latency, 'p50'),
            ofWriters(METRICS.latency, 'p99'),
            ofWriters(METRICS.latency, 'Maximum'),
          ]),
        ],
        [
          graph('Errors of functions', [highest('AWS/Lambda,FunctionName', 'Errors', 'Sum')]),
          graph('Throttled functions', [highest('AWS/Lambda,FunctionName', 'Throttles', 'Sum')]),
          graph('Longest runs, milliseconds', [highest('AWS/Lambda,FunctionName', 'Duration', 'Maximum')]),
        ],
        [
          graph('API: answers 5xx', [highest('AWS/ApiGateway,ApiName', '5XXError', 'Sum')]),
          graph('API: answers 4xx', [highest('AWS/ApiGateway,ApiName', '4XXError', 'Sum')]),
          graph('API: milliseconds, p99', [highest('AWS/ApiGateway,ApiName', 'Latency', 'p99')]),
        ],
        [
          graph('Throttled tables: writes', [
            highest('AWS/DynamoDB,TableName', 'WriteThrottleEvents', 'Sum'),
          ]),
          graph('Throttled tables: reads', [highest('AWS/DynamoDB,TableName', 'ReadThrottleEvents', 'Sum')]),
          graph('Executions at the same time, whole account', [
            new Metric({
              namespace: 'AWS/Lambda',
              metricName: 'ConcurrentExecutions',
              statistic: 'Maximum',
              period: PERIOD,
            }),
          ]),
        ],
      ],
    });
  }
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
}

/** The `WORST` of ours among the metrics with these dimensions. */
function highest(schema: string, metricName: string, statistic: string, more = ''): IMetric {
  return search(`{${schema}} MetricName="${metricName}" ${OURS}${more && ` ${more}`}`, statistic);
}

/** A count of lines, of each tenant: its name ends so. */
function custom(name: string): IMetric {
  return search(`{${METRICS.namespace}} ${name}`, 'Sum');
}

function search(terms: string, statistic: string): IMetric {
  const found = `SEARCH('${terms}', '${statistic}', ${PERIOD.toSeconds()})`;
  return new MathExpression({ expression: `SORT(${found}, MAX, DESC, ${WORST})`, label: '', period: PERIOD });
}

function ofWriters(metricName: string, statistic: string): IMetric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: { service: 'write-log' },
    statistic,
    period: PERIOD,
    label: statistic === 'Sum' ? metricName : statistic,
  });
}
