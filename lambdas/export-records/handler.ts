import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { runExport } from '../../core/export/run-export.ts';
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoExports } from '../adapters/dynamo-exports.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { S3Exports } from '../adapters/s3-exports.ts';
import { S3Reader } from '../adapters/s3-reader.ts';
import { SecretKeys } from '../adapters/secret-keys.ts';
import { SqsOutbox } from '../adapters/sqs-outbox.ts';
import { delayMessage } from '../adapters/sqs-visibility.ts';
import { systemClock, systemRandom } from '../adapters/system.ts';
import { zlibCodec } from '../adapters/zlib-codec.ts';
import { logToStdout } from '../shared/http/log-line.ts';
import { PRODUCT_VERSION } from '../shared/internal-queue.ts';
import { describeError } from '../shared/logger.ts';
import { observed } from '../shared/observed.ts';
import { environment } from '../shared/wire-api.ts';
import { parseExportRecordsEnv } from './env.ts';
import { exportIdOf } from './job-message.ts';
import { reportPdf } from './pdf/report-pdf.ts';

const RESERVE_MS = 60_000; // for the part that is being written, and for the zip
const AGAIN_SECONDS = 5;

const env = parseExportRecordsEnv(environment);
const dynamo = new DynamoDBClient();
const documents = DynamoDBDocumentClient.from(dynamo);
const sqs = new SQSClient();
const s3 = new S3Client();
const keys = new SecretKeys(new SecretsManagerClient(), env.INDEX_KEY_SECRET);
const ports = {
  heads: new DynamoHead(dynamo, env.RECORDS_TABLE),
  table: new DynamoRecords(documents, env.RECORDS_TABLE),
  archive: new S3Reader(s3, env.ARCHIVE_BUCKET, 'the archive'),
  work: new S3Reader(s3, env.WORK_BUCKET, 'the work bucket'),
  codec: zlibCodec,
  clock: systemClock,
  random: systemRandom,
};
const exporter = {
  tenantId: env.TENANT_ID,
  origin: env.LOG_ORIGIN,
  writerVersion: PRODUCT_VERSION,
  jobs: new DynamoExports(new ControlTable(documents, env.CONTROL_TABLE)),
  files: new S3Exports(s3, env.WORK_BUCKET),
  outbox: new SqsOutbox(sqs, env.INTERNAL_QUEUE_URL),
  layout: reportPdf((file) => join(import.meta.dirname, 'fonts', file)),
};

export const handler = observed('export-records', run);

/** Works on the exports that the queue names; what is not ended comes again, and is gone on with. */
async function run(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = systemClock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of event.Records) {
    if (await hasEnded(record, deadline)) continue;
    await delayMessage(sqs, env.EXPORT_QUEUE_URL, record.receiptHandle, AGAIN_SECONDS);
    batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}

async function hasEnded({ body }: SQSRecord, deadline: number): Promise<boolean> {
  const exportId = exportIdOf(body);
  try {
    const reader = { ...ports, keys: await keys.get() };
    return (await runExport(exportId, deadline, { ...exporter, reader })) === 'ended';
  } catch (error) {
    logToStdout({ level: 'ERROR', message: 'export failed', export_id: exportId, ...describeError(error) });
    return false;
  }
}
