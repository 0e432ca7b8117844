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
import type { LogReader } from '../../core/query/log-reader.ts';
import type { Log } from '../../core/sequencer/log.ts';
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

/** Where the operator's account is reached. */
export interface Place {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** The clients that a log's adapters use. */
export interface LogClients {
  dynamo: DynamoDBClient;
  s3: S3Client;
  kms: KMSClient;
  events: EventBridgeClient;
}

/** Names of what a log of its own stands on. */
interface Stores {
  records: string;
  control: string;
  archive: string;
  work: string;
  keyId: string;
}

/** The stores of a log of its own in the operator's account, empty, and the operator's clients. */
export interface OwnStores {
  stores: Stores;
  clients: LogClients;
  /** Takes away everything that was made for it. */
  destroy(): Promise<void>;
}

export const OWN_TENANT = 'acme';
/** The default bus is there in every account; the deployed stacks use buses of their own. */
const BUS = 'default';

export function logClients(place: Place): LogClients {
  return {
    dynamo: new DynamoDBClient(place),
    s3: new S3Client({ ...place, forcePathStyle: true }),
    kms: new KMSClient(place),
    events: new EventBridgeClient(place),
  };
}

/** Makes tables, buckets and a key named after `name`. */
export async function makeStores(name: string, place: Place): Promise<OwnStores> {
  const clients = logClients(place);
  const { dynamo, s3, kms } = clients;
  const names = {
    records: `${name}-records`,
    control: `${name}-control`,
    archive: `${name}-archive`,
    work: `${name}-work`,
  };
  let keyId = '';
  const destroy = async () => {
    await Promise.allSettled([
      ...[names.records, names.control].map((TableName) =>
        dynamo.send(new DeleteTableCommand({ TableName })),
      ),
      ...[names.archive, names.work].map((bucket) => deleteBucket(bucket, s3)),
      kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 })),
    ]);
    for (const client of Object.values(clients)) client.destroy();
  };
  try {
    await Promise.all([names.records, names.control].map((table) => makeTable(table, dynamo)));
    await s3.send(new CreateBucketCommand({ Bucket: names.archive, ObjectLockEnabledForBucket: true }));
    await s3.send(new CreateBucketCommand({ Bucket: names.work }));
    keyId = await makeSigningKey(kms);
    return { stores: { ...names, keyId }, clients, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}

export async function makeSigningKey(kms: KMSClient): Promise<string> {
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
  );
  if (KeyMetadata?.KeyId === undefined) throw new Error('KMS made no key');
  return KeyMetadata.KeyId;
}

/** The log of `origin` on its stores, by the adapters that the writer uses. Objects are locked so that tests can take them away. */
export function wireOwnLog(
  { records, archive, work, keyId }: Stores,
  { dynamo, s3, kms, events }: LogClients,
  { origin, clock, random }: { origin: string; clock: Clock; random: Random },
): Log {
  return {
    tenant: OWN_TENANT,
    origin,
    keys: OWN_KEYS,
    lockDays: { batches: 36_500, tiles: 36_500 }, // a clock that stands still, and a lock that must end in the future
    heads: new DynamoHead(dynamo, records),
    table: new DynamoRecords(DynamoDBDocumentClient.from(dynamo), records),
    archive: new S3Archive(s3, archive, 'GOVERNANCE'),
    work: new S3Work(s3, work),
    signers: [new KmsSigner(kms, keyId)],
    announcer: new EventBridgeAnnouncer(events, BUS),
    codec: zlibCodec,
    clock,
    random,
  };
}

/** The way into a log of its own; its emitters are those of its control table. */
export function wireOwnIntake(
  { stores, clients }: Pick<OwnStores, 'stores' | 'clients'>,
  log: Log,
  observe: (observation: Observation) => void,
): Intake {
  const documents = DynamoDBDocumentClient.from(clients.dynamo);
  const emitters = new DynamoEmitters(new ControlTable(documents, stores.control));
  return {
    log,
    tenantId: asTenantId(OWN_TENANT),
    emitterByKid: (kid) => emitters.byKid(kid),
    personalData: DEFAULT_PERSONAL_DATA,
    policyVersion: 1,
    pseudonymKey: OWN_KEYS.pseudonym,
    quarantine: new DynamoQuarantine(documents, stores.control, log.work),
    writerVersion: '0.1.0',
    maxReceives: 100,
    observe,
  };
}

/** A log of its own as its readers see it. */
export function wireOwnReader(
  { stores, clients }: Pick<OwnStores, 'stores' | 'clients'>,
  log: Log,
): LogReader {
  const table = new DynamoRecords(DynamoDBDocumentClient.from(clients.dynamo), stores.records);
  return { ...log, keys: OWN_KEYS, table };
}

export const OWN_KEYS = deriveTenantKeys('the secret of a log that lives for one test, long enough for it');

async function makeTable(TableName: string, client: DynamoDBClient): Promise<void> {
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
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    const all = [...Versions, ...DeleteMarkers];
    if (all.length === 0) break;
    for (const { Key, VersionId } of all) {
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
    }
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}
