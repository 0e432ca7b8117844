import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { asTenantId } from '../../core/event/ids.ts';
import { DEFAULT_PERSONAL_DATA } from '../../core/event/personal-data.ts';
import { deriveTenantKeys } from '../../core/index/tenant-keys.ts';
import type { Intake, Observation } from '../../core/ingest/intake.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import { ControlTable } from '../../lambdas/adapters/dynamo-control.ts';
import { DynamoEmitters } from '../../lambdas/adapters/dynamo-emitters.ts';
import { DynamoHead } from '../../lambdas/adapters/dynamo-head.ts';
import { DynamoQuarantine } from '../../lambdas/adapters/dynamo-quarantine.ts';
import { DynamoRecords } from '../../lambdas/adapters/dynamo-records.ts';
import { EventBridgeAnnouncer } from '../../lambdas/adapters/eventbridge-announcer.ts';
import { KmsSigner } from '../../lambdas/adapters/kms-signer.ts';
import { S3Archive } from '../../lambdas/adapters/s3-archive.ts';
import { S3Work } from '../../lambdas/adapters/s3-work.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import { Meter } from './counting-clients.ts';

/** Where the operator's account is reached. */
export interface Place {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** A log of its own on the real adapters, whose every call to AWS is counted. */
export interface CountedLog {
  intake: Intake;
  emitters: DynamoEmitters;
  meter: Meter;
  /** What the writer saw. */
  observations: Observation[];
  /** Takes away everything that was made for it. */
  destroy(): Promise<void>;
}

const ORIGIN = 'audit.example.com/cost/00000000';
const TENANT = 'cost';
/** The default bus is there in every account; the deployed stacks use buses of their own. */
const BUS = 'default';

/** Makes tables, buckets and a key named after `name`, opens a log in them and begins to count. */
export async function openCountedLog(
  name: string,
  place: Place,
  { clock, random }: { clock: Clock; random: Random },
): Promise<CountedLog> {
  const clients = {
    dynamo: new DynamoDBClient(place),
    observer: new DynamoDBClient(place),
    s3: new S3Client({ ...place, forcePathStyle: true }),
    kms: new KMSClient(place),
    events: new EventBridgeClient(place),
  };
  const names = {
    records: `${name}-records`,
    control: `${name}-control`,
    archive: `${name}-archive`,
    work: `${name}-work`,
  };
  const meter = new Meter(clients.observer);
  let keyId: string | undefined;
  const destroy = async () => {
    await Promise.allSettled([
      ...[names.records, names.control].map((TableName) =>
        clients.observer.send(new DeleteTableCommand({ TableName })),
      ),
      ...[names.archive, names.work].map((bucket) => deleteBucket(bucket, clients.s3)),
      clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 })),
    ]);
    for (const client of Object.values(clients)) client.destroy();
  };
  try {
    await Promise.all([names.records, names.control].map((table) => createTable(table, clients.observer)));
    await clients.s3.send(
      new CreateBucketCommand({ Bucket: names.archive, ObjectLockEnabledForBucket: true }),
    );
    await clients.s3.send(new CreateBucketCommand({ Bucket: names.work }));
    const { KeyMetadata } = await clients.kms.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
    );
    keyId = KeyMetadata?.KeyId;
    if (keyId === undefined) throw new Error('KMS made no key');

    for (const client of [clients.dynamo, clients.s3, clients.kms, clients.events]) meter.watch(client);
    const documents = DynamoDBDocumentClient.from(clients.dynamo);
    const work = new S3Work(clients.s3, names.work);
    const emitters = new DynamoEmitters(new ControlTable(documents, names.control));
    const keys = deriveTenantKeys('the secret of a log that lives for one test, long enough for it');
    const observations: Observation[] = [];
    const log = {
      tenant: TENANT,
      origin: ORIGIN,
      keys,
      lockDays: { batches: 36_500, tiles: 36_500 }, // the clock stands still, and a lock must end in the future
      heads: new DynamoHead(clients.dynamo, names.records),
      table: new DynamoRecords(documents, names.records),
      archive: new S3Archive(clients.s3, names.archive, 'GOVERNANCE'), // so that the test can take it away
      work,
      signer: new KmsSigner(clients.kms, keyId),
      announcer: new EventBridgeAnnouncer(clients.events, BUS),
      codec: zlibCodec,
      clock,
      random,
    };
    const intake: Intake = {
      log,
      tenantId: asTenantId(TENANT),
      emitterByKid: (kid) => emitters.byKid(kid),
      personalData: DEFAULT_PERSONAL_DATA,
      policyVersion: 1,
      pseudonymKey: keys.pseudonym,
      quarantine: new DynamoQuarantine(documents, names.control, work),
      writerVersion: '0.1.0',
      observe: (observation) => observations.push(observation),
    };
    await openLog(log);
    return { intake, emitters, meter, observations, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}

async function createTable(TableName: string, client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
}

async function deleteBucket(Bucket: string, client: S3Client): Promise<void> {
  // One page: no test writes a thousand objects.
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of Versions) {
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}
