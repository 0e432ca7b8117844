import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { signals } from '../../lambdas/shared/env.ts';
import type { ApiFunctions } from './api-functions.ts';
import type { IsolatedFunction } from './isolated-function.ts';
import type { Keys } from './keys.ts';
import type { Queues } from './queues.ts';

interface AlarmsProps {
  tenantId: string;
  queues: Queues;
  writeLog: IsolatedFunction;
  functions: ApiFunctions;
  applyRetention: IsolatedFunction;
  /** Where the tenant has witnesses. */
  cosignCheckpoints: IsolatedFunction | undefined;
  deliverWebhooks: IsolatedFunction;
  keys: Keys;
  email: string | undefined;
}

const PERIOD = Duration.minutes(5);

/** Refused events ring at once; refused and throttled callers, of whom there are always some, from so many in five minutes. */
const CALLERS_RING_FROM = 20;

/** The three things that a person must hear of; each names its page of the runbook. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { tenantId, queues, writeLog, functions, applyRetention, cosignCheckpoints, deliverWebhooks } =
      props;
    const { keys, email } = props;
    const { ingestApi, readApi, adminApi } = functions;
    const behindHttps = [ingestApi, readApi, adminApi];
    const integrity = new LineCount(this, 'Integrity', tenantId);
    const checking = [applyRetention, deliverWebhooks, ...(cosignCheckpoints ? [cosignCheckpoints] : [])];
    for (const one of [writeLog, ...behindHttps, ...checking]) integrity.add(one, [signals.integrity], 1);
    const refused = new LineCount(this, 'Refused', tenantId);
    refused.add(writeLog, [signals.refused, signals.deadLetter], CALLERS_RING_FROM);
    for (const one of behindHttps) refused.add(one, [signals.tokenRefused, signals.rateLimited], 1);
    refused.add(deliverWebhooks, [signals.webhookDisabled], CALLERS_RING_FROM);
    const alarms = [
      this.alarm('EventsWait', {
        // Dead letters keep the age of their message, so one alarm covers a writer that fails and a message that cannot be written.
        metric: oldest([queues.ingest, queues.internal, ...queues.deadLetters]),
        threshold: Duration.minutes(15).toSeconds(),
        says: 'An accepted event has waited 15 minutes to get into the log. docs/runbook.md#events-wait',
      }),
      this.alarm('IntegrityAlert', {
        metric: integrity.metric,
        threshold: 0,
        says: 'The log halted or a check of its integrity failed. docs/runbook.md#integrity-alert',
      }),
      this.alarm('EventsRefused', {
        metric: refused.metric,
        threshold: CALLERS_RING_FROM - 1,
        says: 'Events were refused and lie in quarantine, many callers were refused, or a webhook was disabled. docs/runbook.md#events-refused',
      }),
    ];
    if (email !== undefined) this.warnOfKeys(this.notify(alarms, email), keys);
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

  /** Whoever tries to end a key is told of, refused or not. CloudTrail says so, where the account has a trail. */
  private warnOfKeys(topic: Topic, { signing, data }: Keys): void {
    new Rule(this, 'KeysInDanger', {
      description: 'Somebody asks for the end of a key of the audit trail. docs/runbook.md#keys-in-danger',
      eventPattern: {
        source: ['aws.kms'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventName: ['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy'],
          resources: { ARN: [...signing, data].map(({ keyArn }) => keyArn) },
        },
      },
      targets: [new SnsTopic(topic)],
    });
  }
}

/** A metric of log lines with a signal: filters of several functions count into one, each line with its weight. */
class LineCount extends Construct {
  readonly #tenantId: string;

  constructor(scope: Construct, id: string, tenantId: string) {
    super(scope, id);
    this.#tenantId = tenantId;
  }

  get metric(): IMetric {
    return new Metric({ ...this.#name, statistic: 'Sum', period: PERIOD });
  }

  add({ logGroup, node }: IsolatedFunction, signals: readonly string[], weight: number): void {
    const { namespace, metricName } = this.#name;
    new MetricFilter(this, `${node.id}Lines`, {
      logGroup,
      // Whether Lambda nested the line under `message` or not.
      filterPattern: FilterPattern.any(
        ...signals.flatMap((signal) => [
          FilterPattern.stringValue('$.signal', '=', signal),
          FilterPattern.stringValue('$.message.signal', '=', signal),
        ]),
      ),
      metricNamespace: namespace,
      metricName,
      metricValue: String(weight),
    });
  }

  get #name() {
    return { namespace: `AuditTrail/${this.#tenantId}`, metricName: this.node.id };
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
