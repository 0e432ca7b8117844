import { Duration } from 'aws-cdk-lib';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { ApplyRetentionVariables } from '../../lambdas/apply-retention/env.ts';
import { onlyControlItems } from './control-items.ts';
import { IsolatedFunction } from './isolated-function.ts';
import type { Foundation } from './writer.ts';

/** `apply-retention`: erases, heeds holds, and is the only one that deletes records. Nobody asks it by HTTP. */
export class Retention extends Construct {
  readonly applyRetention: IsolatedFunction;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.applyRetention = new IsolatedFunction(this, 'ApplyRetention', {
      name: 'apply-retention',
      code: foundation.code,
      timeout: Duration.minutes(15),
      memorySize: 1024,
      variables: variables(foundation),
    });
    grant(this.applyRetention, foundation);
    foundation.buckets.restrictKeepingTo(this.applyRetention.role);
    foundation.schedules.hourly(
      new LambdaFunction(this.applyRetention.function, {
        maxEventAge: Duration.minutes(30),
        retryAttempts: 2,
      }),
    );
  }
}

function variables({
  tenant,
  logOrigin,
  keys,
  tables,
  buckets,
  queues,
}: Foundation): ApplyRetentionVariables {
  return {
    TENANT_ID: tenant.id,
    TIER: tenant.tier,
    LOG_ORIGIN: logOrigin,
    CONTROL_TABLE: tables.control.tableName,
    RECORDS_TABLE: tables.records.tableName,
    ARCHIVE_BUCKET: buckets.archive.bucketName,
    WORK_BUCKET: buckets.work.bucketName,
    INDEX_KEY_SECRET: keys.index.secretArn,
    INTERNAL_QUEUE_URL: queues.internal.queueUrl,
    RETENTION: JSON.stringify(tenant.retention),
    LOCK_MODE: tenant.lock_mode,
  };
}

function grant(keeper: IsolatedFunction, { keys, tables, buckets, queues }: Foundation): void {
  const { archive, work } = buckets;
  keeper.allow({
    // A posting list of records that stay and records that go is written anew: BatchWriteItem is for both.
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem'],
    resources: [tables.records.tableArn],
  });
  keeper.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('HOLD', 'PURGE', 'ERASURE'),
  });
  keeper.allow({
    actions: ['dynamodb:GetItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('POLICY'),
  });
  keeper.allowUnder(archive, ['commit', 'records'], ['s3:DeleteObjectVersion', 's3:PutObjectLegalHold']);
  // What leaves the table is compared in the archive first.
  keeper.allowUnder(archive, ['commit', 'records'], ['s3:GetObject']);
  keeper.allowUnder(archive, ['purge', 'erasure'], ['s3:GetObject', 's3:PutObject', 's3:PutObjectRetention']);
  keeper.allow({ actions: ['s3:ListBucketVersions'], resources: [archive.bucketArn] });
  keeper.allowUnder(work, ['disclosures'], ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']);
  // Exports that still lie here hold what is erased.
  keeper.allowUnder(work, ['exports'], ['s3:DeleteObject']);
  // Without it S3 answers 403 for an object that is not there, and absent could not be told from refused.
  keeper.allow({ actions: ['s3:ListBucket'], resources: [archive.bucketArn, work.bucketArn] });
  keeper.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [keys.index.secretArn] });
  keeper.allow({ actions: ['sqs:SendMessage'], resources: [queues.internal.queueArn] });
  keeper.permit(keys.encrypting('dynamodb', 's3', 'sqs'));
  keeper.permit(keys.decrypting('secretsmanager'));
}
