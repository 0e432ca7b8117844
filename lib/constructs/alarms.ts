import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type AlarmName, LINE_CONDITIONS, type LineSource, RINGS_FROM } from './conditions.ts';
import type { IsolatedFunction } from './isolated-function.ts';
import type { Keys } from './keys.ts';
import { LineCounts } from './line-counts.ts';
import type { Queues } from './queues.ts';

interface AlarmsProps {
  tenantId: string;
  queues: Queues;
  writer: IsolatedFunction;
  api: readonly IsolatedFunction[];
  deliveries: IsolatedFunction;
  /** All functions of the tenant, those above too. */
  functions: readonly IsolatedFunction[];
  accessLog: ILogGroup;
  keys: Keys;
  archive: Bucket;
  email: string | undefined;
}

const PERIOD = Duration.minutes(5);

/** Calls that end a key or the lock of the archive, or make either possible. */
const KEY_CALLS = ['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy'];
const LOCK_CALLS = [
  'DeleteBucket',
  'DeleteBucketPolicy',
  'PutBucketLifecycle',
  'PutBucketObjectLockConfiguration',
  'PutBucketPolicy',
  'PutBucketVersioning',
  'PutObjectLockConfiguration',
];

/** The three things that a person must hear of; each names its page of the runbook. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { tenantId, queues, email } = props;
    const integrity = new LineCounts(this, 'Integrity', { tenantId, name: 'integrity' });
    const anomalies = new LineCounts(this, 'Lines', { tenantId, name: 'anomalies' });
    for (const [place, condition] of LINE_CONDITIONS.entries()) {
      const counts = condition.alarm === 'IntegrityAlert' ? integrity : anomalies;
      for (const [name, logGroup] of logGroupsOf(condition.of, props))
        counts.add(`${name}${place}`, logGroup, condition);
    }
    const alarms = [
      this.alarm('EventsWait', {
        metric: oldest([queues.ingest, queues.internal]),
        threshold: Duration.minutes(15).toSeconds(),
        says: 'An accepted event has waited 15 minutes to get into the log. docs/runbook.md#events-wait',
      }),
      this.alarm('IntegrityAlert', {
        metric: integrity.metric(PERIOD),
        threshold: RINGS_FROM - 1,
        says: 'The log halted or a check of its integrity failed. docs/runbook.md#integrity-alert',
      }),
      this.alarm('Anomalies', {
        metric: anomalies.metric(PERIOD),
        threshold: RINGS_FROM - 1,
        says: 'Events were refused, came late or to nothing, callers were refused, or something of ours fails. docs/runbook.md#anomalies',
      }),
    ];
    if (email !== undefined) this.warnOfEnds(this.notify(alarms, email), props);
  }

  private alarm(
    id: AlarmName,
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

  private notify(alarms: readonly Alarm[], email: string): Topic {
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
    return topic;
  }

  /** Whoever tries to end a key or the archive's lock is told of, refused or not. CloudTrail says so, where the account has a trail. */
  private warnOfEnds(topic: Topic, { keys, archive }: AlarmsProps): void {
    new Rule(this, 'KeysInDanger', {
      description:
        'Somebody asks for the end of a key or of a lock of the audit trail. docs/runbook.md#keys-in-danger',
      eventPattern: {
        source: ['aws.kms', 'aws.s3'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          $or: [
            {
              eventName: KEY_CALLS,
              resources: { ARN: [...keys.signing, keys.data].map(({ keyArn }) => keyArn) },
            },
            { eventName: LOCK_CALLS, requestParameters: { bucketName: [archive.bucketName] } },
          ],
        },
      },
      targets: [new SnsTopic(topic)],
    });
  }
}

function logGroupsOf(of: LineSource, props: AlarmsProps): [string, ILogGroup][] {
  const named = (functions: readonly IsolatedFunction[]) =>
    functions.map(({ node, logGroup }): [string, ILogGroup] => [node.id, logGroup]);
  switch (of) {
    case 'writer':
      return named([props.writer]);
    case 'api':
      return named(props.api);
    case 'deliveries':
      return named([props.deliveries]);
    case 'functions':
      return named(props.functions);
    case 'access log':
      return [['AccessLog', props.accessLog]];
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
