import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { secretsPath } from '../../core/webhook/endpoint.ts';
import type { AdminApiVariables } from '../../lambdas/admin-api/env.ts';
import type { IngestApiVariables } from '../../lambdas/ingest-api/env.ts';
import type { ReadApiVariables } from '../../lambdas/read-api/env.ts';
import { isLocalCloud } from '../local-cloud.ts';
import { onlyControlItems } from './control-items.ts';
import { IsolatedFunction } from './isolated-function.ts';
import { jsonOf } from './json-of.ts';
import { allowSecrets } from './webhooks.ts';
import type { Foundation } from './writer.ts';

/** API Gateway waits 29 s for a regional integration; what takes longer could not be answered. */
const TIMEOUT = Duration.seconds(29);
const MEMORY = 1024;
/** What the readers list where there are witnesses. */
const WITNESSED = ['QUARANTINE', 'COSIGNATURE'] as const;

/** The functions behind HTTPS, cut by privilege: one enqueues, one reads, one administers. */
export class ApiFunctions extends Construct {
  readonly ingestApi: IsolatedFunction;
  readonly readApi: IsolatedFunction;
  readonly adminApi: IsolatedFunction;

  constructor(scope: Construct, id: string, foundation: Foundation, keeper: IsolatedFunction) {
    super(scope, id);
    this.ingestApi = this.makeIngestApi(foundation);
    this.readApi = this.makeReadApi(foundation);
    this.adminApi = this.makeAdminApi(foundation, keeper);
  }

  private makeIngestApi(foundation: Foundation): IsolatedFunction {
    const { keys, tables, queues, code } = foundation;
    const variables: IngestApiVariables = apiVariables(foundation);
    const made = new IsolatedFunction(this, 'IngestApi', {
      name: 'ingest-api',
      code,
      variables,
      timeout: TIMEOUT,
      memorySize: MEMORY,
    });
    made.allow({
      actions: ['dynamodb:GetItem'],
      resources: [tables.control.tableArn],
      conditions: onlyControlItems('TOKEN'),
    });
    made.allow({ actions: ['sqs:SendMessage'], resources: [queues.internal.queueArn] });
    made.permit(keys.encrypting('dynamodb', 'sqs'));
    countRequests(made, foundation);
    return made;
  }

