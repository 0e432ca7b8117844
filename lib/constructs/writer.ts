import { CustomResource, Duration } from 'aws-cdk-lib';
import { type EventBus, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { README } from '../../core/archive/layout.ts';
import {
  archiveAudit,
  type DeployedPolicy,
  dailyRecords,
  dayClosing,
  deadLetterCount,
  type WriteLogVariables,
} from '../../lambdas/write-log/env.ts';
import type { CodeProvider } from '../bundle.ts';
import type { Tenant } from '../config/tenant.ts';
import type { Buckets } from './buckets.ts';
import { onlyControlItems } from './control-items.ts';
import { IsolatedFunction } from './isolated-function.ts';
import { jsonOf } from './json-of.ts';
import type { Keys } from './keys.ts';
import { type Queues, WRITER_TIMEOUT } from './queues.ts';
import type { Schedules } from './schedules.ts';
import type { Tables } from './tables.ts';

/** Everything that a tenant's functions are built from. */
export interface Foundation {
  tenant: Tenant;
  logOrigin: string;
  code: CodeProvider;
  keys: Keys;
  tables: Tables;
  buckets: Buckets;
  queues: Queues;
  bus: EventBus;
  schedules: Schedules;
}

/** `write-log`: the only function that signs, and the only one that writes records. */
export class Writer extends Construct {
  readonly writeLog: IsolatedFunction;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.writeLog = new IsolatedFunction(this, 'WriteLog', {
      name: 'write-log',
      code: foundation.code,
      timeout: WRITER_TIMEOUT,
      memorySize: 1024,
      variables: variables(foundation),
    });
    grant(this.writeLog, foundation);
    foundation.keys.restrictSigningTo(this.writeLog.role);
    const genesis = this.makeLog(foundation);
    this.listen('FromIngest', foundation.queues.ingest, foundation.tenant, genesis);
    this.listen('FromInternal', foundation.queues.internal, foundation.tenant, genesis);
    for (const request of [archiveAudit, dayClosing, dailyRecords, deadLetterCount])
      foundation.schedules.hourly(this.asked(request));
  }

  /** The empty log, size 0 and signed, made once; deleting the stack deletes nothing of it. */
  private makeLog({ logOrigin, tables, keys }: Foundation): CustomResource {
    const genesis = new CustomResource(this, 'Genesis', {
      resourceType: 'Custom::LogGenesis',
      serviceToken: this.writeLog.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: {
        LogOrigin: logOrigin,
        RecordsTable: tables.records.tableName,
        SigningKeyId: keys.signing[0].keyId,
      },
    });
    // The role's policy is a resource of its own: without it the function would start unable to sign.
    genesis.node.addDependency(this.writeLog.role);
    return genesis;
  }

  /** Every hour it is looked whether something is due, as an archive whose versions were not looked at for a day. */
  private asked(request: Record<string, string>): LambdaFunction {
    return new LambdaFunction(this.writeLog.function, {
      event: RuleTargetInput.fromObject(request),
      maxEventAge: Duration.minutes(30),
      retryAttempts: 2,
    });
  }

  private listen(
    id: string,
    { queueArn }: IQueue,
    { batch_window_seconds }: Tenant,
    after: CustomResource,
  ): void {
    const mapping = new EventSourceMapping(this, id, {
      target: this.writeLog.function,
      eventSourceArn: queueArn,
      batchSize: 1000,
      maxBatchingWindow: Duration.seconds(batch_window_seconds),
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    mapping.node.addDependency(after);
  }
}

function variables({ tenant, logOrigin, keys, tables, buckets, queues, bus }: Foundation): WriteLogVariables {
  const policy: DeployedPolicy = {
    personal_data: tenant.personal_data,
    redact: tenant.redact,
    retention: tenant.retention,
    lock_mode: tenant.lock_mode,
  };
  return {
    TENANT_ID: tenant.id,
    TIER: tenant.tier,
    LOG_ORIGIN: logOrigin,
    RECORDS_TABLE: tables.records.tableName,
    CONTROL_TABLE: tables.control.tableName,
    ARCHIVE_BUCKET: buckets.archive.bucketName,
    WORK_BUCKET: buckets.work.bucketName,
    SIGNING_KEY_IDS: keys.signingNow.map(({ keyId }) => keyId).join(','),
    SIGN_EACH: String(tenant.sign_each),
    INDEX_KEY_SECRET: keys.index.secretArn,
    INGEST_QUEUE_ARN: queues.ingest.queueArn,
    INTERNAL_QUEUE_ARN: queues.internal.queueArn,
    INGEST_DEAD_LETTERS_URL: queues.deadLetters.ingest.queueUrl,
    INTERNAL_DEAD_LETTERS_URL: queues.deadLetters.internal.queueUrl,
    EXPORT_DEAD_LETTERS_URL: queues.deadLetters.exports.queueUrl,
    WEBHOOK_DEAD_LETTERS_URL: queues.deadLetters.webhooks.queueUrl,
    BUS_NAME: bus.eventBusName,
    POLICY: JSON.stringify(policy),
    WORKLOAD_IDENTITY: jsonOf(tenant.workload_identity),
  };
}

function grant(writer: IsolatedFunction, { keys, tables, buckets, queues, bus }: Foundation): void {
  const { archive, work } = buckets;
  const signingNow = keys.signingNow.map(({ keyArn }) => keyArn);
  writer.allow({
    actions: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    resources: [queues.ingest.queueArn, queues.internal.queueArn],
  });
  // Only how many: what lies there is for a person.
  writer.allow({
    actions: ['sqs:GetQueueAttributes'],
    resources: Object.values(queues.deadLetters).map(({ queueArn }) => queueArn),
  });
  writer.allow({
    actions: [
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:BatchWriteItem',
    ],
    resources: [tables.records.tableArn],
  });
  writer.allow({
    actions: ['dynamodb:GetItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('EMITTER', 'POLICY'),
  });
  writer.allow({
    actions: ['dynamodb:PutItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('QUARANTINE'),
  });
  writer.allowUnder(
    archive,
    ['commit', 'checkpoint', 'tile', 'signatures'],
    ['s3:PutObject', 's3:PutObjectRetention', 's3:GetObject'],
  );
  // Rebuilding begins at the order of the last purge; and what a purge says of itself is compared with its document.
  writer.allowUnder(archive, ['purge'], ['s3:GetObject']);
  const addOnly = ['s3:PutObject', 's3:PutObjectRetention'];
  writer.allowUnder(archive, ['key', 'records'], addOnly);
  writer.allow({ actions: addOnly, resources: [archive.arnForObjects(README)] });
  writer.allowUnder(work, ['staging', 'disclosures', 'quarantine'], ['s3:PutObject', 's3:GetObject']);
  // Without it S3 answers 403 for an object that is not there, and absent could not be told from refused.
  writer.allow({ actions: ['s3:ListBucket'], resources: [archive.bucketArn, work.bucketArn] });
  // A second version or a delete marker under a committed name must show.
  writer.allow({ actions: ['s3:ListBucketVersions'], resources: [archive.bucketArn] });
  writer.allow({
    actions: ['kms:Sign'],
    resources: signingNow,
    conditions: {
      StringEqualsIfExists: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' },
    },
  });
  writer.allow({ actions: ['kms:GetPublicKey'], resources: signingNow });
  writer.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [keys.index.secretArn] });
  writer.allow({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] });
  writer.permit(keys.encrypting('dynamodb', 's3'));
  writer.permit(keys.decrypting('sqs', 'secretsmanager'));
}
