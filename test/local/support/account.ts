import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { KMSClient, paginateListKeys } from '@aws-sdk/client-kms';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsConfig } from './aws.ts';

/** What an account has, by kind; each by the name or id under which its API would take it. */
export type Holdings = Record<
  'tables' | 'buckets' | 'queues' | 'keys' | 'functions' | 'secrets' | 'buses',
  string[]
>;

/** Everything of a tenant's kinds that `config`'s credentials see. */
export async function holdings(config: AwsConfig): Promise<Holdings> {
  const tables = paginateListTables({ client: new DynamoDBClient(config) }, {});
  const queues = paginateListQueues({ client: new SQSClient(config) }, {});
  const keys = paginateListKeys({ client: new KMSClient(config) }, {});
  const functions = paginateListFunctions({ client: new LambdaClient(config) }, {});
  const secrets = paginateListSecrets({ client: new SecretsManagerClient(config) }, {});
  const { Buckets = [] } = await new S3Client(config).send(new ListBucketsCommand({}));
  const { EventBuses = [] } = await new EventBridgeClient(config).send(new ListEventBusesCommand({}));
  return {
    tables: await all(tables, ({ TableNames }) => TableNames),
    buckets: named(Buckets.map(({ Name }) => Name)),
    queues: await all(queues, ({ QueueUrls }) => QueueUrls?.map((url) => url.split('/').at(-1))),
    keys: await all(keys, ({ Keys }) => Keys?.map(({ KeyId }) => KeyId)),
    functions: await all(functions, ({ Functions }) => Functions?.map(({ FunctionName }) => FunctionName)),
    secrets: await all(secrets, ({ SecretList }) => SecretList?.map(({ Name }) => Name)),
    // Every account has a bus called `default` of its own, and nobody can make or delete it.
    buses: named(EventBuses.map(({ Name }) => Name)).filter((name) => name !== 'default'),
  };
}

async function all<Page>(
  pages: AsyncIterable<Page>,
  read: (page: Page) => readonly (string | undefined)[] | undefined,
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...named(read(page) ?? []));
  return found;
}

function named(names: readonly (string | undefined)[]): string[] {
  return names.filter((name) => name !== undefined);
}
