import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { OPERATOR_SECRET } from '../../local/emulator-environment.ts';

/** Where an emulator answers, and for which account. */
export interface Emulator {
  readonly account: string;
  readonly endpoint: string;
  readonly region: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Clients of every service that holds something of a tenant, with one set of credentials. */
export type Clients = ReturnType<typeof clientsWith>;

/** The account's root: whom nothing refuses, in its own account. */
export function rootOf({ account }: Emulator): Credentials {
  return { accessKeyId: account, secretAccessKey: OPERATOR_SECRET };
}

export function clientsWith(credentials: Credentials, { endpoint, region }: Emulator) {
  const config = { credentials, endpoint, region, maxAttempts: 1 }; // a refusal is an answer: once is enough
  const clients = {
    dynamo: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    secrets: new SecretsManagerClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
