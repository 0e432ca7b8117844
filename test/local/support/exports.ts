import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { mintEventId } from '../../../core/event/ids.ts';
import type { ExportJob } from '../../../core/export/export-job.ts';
import type { Exporter } from '../../../core/export/exporter.ts';
import { ControlTable } from '../../../lambdas/adapters/dynamo-control.ts';
import { DynamoExports } from '../../../lambdas/adapters/dynamo-exports.ts';
import { DynamoHead } from '../../../lambdas/adapters/dynamo-head.ts';
import { DynamoRecords } from '../../../lambdas/adapters/dynamo-records.ts';
import { S3Exports } from '../../../lambdas/adapters/s3-exports.ts';
import { S3Reader } from '../../../lambdas/adapters/s3-reader.ts';
import { SecretKeys } from '../../../lambdas/adapters/secret-keys.ts';
import { SqsOutbox } from '../../../lambdas/adapters/sqs-outbox.ts';
import { systemClock, systemRandom } from '../../../lambdas/adapters/system.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { parseExportRecordsEnv } from '../../../lambdas/export-records/env.ts';
import { operatorConfig } from './aws.ts';
import { eventually } from './eventually.ts';
import { call } from './http.ts';
import type { LocalTenant } from './local-tenants.ts';

const PATH = '/v1/audit/exports';
const WEEK_MS = 7 * 86_400_000;

const shownSchema = z.looseObject({
  export_id: z.string(),
  status: z.string(),
  progress: z.object({ records: z.int(), total: z.int().optional(), percent: z.int() }),
  personal_fields: z.string(),
  download_url: z.string().optional(),
  manifest_sha256: z.string().optional(),
});
type ShownExport = z.infer<typeof shownSchema>;

/** Asks for an export as the tenant's administrator, and waits until it is done, `timeout` milliseconds at most. */
export async function exportOf(
  tenant: LocalTenant,
  body: object,
  within: { timeout?: number } = {},
): Promise<ShownExport> {
  const token = tenant.tokens.admin;
  const made = await ask(tenant, body);
  return await eventually(async () => {
    const { body: shown } = await call(tenant, 'GET', `${PATH}/${made.export_id}`, { token });
    const job = shownSchema.parse(shown);
    if (job.status !== 'done') throw new Error(`it is ${JSON.stringify(job)}`);
    return job;
  }, within);
}

async function ask(tenant: LocalTenant, body: object): Promise<ShownExport> {
  const answer = await call(tenant, 'POST', PATH, { token: tenant.tokens.admin, body });
  if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
  return shownSchema.parse(answer.body);
}

/** The zip of an export that is done, by way of the address that the API gives. */
export async function downloadOf(
  tenant: LocalTenant,
  exportId: string,
): Promise<{ address: URL; zip: Buffer }> {
  const { status, headers, text } = await call(tenant, 'GET', `${PATH}/${exportId}/download`, {
    token: tenant.tokens.admin,
  });
  if (status !== 303) throw new Error(`${status} ${text}`);
  const address = new URL(headers.get('location') ?? '');
  const file = await fetch(address);
  if (!file.ok) throw new Error(`the address answered ${file.status}`);
  return { address, zip: Buffer.from(await file.arrayBuffer()) };
}

/** The worker of a tenant, with the adapters and names of the deployed one, and what it takes to hand it work. */
export interface ExportBench {
  readonly exporter: Exporter;
  readonly files: S3Exports;
  /** A job that nobody has been told of. */
  add(over: Pick<ExportJob, 'filter'> & Partial<ExportJob>): Promise<ExportJob>;
  /** Tells the deployed worker of it. */
  enqueue(exportId: string): Promise<void>;
  close(): void;
}

/** Opens it, with the names that the deployed function was told. */
export async function exportBench(tenant: LocalTenant): Promise<ExportBench> {
  const config = operatorConfig(tenant);
  const clients = {
    dynamo: new DynamoDBClient(config),
    s3: new S3Client(config),
    sqs: new SQSClient(config),
    secrets: new SecretsManagerClient(config),
    lambda: new LambdaClient(config),
  };
  const env = parseExportRecordsEnv(await variablesOf(clients.lambda, tenant));
  const { dynamo, s3, sqs } = clients;
  const documents = DynamoDBDocumentClient.from(dynamo);
  const jobs = new DynamoExports(new ControlTable(documents, env.CONTROL_TABLE));
  const files = new S3Exports(s3, env.WORK_BUCKET);
  const exporter: Exporter = {
    tenantId: env.TENANT_ID,
    origin: env.LOG_ORIGIN,
    writerVersion: '0.1.0',
    reader: {
      heads: new DynamoHead(dynamo, env.RECORDS_TABLE),
      table: new DynamoRecords(documents, env.RECORDS_TABLE),
      archive: new S3Reader(s3, env.ARCHIVE_BUCKET, 'the archive'),
      work: new S3Reader(s3, env.WORK_BUCKET, 'the work bucket'),
      codec: zlibCodec,
      clock: systemClock,
      random: systemRandom,
      keys: await new SecretKeys(clients.secrets, env.INDEX_KEY_SECRET).get(),
    },
    jobs,
    files,
    outbox: new SqsOutbox(sqs, env.INTERNAL_QUEUE_URL),
    layout: () => Promise.reject(new Error('reports are the deployed worker’s to make')),
  };
  return {
    exporter,
    files,
    add: async (over) => {
      const now = systemClock.now();
      const job: ExportJob = {
        exportId: mintEventId(now, systemRandom),
        format: 'ndjson',
        personal: false,
        createdAt: now,
        createdBy: { type: 'operator', id: 'local-test' },
        requestId: 'local-test',
        status: 'queued',
        records: 0,
        attempts: 0,
        expiresAt: now + WEEK_MS,
        ...over,
      };
      await jobs.add(job);
      return job;
    },
    enqueue: async (exportId) => {
      const MessageBody = JSON.stringify({ export_id: exportId });
      await sqs.send(new SendMessageCommand({ QueueUrl: env.EXPORT_QUEUE_URL, MessageBody }));
    },
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

async function variablesOf(client: LambdaClient, tenant: LocalTenant): Promise<Record<string, string>> {
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    const found = Functions.find(
      ({ FunctionName, Description }) =>
        FunctionName?.startsWith(`AuditTrail-${tenant.id}-`) && Description?.startsWith('export-records'),
    );
    if (found) return found.Environment?.Variables ?? {};
  }
  throw new Error('export-records is not deployed');
}
