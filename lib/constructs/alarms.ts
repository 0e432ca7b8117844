import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { signals } from '../../lambdas/write-log/env.ts';
import type { IsolatedFunction } from './isolated-function.ts';
import type { Queues } from './queues.ts';

interface AlarmsProps {
  tenantId: string;
  queues: Queues;
  writeLog: IsolatedFunction;
  email: string | undefined;
}

const PERIOD = Duration.minutes(5);

/** The three things that a person must hear of; each names its page of the runbook. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { tenantId, queues, writeLog, email }: AlarmsProps) {
    super(scope, id);
    const alarms = [
      this.alarm('EventsWait', {
        // Dead letters keep the age of their message, so one alarm covers a writer that fails and a message that cannot be written.
        metric: oldest([queues.ingest, queues.internal, ...queues.deadLetters]),
        threshold: Duration.minutes(15).toSeconds(),
        says: 'An accepted event has waited 15 minutes to get into the log. docs/runbook.md#events-wait',
      }),
      this.alarm('IntegrityAlert', {
        metric: this.count('Integrity', signals.integrity, tenantId, writeLog),
        threshold: 0,
        says: 'The log halted or a check of its integrity failed. docs/runbook.md#integrity-alert',
      }),
      this.alarm('EventsRefused', {
        metric: this.count('Refused', signals.refused, tenantId, writeLog),
        threshold: 0,
        says: 'Events were refused and lie in quarantine. docs/runbook.md#events-refused',
      }),
    ];
    if (email !== undefined) this.notify(alarms, email);
  }

  private alarm(
    id: string,
    { metric, threshold, says }: { metric: IMetric; threshold: number; says: string },
  ): Alarm {
    return new Alarm(this, id, {
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: says,
    });
  }

  /** Log lines of the writer with this signal, whether Lambda nested the line under `message` or not. */
  private count(id: string, signal: string, tenantId: string, { logGroup }: IsolatedFunction): IMetric {
    const filter = new MetricFilter(this, `${id}Lines`, {
      logGroup,
      filterPattern: FilterPattern.any(
        FilterPattern.stringValue('$.signal', '=', signal),
        FilterPattern.stringValue('$.message.signal', '=', signal),
      ),
      metricNamespace: `AuditTrail/${tenantId}`,
      metricName: id,
    });
    return filter.metric({ statistic: 'Sum', period: PERIOD });
  }

  private notify(alarms: readonly Alarm[], email: string): void {
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    // Requiring TLS gives the topic a policy, which takes the place of the default that admits the account's alarms.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { ArnEquals: { 'aws:SourceArn': alarms.map(({ alarmArn }) => alarmArn) } },
      }),
    );
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic));
  }
}

function oldest(queues: readonly Queues['ingest'][]): IMetric {
  const ages = queues.map((queue, i) => [
    `age${i}`,
    queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: PERIOD }),
  ]);
  return new MathExpression({
    expression: 'MAX(METRICS())',
    label: 'oldest message',
    usingMetrics: Object.fromEntries(ages),
    period: PERIOD,
  });
}
