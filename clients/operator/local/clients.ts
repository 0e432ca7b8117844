import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { OPERATOR_SECRET } from './emulator-environment.ts';

/** AWS clients of the operator in one account of the local cloud. */
interface OperatorClients {
  readonly dynamo: DynamoDBClient;
  readonly kms: KMSClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  /** Closes their connections. */
  readonly destroy: () => void;
}

/** Clients with the account's root credentials, which the emulator reads from the access key. */
export function operatorClients(account: string, region: string, endpoint: string): OperatorClients {
  const config = {
    region,
    endpoint,
    credentials: { accessKeyId: account, secretAccessKey: OPERATOR_SECRET },
  };
  const clients = {
    dynamo: new DynamoDBClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }), // bucket names as host names would not resolve
  };
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
