import { asTenantId } from '../core/event/ids.ts';
import { mintToken } from '../core/identity/token.ts';
import type { AdminApiVariables } from '../lambdas/admin-api/env.ts';
import type { ApplyRetentionVariables } from '../lambdas/apply-retention/env.ts';
import type { CosignVariables } from '../lambdas/cosign-checkpoints/env.ts';
import type { DeliverWebhooksVariables } from '../lambdas/deliver-webhooks/env.ts';
import type { ExportRecordsVariables } from '../lambdas/export-records/env.ts';
import type { IngestApiVariables } from '../lambdas/ingest-api/env.ts';
import type { ReadApiVariables } from '../lambdas/read-api/env.ts';
import type { WriteLogVariables } from '../lambdas/write-log/env.ts';
import type { FunctionName } from '../lib/bundle.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';

const TOKEN = mintToken(asTenantId('acme'), new SeededRandom(1));

/** A request with a token that no table knows: it is looked for, and refused. */
function request(httpMethod: string, path: string): object {
  return {
    httpMethod,
    path,
    headers: { authorization: `Bearer ${TOKEN}` },
    multiValueHeaders: { authorization: [`Bearer ${TOKEN}`] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: 'bench' },
  };
}

/** The first event of each function, and what it makes of it where AWS holds nothing. */
export const FIRST_EVENTS: Readonly<Record<FunctionName, { event: object; answer: string }>> = {
  'write-log': { event: { Records: [] }, answer: 'an empty batch: secret and policy fetched' },
  'ingest-api': { event: request('POST', '/v1/audit/events'), answer: '401: token looked up' },
  'read-api': { event: request('GET', '/v1/audit/events'), answer: '401: token looked up' },
  'admin-api': { event: request('GET', '/v1/audit/tokens'), answer: '401: token looked up' },
  'export-records': {
    event: { Records: [{ body: '{"export_id":"019ab3c4-0000-7000-8000-000000000001"}' }] },
    answer: 'no such export: secret fetched, job looked up',
  },
  'apply-retention': { event: {}, answer: 'nothing is due: secret fetched, erasures, holds, policy, head' },
  'cosign-checkpoints': { event: {}, answer: 'no checkpoint yet: head looked up' },
  'deliver-webhooks': { event: { Records: [{ body: '{}' }] }, answer: 'no endpoint: looked up' },
};

const RETENTION = JSON.stringify({
  min_days: 400,
  max_days: 800,
  immutability_days: 400,
  archive_after_days: 90,
  after_termination_days: 90,
});

/** A variable that a function comes to need and that is not here fails the compile. */
type AllVariables = AdminApiVariables &
  ApplyRetentionVariables &
  CosignVariables &
  DeliverWebhooksVariables &
  ExportRecordsVariables &
  IngestApiVariables &
  ReadApiVariables &
  WriteLogVariables;

/** Variables of all functions; each reads those that it knows. */
export function variablesFor(endpoint: string): Record<string, string> & AllVariables {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    NODE_OPTIONS: '--enable-source-maps',
    TENANT_ID: 'acme',
    TIER: 'table-per-tenant',
    LOG_ORIGIN: 'audit.example/acme/00000001',
    CONTROL_TABLE: 'control',
    RECORDS_TABLE: 'records',
    ARCHIVE_BUCKET: 'archive',
    WORK_BUCKET: 'work',
    INTERNAL_QUEUE_URL: `${endpoint}/internal`,
    EXPORT_QUEUE_URL: `${endpoint}/exports`,
    WEBHOOK_QUEUE_URL: `${endpoint}/webhooks`,
    INGEST_DEAD_LETTERS_URL: `${endpoint}/ingest-dead`,
    INTERNAL_DEAD_LETTERS_URL: `${endpoint}/internal-dead`,
    EXPORT_DEAD_LETTERS_URL: `${endpoint}/export-dead`,
    WEBHOOK_DEAD_LETTERS_URL: `${endpoint}/webhook-dead`,
    INGEST_QUEUE_ARN: 'arn:aws:sqs:us-east-1:000000000000:ingest',
    INTERNAL_QUEUE_ARN: 'arn:aws:sqs:us-east-1:000000000000:internal',
    INDEX_KEY_SECRET: 'index',
    SIGNING_KEY_IDS: 'key',
    SIGN_EACH: 'false',
    BUS_NAME: 'bus',
    IDENTITY: '',
    WORKLOAD_IDENTITY: '',
    RETENTION,
    RETENTION_FUNCTION: 'apply-retention',
    POLICY: `{"personal_data":[],"redact":[],"lock_mode":"COMPLIANCE","retention":${RETENTION}}`,
    LOCK_MODE: 'COMPLIANCE',
    WITNESSED: 'false',
    WITNESSES: JSON.stringify([{ url: `${endpoint}/witness`, verifier_key: 'unused' }]),
    SECRETS_PATH: '/audit-trail/acme',
    SECRETS_KEY_ID: 'data',
    EGRESS_LOOPBACK: 'false',
  };
}
