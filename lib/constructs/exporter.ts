import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ExportRecordsVariables } from '../../lambdas/export-records/env.ts';
import { onlyControlItems } from './control-items.ts';
import { IsolatedFunction } from './isolated-function.ts';
import { EXPORTER_TIMEOUT } from './queues.ts';
import type { Foundation } from './writer.ts';

/** `export-records`: reads the log and writes exports into the work bucket; nobody asks it by HTTP. */
export class Exporter extends Construct {
  readonly exportRecords: IsolatedFunction;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { code, queues } = foundation;
    this.exportRecords = new IsolatedFunction(this, 'ExportRecords', {
      name: 'export-records',
      code,
      timeout: EXPORTER_TIMEOUT,
      memorySize: 2048, // a report of 1,000 tasks takes 700 MB
      variables: variables(foundation),
    });
    grant(this.exportRecords, foundation);
    new EventSourceMapping(this, 'FromExports', {
      target: this.exportRecords.function,
      eventSourceArn: queues.exports.queueArn,
      batchSize: 1,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    }).node.addDependency(this.exportRecords.role);
  }
}

function variables({ tenant, logOrigin, keys, tables, buckets, queues }: Foundation): ExportRecordsVariables {
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
    EXPORT_QUEUE_URL: queues.exports.queueUrl,
  };
}

function grant(exporter: IsolatedFunction, { keys, tables, buckets, queues }: Foundation): void {
  const { archive, work } = buckets;
  exporter.allow({
    actions: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    resources: [queues.exports.queueArn],
  });
  exporter.allow({ actions: ['sqs:SendMessage'], resources: [queues.internal.queueArn] });
  exporter.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    resources: [tables.records.tableArn],
  });
  exporter.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('EXPORT'),
  });
  exporter.allowUnder(archive, ['commit', 'tile'], ['s3:GetObject']);
  exporter.allowUnder(work, ['disclosures'], ['s3:GetObject']);
  exporter.allowUnder(
    work,
    ['exports'],
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
  );
  // Without it S3 answers 403 for an object that is not there, and absent could not be told from refused.
  exporter.allow({ actions: ['s3:ListBucket'], resources: [archive.bucketArn, work.bucketArn] });
  exporter.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [keys.index.secretArn] });
  exporter.permit(keys.encrypting('dynamodb', 's3', 'sqs'));
  exporter.permit(keys.decrypting('secretsmanager'));
}