  private makeReadApi(foundation: Foundation): IsolatedFunction {
    const { tenant, keys, tables, buckets, queues, code } = foundation;
    const { archive, work } = buckets;
    const variables: ReadApiVariables = {
      ...apiVariables(foundation),
      RECORDS_TABLE: tables.records.tableName,
      ARCHIVE_BUCKET: archive.bucketName,
      WORK_BUCKET: work.bucketName,
      INDEX_KEY_SECRET: keys.index.secretArn,
      WITNESSED: String(tenant.witnesses !== undefined),
      RETENTION: JSON.stringify(tenant.retention),
      WORKLOAD_IDENTITY: jsonOf(tenant.workload_identity),
    };
    const made = new IsolatedFunction(this, 'ReadApi', {
      name: 'read-api',
      code,
      variables,
      timeout: TIMEOUT,
      memorySize: MEMORY,
    });
    made.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      resources: [tables.records.tableArn],
    });
    made.allow({
      actions: ['dynamodb:GetItem'],
      resources: [tables.control.tableArn],
      conditions: onlyControlItems('TOKEN', 'EMITTER', 'QUARANTINE', 'POLICY'),
    });
    made.allow({
      actions: ['dynamodb:Query'],
      resources: [tables.control.tableArn],
      conditions: onlyControlItems(...(tenant.witnesses ? WITNESSED : (['QUARANTINE'] as const))),
    });
    made.allowUnder(archive, ['commit', 'tile'], ['s3:GetObject']);
    made.allowUnder(work, ['disclosures', 'quarantine'], ['s3:GetObject']);
    // Without it S3 answers 403 for an erased disclosure, and absent could not be told from refused.
    made.allow({ actions: ['s3:ListBucket'], resources: [archive.bucketArn, work.bucketArn] });
    made.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [keys.index.secretArn] });
    made.permit(keys.decrypting('s3', 'secretsmanager'));
    // Every read is a record of the log: it goes there as everybody else's does.
    made.allow({ actions: ['sqs:SendMessage'], resources: [queues.internal.queueArn] });
    made.permit(keys.encrypting('dynamodb', 'sqs'));
    countRequests(made, foundation);
    return made;
  }

  private makeAdminApi(foundation: Foundation, keeper: IsolatedFunction): IsolatedFunction {
    const { tenant, keys, tables, buckets, queues, code } = foundation;
    const variables: AdminApiVariables = {
      ...apiVariables(foundation),
      EXPORT_QUEUE_URL: queues.exports.queueUrl,
      WORK_BUCKET: buckets.work.bucketName,
      RETENTION: JSON.stringify(tenant.retention),
      RECORDS_TABLE: tables.records.tableName,
      INDEX_KEY_SECRET: keys.index.secretArn,
      RETENTION_FUNCTION: keeper.function.functionName,
      WEBHOOK_QUEUE_URL: queues.webhooks.queueUrl,
      SECRETS_PATH: secretsPath(tenant.id),
      SECRETS_KEY_ID: keys.data.keyId,
      EGRESS_LOOPBACK: String(isLocalCloud(this)),
    };
    const made = new IsolatedFunction(this, 'AdminApi', {
      name: 'admin-api',
      code,
      variables,
      timeout: TIMEOUT,
      memorySize: MEMORY,
    });
    made.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [tables.control.tableArn],
      conditions: onlyControlItems(
        'TOKEN',
        'EMITTER',
        'USAGE',
        'EXPORT',
        'POLICY',
        'HOLD',
        'ERASURE',
        'WEBHOOK',
      ),
    });
    // How far endpoints are is written by the function that delivers.
    made.allow({
      actions: ['dynamodb:Query'],
      resources: [tables.control.tableArn],
      conditions: onlyControlItems('DELIVERY'),
    });
    keepAnswers(made, foundation);
    // Secrets are written and taken away, and never read back.
    allowSecrets(made, tenant.id, ['ssm:PutParameter', 'ssm:DeleteParameter']);
    made.allow({
      actions: ['sqs:SendMessage'],
      resources: [queues.internal.queueArn, queues.exports.queueArn, queues.webhooks.queueArn],
    });
    // It runs hourly in any case; who asks for an erasure need not wait so long.
    made.allow({ actions: ['lambda:InvokeFunction'], resources: [keeper.function.functionArn] });
    // Head and index, no record: how many a legal hold would keep is counted.
    made.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      resources: [tables.records.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LOG', 'X#*', 'D#*'] } },
    });
    made.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [keys.index.secretArn] });
    // A download's address is signed by this role, and what is deleted is deleted by it.
    made.allowUnder(buckets.work, ['exports'], ['s3:GetObject', 's3:DeleteObject']);
    made.allow({
      actions: ['s3:ListBucket'],
      resources: [buckets.work.bucketArn],
      conditions: { StringLike: { 's3:prefix': 'exports/*' } },
    });
    made.permit(keys.encrypting('dynamodb', 'sqs'));
    made.permit(keys.sealing('ssm'));
    made.permit(keys.decrypting('s3', 'secretsmanager'));
    return made;
  }
}

/** A repeat of what came with a key gets the answer of the first (docs/adr/repeated-requests.md). */
function keepAnswers(made: IsolatedFunction, { tables }: Foundation): void {
  made.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('REPEAT'),
  });
}

/** Requests are counted by the caller, where all functions see it; a role can change a count and nothing else by this. */
function countRequests(made: IsolatedFunction, { tables }: Foundation): void {
  made.allow({
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    resources: [tables.control.tableArn],
    conditions: onlyControlItems('USAGE'),
  });
}

function apiVariables({ tenant, logOrigin, tables, queues }: Foundation) {
  return {
    TENANT_ID: tenant.id,
    TIER: tenant.tier,
    LOG_ORIGIN: logOrigin,
    CONTROL_TABLE: tables.control.tableName,
    INTERNAL_QUEUE_URL: queues.internal.queueUrl,
    IDENTITY: jsonOf(tenant.identity),
  };
}
