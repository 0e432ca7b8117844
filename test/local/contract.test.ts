import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATOR_SECRET } from '../../clients/operator/local/emulator-environment.ts';
import { readOutputs } from '../../clients/operator/local/outputs.ts';
import { ControlTable } from '../../lambdas/adapters/dynamo-control.ts';
import {
  DynamoAlerts,
  DynamoDeliveryLog,
  DynamoDeliveryStates,
} from '../../lambdas/adapters/dynamo-deliveries.ts';
import { DynamoExports } from '../../lambdas/adapters/dynamo-exports.ts';
import { DynamoHead } from '../../lambdas/adapters/dynamo-head.ts';
import { DynamoQuarantine } from '../../lambdas/adapters/dynamo-quarantine.ts';
import { DynamoRecords } from '../../lambdas/adapters/dynamo-records.ts';
import { DynamoRepeats } from '../../lambdas/adapters/dynamo-repeats.ts';
import { DynamoUsage } from '../../lambdas/adapters/dynamo-usage.ts';
import { DynamoWebhooks } from '../../lambdas/adapters/dynamo-webhooks.ts';
import { KmsSigner } from '../../lambdas/adapters/kms-signer.ts';
import { S3Archive } from '../../lambdas/adapters/s3-archive.ts';
import { S3Work } from '../../lambdas/adapters/s3-work.ts';
import { contractOf } from '../contract/contract.ts';

// Tables, buckets and a key of its own: the tenants' logs are not for trying things out on.
const outputs = readOutputs(join(process.env.AUDIT_TRAIL_STATE ?? '.local', 'outputs.json'));
const tenant = outputs?.tenants.acme;
const config = {
  region: outputs?.region ?? 'us-east-1',
  endpoint: tenant?.endpoint ?? 'http://127.0.0.1:1',
  credentials: { accessKeyId: tenant?.account ?? '', secretAccessKey: OPERATOR_SECRET },
};
const dynamo = new DynamoDBClient(config);
const documents = DynamoDBDocumentClient.from(dynamo);
const s3 = new S3Client({ ...config, forcePathStyle: true });
const kms = new KMSClient(config);
const run = `contract-${process.pid}-${Date.now().toString(36)}`;
let made = 0;
let keyId = '';

async function makeTable(): Promise<string> {
  const TableName = `${run}-${made++}`;
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return TableName;
}

async function makeBucket(lock: boolean): Promise<string> {
  const Bucket = `${run}-${made++}`;
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: lock }));
  return Bucket;
}

beforeAll(async () => {
  const command = new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
  keyId = (await kms.send(command)).KeyMetadata?.KeyId ?? '';
});

afterAll(() => {
  for (const client of [dynamo, s3, kms]) client.destroy();
});

test('the local cloud is up', () => {
  expect(tenant).toBeDefined();
});

describe('on AWS', () => {
  contractOf({
    heads: async () => new DynamoHead(dynamo, await makeTable()),
    table: async () => new DynamoRecords(documents, await makeTable()),
    archive: async () => new S3Archive(s3, await makeBucket(true), 'COMPLIANCE'),
    work: async () => new S3Work(s3, await makeBucket(false)),
    signer: async () => new KmsSigner(kms, keyId),
    usage: async () => new DynamoUsage(new ControlTable(documents, await makeTable())),
    repeats: async () => new DynamoRepeats(new ControlTable(documents, await makeTable())),
    exports: async () => new DynamoExports(new ControlTable(documents, await makeTable())),
    webhooks: async () => {
      const control = new ControlTable(documents, await makeTable());
      return {
        endpoints: new DynamoWebhooks(control),
        states: new DynamoDeliveryStates(control),
        log: new DynamoDeliveryLog(control),
        alerts: new DynamoAlerts(control),
      };
    },
    quarantine: async () =>
      new DynamoQuarantine(documents, await makeTable(), new S3Work(s3, await makeBucket(false))),
  });
});
