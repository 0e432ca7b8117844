import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { isAuditError } from '../../core/errors.ts';
import { applyRetention } from '../../core/retention/apply-retention.ts';
import { runErasures } from '../../core/retention/erase.ts';
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoErasures } from '../adapters/dynamo-erasures.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoHolds } from '../adapters/dynamo-holds.ts';
import { DynamoPolicies } from '../adapters/dynamo-policies.ts';
import { DynamoPurges } from '../adapters/dynamo-purges.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { S3Keeper } from '../adapters/s3-keeper.ts';
import { S3Work } from '../adapters/s3-work.ts';
import { SecretKeys } from '../adapters/secret-keys.ts';
import { SqsOutbox } from '../adapters/sqs-outbox.ts';
import { systemClock, systemRandom } from '../adapters/system.ts';
import { zlibCodec } from '../adapters/zlib-codec.ts';
import { signals } from '../shared/env.ts';
import { logToStdout } from '../shared/http/log-line.ts';
import { PRODUCT_VERSION } from '../shared/internal-queue.ts';
import { describeError } from '../shared/logger.ts';
import { observed } from '../shared/observed.ts';
import { environment } from '../shared/wire-api.ts';
import { parseApplyRetentionEnv } from './env.ts';

const env = parseApplyRetentionEnv(environment);
const dynamo = new DynamoDBClient();
const documents = DynamoDBDocumentClient.from(dynamo);
const s3 = new S3Client();
const control = new ControlTable(documents, env.CONTROL_TABLE);
const keys = new SecretKeys(new SecretsManagerClient(), env.INDEX_KEY_SECRET);
const keeper = {
  tenant: env.TENANT_ID,
  origin: env.LOG_ORIGIN,
  version: PRODUCT_VERSION,
  heads: new DynamoHead(dynamo, env.RECORDS_TABLE),
  table: new DynamoRecords(documents, env.RECORDS_TABLE),
  archive: new S3Keeper(s3, env.ARCHIVE_BUCKET, env.LOCK_MODE),
  work: new S3Work(s3, env.WORK_BUCKET),
  policies: new DynamoPolicies(control),
  deployed: env.RETENTION,
  holds: new DynamoHolds(control),
  purges: new DynamoPurges(control),
  erasures: new DynamoErasures(control),
  outbox: new SqsOutbox(new SQSClient(), env.INTERNAL_QUEUE_URL),
  codec: zlibCodec,
  clock: systemClock,
  random: systemRandom,
};

export const handler = observed('apply-retention', run);

/** On a schedule, and when somebody asks for an erasure: erases, keeps what is held, and deletes what is due. What was not done in this run is done by the next. */
async function run(_event: unknown, context: Context): Promise<Record<string, unknown>> {
  const deadline = systemClock.now() + context.getRemainingTimeInMillis();
  try {
    const ready = { ...keeper, keys: await keys.get() };
    const erasures = await runErasures(ready, deadline);
    const run = {
      ...(await applyRetention(ready, deadline)),
      erased: erasures.ended,
      waiting: erasures.open,
    };
    logToStdout({ level: 'INFO', message: 'retention applied', ...run });
    return run;
  } catch (error) {
    logToStdout({
      level: 'ERROR',
      message: 'retention could not be applied',
      ...(isAuditError(error, 'integrity') && { signal: signals.integrity }),
      ...describeError(error),
    });
    throw error;
  }
}
