import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateListStackResources,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AuditError } from '../../../../core/errors.ts';
import { clientConfig, explained } from '../connect.ts';
import type { DeployedTenant } from '../locate.ts';
import { bucketsOf } from './aws-buckets.ts';
import type { Holdings, Kept, StackFound } from './holdings.ts';

const GRACE_DAYS = 30;
const TABLE_WAIT_SECONDS = 300;

/** Runs `use` with what `tenant` has in its account. A failure of AWS comes as `withConnection` has it. */
export async function withHoldings<T>(
  tenant: DeployedTenant,
  use: (holdings: Holdings) => Promise<T>,
): Promise<T> {
  const config = clientConfig(tenant);
  const clients = {
    cloudFormation: new CloudFormationClient(config),
    dynamo: new DynamoDBClient(config),
    kms: new KMSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: tenant.local !== undefined }),
    secrets: new SecretsManagerClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
  try {
    return await use(holdingsOf(clients));
  } catch (error) {
    throw explained(error, tenant);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

interface Clients {
  cloudFormation: CloudFormationClient;
  dynamo: DynamoDBClient;
  kms: KMSClient;
  s3: S3Client;
  secrets: SecretsManagerClient;
  sqs: SQSClient;
  sts: STSClient;
}

function holdingsOf({ cloudFormation, dynamo, kms, s3, secrets, sqs, sts }: Clients): Holdings {
  return {
    ...bucketsOf(s3),
    account: async () => (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '',
    stack: (nameOrId) => findStack(cloudFormation, nameOrId),
    kept: (stackId) => readKept(cloudFormation, stackId),
    deleteStack: (stackId) => endStack(cloudFormation, stackId),
    deleteQueue: (QueueUrl) => unlessGone(sqs.send(new DeleteQueueCommand({ QueueUrl }))),
    deleteTable: (TableName) => unlessGone(endTable(dynamo, TableName)),
    deleteSecret: (SecretId) =>
      unlessGone(
        secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: GRACE_DAYS })),
        // One that is on its way already is refused so.
        /InvalidRequestException|ResourceNotFoundException/,
      ),
    scheduleKey: (keyId) => endKey(kms, keyId),
  };
}

async function findStack(
  cloudFormation: CloudFormationClient,
  StackName: string,
): Promise<StackFound | undefined> {
  const answer = await cloudFormation.send(new DescribeStacksCommand({ StackName })).catch((error: Error) => {
    if (error.name === 'ValidationError' && error.message.includes('does not exist')) return undefined;
    throw error;
  });
  const [stack] = answer?.Stacks ?? [];
  if (!stack?.StackId) return undefined;
  const { StackId: id, StackStatus: status = '', StackStatusReason: reason } = stack;
  return { id, state: STATES[status] ?? 'live', ...(reason !== undefined && { reason }) };
}

async function endStack(client: CloudFormationClient, StackName: string): Promise<void> {
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  if (stack?.EnableTerminationProtection === true) {
    const off = { StackName, EnableTerminationProtection: false };
    await client.send(new UpdateTerminationProtectionCommand(off));
  }
  await client.send(new DeleteStackCommand({ StackName }));
}

const STATES: Readonly<Record<string, StackFound['state']>> = {
  DELETE_IN_PROGRESS: 'deleting',
  DELETE_FAILED: 'failed',
  DELETE_COMPLETE: 'gone',
};

async function readKept(client: CloudFormationClient, StackName: string): Promise<Kept> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const output = (name: string) => {
    const value = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    if (value === undefined) throw new AuditError('misconfigured', `${StackName} puts out no ${name}.`);
    return value;
  };
  const named = new Map<string, string[]>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const { ResourceType = '', PhysicalResourceId } of StackResourceSummaries) {
      if (PhysicalResourceId === undefined) continue;
      named.set(ResourceType, [...(named.get(ResourceType) ?? []), PhysicalResourceId]);
    }
  }
  const of = (type: string) => named.get(`AWS::${type}`) ?? [];
  return {
    queues: of('SQS::Queue'),
    tables: of('DynamoDB::Table'),
    secrets: of('SecretsManager::Secret'),
    work: output('WorkBucket'),
    archive: output('ArchiveBucket'),
    keys: of('KMS::Key'),
  };
}

async function endTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  if (Table?.TableStatus === 'DELETING') return;
  if (Table?.DeletionProtectionEnabled === true) {
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await waitUntilTableExists({ client, maxWaitTime: TABLE_WAIT_SECONDS }, { TableName });
  }
  await client.send(new DeleteTableCommand({ TableName }));
}

async function endKey(kms: KMSClient, KeyId: string): Promise<number | undefined> {
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    if (KeyMetadata?.DeletionDate) return KeyMetadata.DeletionDate.getTime();
    const asked = { KeyId, PendingWindowInDays: GRACE_DAYS };
    const { DeletionDate } = await kms.send(new ScheduleKeyDeletionCommand(asked));
    if (!DeletionDate) throw new AuditError('unavailable', `KMS gave no date for the end of key ${KeyId}.`);
    return DeletionDate.getTime();
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

const GONE = /^(ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/;

async function unlessGone(work: Promise<unknown>, gone = GONE): Promise<void> {
  await work.catch((error: Error) => {
    if (!gone.test(error.name)) throw error;
  });
}
