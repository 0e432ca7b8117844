import { Duration, Stack, Token, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { secretsPath } from '../../core/webhook/endpoint.ts';
import type { DeliverWebhooksVariables } from '../../lambdas/deliver-webhooks/env.ts';
import { isLocalCloud } from '../local-cloud.ts';
import { onlyControlItems } from './control-items.ts';
import { IsolatedFunction } from './isolated-function.ts';
import { DISPATCHER_TIMEOUT } from './queues.ts';
import type { Foundation } from './writer.ts';

/** One that waits for a slow endpoint leaves others free; there are ten endpoints a tenant at most. */
const AT_ONCE = 5;

/** Lets `made` do `actions` on the secrets of its own tenant's endpoints. */
export function allowSecrets(made: IsolatedFunction, tenantId: string, actions: string[]): void {
  const { partition, region, account } = Stack.of(made);
  const inAccount = Token.isUnresolved(account) ? '<AWS::AccountId>' : account; // as cdk-nag writes it
  const resource = `arn:${partition}:ssm:${region}:${account}:parameter${secretsPath(tenantId)}/*`;
  made.allow({ actions, resources: [resource] });
  Validations.of(made.role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:${region}:${inAccount}:parameter${secretsPath(tenantId)}/*]`,
    reason: 'Endpoints come and go; their secrets have no other name than below the tenant’s own path.',
  });
}

/** `deliver-webhooks`: the one function that sends to addresses that the tenant names. */
export class Webhooks extends Construct {
  readonly deliverWebhooks: IsolatedFunction;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { code, queues } = foundation;
    this.deliverWebhooks = new IsolatedFunction(this, 'DeliverWebhooks', {
      name: 'deliver-webhooks',
      code,
      timeout: DISPATCHER_TIMEOUT,
      memorySize: 512,
      variables: this.variables(foundation),
    });
    grant(this.deliverWebhooks, foundation);
    this.wake(foundation);
    new EventSourceMapping(this, 'FromWebhooks', {
      target: this.deliverWebhooks.function,
      eventSourceArn: queues.webhooks.queueArn,
      batchSize: 10,
      maxConcurrency: AT_ONCE,
    }).node.addDependency(this.deliverWebhooks.role);
  }

  /** A batch wakes it, and the schedule; both through the queue, so that what fails is tried again and seen. */
  private wake({ queues, bus, schedules }: Foundation): void {
    const wakeUp = () =>
      new SqsQueue(queues.webhooks, { maxEventAge: Duration.minutes(10), retryAttempts: 3 });
    new Rule(this, 'NewRecords', {
      description: 'A batch became final: endpoints are sent what is in it',
      eventBus: bus,
      eventPattern: { source: ['agent-audit-trail'], detailType: ['batch.recorded'] },
      targets: [wakeUp()],
    });
    schedules.sweep(wakeUp());
  }

  private variables({ tenant, logOrigin, tables, buckets, queues }: Foundation): DeliverWebhooksVariables {
    return {
      TENANT_ID: tenant.id,
      TIER: tenant.tier,
      LOG_ORIGIN: logOrigin,
      CONTROL_TABLE: tables.control.tableName,
      RECORDS_TABLE: tables.records.tableName,
      ARCHIVE_BUCKET: buckets.archive.bucketName,
      INTERNAL_QUEUE_URL: queues.internal.queueUrl,
      WEBHOOK_QUEUE_URL: queues.webhooks.queueUrl,
      SECRETS_PATH: secretsPath(tenant.id),
      EGRESS_LOOPBACK: String(isLocalCloud(this)),
    };
  }
}

function grant(made: IsolatedFunction, { tenant, keys, tables, buckets, queues }: Foundation): void {
  made.allow({
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
    resources: [queues.webhooks.queueArn],
  });
  made.allow({ actions: ['sqs:SendMessage'], resources: [queues.internal.queueArn] });
  made.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    resources: [tables.records.tableArn],
  });
  // Where an endpoint is, and what is sent there, is the administration's to say.
  made.allow({
    actions: ['dynamodb:Query'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('WEBHOOK'),
  });
  made.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('DELIVERY'),
  });
  made.allowUnder(buckets.archive, ['tile'], ['s3:GetObject']);
  // Without it S3 answers 403 for a tile that is not there, and absent could not be told from refused.
  made.allow({ actions: ['s3:ListBucket'], resources: [buckets.archive.bucketArn] });
  allowSecrets(made, tenant.id, ['ssm:GetParameter']);
  made.permit(keys.encrypting('dynamodb', 'sqs'));
  made.permit(keys.decrypting('ssm', ...(tenant.archive_key === 'tenant' ? (['s3'] as const) : [])));
}
