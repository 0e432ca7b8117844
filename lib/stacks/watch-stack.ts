import {
  type App,
  Aws,
  CfnOutput,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventField, type EventPattern, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Tenant } from '../config/tenant.ts';
import { AccountLimits } from '../constructs/account-limits.ts';
import { Dashboard } from '../constructs/dashboard.ts';

/** How long what was seen is kept. */
const KEPT = Duration.days(400);
const PERIOD = Duration.minutes(5);

/** By what CloudFormation puts before the names of what a tenant's stack has. */
const TABLES = `arn:${Aws.PARTITION}:dynamodb:${Aws.REGION}:${Aws.ACCOUNT_ID}:table/AuditTrail-`;
const BUCKETS = `arn:${Aws.PARTITION}:s3:::audittrail-`;
const OWN_SESSIONS = `arn:${Aws.PARTITION}:sts::${Aws.ACCOUNT_ID}:assumed-role/AuditTrail-`;

interface WatchStackProps extends StackProps {
  /** Who hears of it. Without it the topic is there, and nobody listens. */
  email?: string;
  /** Dollars a month, above which `email` hears of it. */
  monthlyBudget?: number;
}

/**
 * Who reaches the tables and buckets of tenants without being one of their roles: one stack an account and Region, since a
 * trail, an alarm and a rule for each tenant would cost more than the tenant (docs/adr/data-events.md). It names no tenant,
 * so tenants come and go without it.
 */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, { email, monthlyBudget, ...props }: WatchStackProps) {
    super(scope, id, {
      description: 'Who reaches the audit trails of this account without being one of their roles',
      terminationProtection: true,
      ...props,
    });
    this.trail();
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    const rules = [
      this.ring('StrangerTouches', topic, {
        source: ['aws.s3', 'aws.dynamodb'],
        detail: { resources: { ARN: [{ prefix: BUCKETS }, { prefix: TABLES }] }, ...A_STRANGER },
      }),
      // KMS has no data events. Signing is what matters of its management events; the end of a key has a rule of its own.
      this.ring('StrangerSigns', topic, {
        source: ['aws.kms'],
        detail: {
          eventName: ['Sign'],
          requestParameters: { signingAlgorithm: ['ED25519_SHA_512'] },
          ...A_STRANGER,
        },
      }),
    ];
    const { throttled } = new AccountLimits(this, 'Limits', {
      topic,
      ...(email !== undefined &&
        monthlyBudget !== undefined && {
          budget: { name: this.stackName, dollars: monthlyBudget, email },
        }),
    });
    const alarms = [...rules.map(({ alarm }) => alarm), throttled];
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { ArnEquals: { 'aws:SourceArn': alarms.map(({ alarmArn }) => alarmArn) } },
      }),
    );
    new Dashboard(this, 'Overview', { name: this.stackName });
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn });
  }

  /** Data events of buckets, whoever it is, and of tables, but for the tenants' own roles, which are at it all the time. */
  private trail(): void {
    const bucket = new Bucket(this, 'Seen', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [{ id: 'kept', expiration: KEPT, noncurrentVersionExpiration: Duration.days(30) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'This bucket is an access log itself; logging the logging would not end.',
    });
    const trailName = this.stackName;
    const cloudTrail = new ServicePrincipal('cloudtrail.amazonaws.com');
    const conditions = {
      'aws:SourceArn': this.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName }),
    };
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailLooks',
        principals: [cloudTrail],
        actions: ['s3:GetBucketAcl'],
        resources: [bucket.bucketArn],
        conditions: { StringEquals: conditions },
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailWrites',
        principals: [cloudTrail],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${Aws.ACCOUNT_ID}/*`)],
        conditions: { StringEquals: { ...conditions, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    );
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      s3BucketName: bucket.bucketName,
      isLogging: true,
      enableLogFileValidation: true,
      includeGlobalServiceEvents: false,
      isMultiRegionTrail: false,
      advancedEventSelectors: [
        dataEvents('buckets', 'AWS::S3::Object', [{ field: 'resources.ARN', startsWith: [BUCKETS] }]),
        dataEvents('tables', 'AWS::DynamoDB::Table', [
          { field: 'resources.ARN', startsWith: [TABLES] },
          { field: 'userIdentity.arn', notStartsWith: [OWN_SESSIONS] },
        ]),
      ],
    });
    if (bucket.policy) trail.node.addDependency(bucket.policy);
  }

  /** A mail that says who, what and when, without the request, which may name what a tenant has; and an alarm. */
  private ring(id: string, topic: Topic, pattern: EventPattern): { alarm: Alarm } {
    const says = `Somebody who is none of the audit trail's roles was at it. docs/runbook.md#strangers`;
    const rule = new Rule(this, id, {
      description: says,
      eventPattern: { detailType: ['AWS API Call via CloudTrail'], ...pattern },
    });
    rule.addTarget(
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(
          `${says} ${told('userIdentity.arn')} did ${told('eventName')} at ${told('eventTime')} from ` +
            `${told('sourceIPAddress')}; refused: ${told('errorCode')}; CloudTrail event ${told('eventID')}`,
        ),
      }),
    );
    const alarm = new Alarm(this, `${id}Alarm`, {
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'MatchedEvents',
        dimensionsMap: { RuleName: rule.ruleName },
        statistic: 'Sum',
        period: PERIOD,
      }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: says,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    return { alarm };
  }
}

/** A stack for each account and Region that tenants are in: `AuditTrailWatch-<Region>` for the platform's own account. */
export function watchPlaces(
  app: App,
  tenants: readonly Tenant[],
  options: { email?: string | undefined; monthlyBudget?: number | undefined; platform?: string | undefined },
): void {
  const { email, monthlyBudget, platform } = options;
  const seen = new Set<string>();
  for (const tenant of tenants) {
    const { region } = tenant;
    const own = tenant.tier === 'account-per-tenant' ? tenant.account : undefined;
    const id =
      own === undefined || own === platform
        ? `AuditTrailWatch-${region}`
        : `AuditTrailWatch-${own}-${region}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const account = own ?? platform;
    new WatchStack(app, id, {
      env: { region, ...(account !== undefined && { account }) },
      ...(email !== undefined && { email }),
      ...(monthlyBudget !== undefined && { monthlyBudget }),
    });
  }
}

/** A principal that is no session of a tenant's role; AWS itself, which expires items and moves objects, is none. */
const A_STRANGER = {
  $or: [
    { userIdentity: { arn: [{ 'anything-but': { prefix: OWN_SESSIONS } }] } },
    { userIdentity: { arn: [{ exists: false }], type: [{ 'anything-but': 'AWSService' }] } },
  ],
};

function told(field: string): string {
  return EventField.fromPath(`$.detail.${field}`);
}

function dataEvents(
  name: string,
  type: string,
  more: readonly CfnTrail.AdvancedFieldSelectorProperty[],
): CfnTrail.AdvancedEventSelectorProperty {
  return {
    name,
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: [type] },
      ...more,
    ],
  };
}
