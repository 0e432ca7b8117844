import { randomBytes } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, DeleteEventBusCommand } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, EncryptCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import type { Target } from './calls.ts';
import type { Clients } from './clients.ts';

/**
 * Something of a neighbour's in the same account: a table, a bucket, a queue, keys, a secret and a bus without policies
 * of their own, so that the caller's role alone decides. A tenant's own resources refuse more, never less.
 */
export async function makeStandIn(root: Clients): Promise<Required<Omit<Target, 'functionName'>>> {
  const name = `isolation-neighbour-${randomBytes(6).toString('hex')}`;
  await root.dynamo.send(
    new CreateTableCommand({
      TableName: name,
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
  await root.s3.send(new CreateBucketCommand({ Bucket: name }));
  const { QueueUrl = '' } = await root.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const signing = await root.kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
  );
  const data = await root.kms.send(new CreateKeyCommand({}));
  const keyId = data.KeyMetadata?.KeyId ?? '';
  const { CiphertextBlob: ciphertext = new Uint8Array() } = await root.kms.send(
    new EncryptCommand({ KeyId: keyId, Plaintext: new Uint8Array([1]) }),
  );
  await root.secrets.send(new CreateSecretCommand({ Name: name, SecretString: name }));
  await root.events.send(new CreateEventBusCommand({ Name: name }));
  return {
    tables: [name],
    buckets: [name],
    queueUrl: QueueUrl,
    signingKeyId: signing.KeyMetadata?.KeyId ?? '',
    encryption: { keyId, ciphertext },
    secretId: name,
    busName: name,
  };
}

/** Takes away what `makeStandIn` made. */
export async function endStandIn(root: Clients, made: Required<Omit<Target, 'functionName'>>): Promise<void> {
  const {
    tables,
    buckets,
    queueUrl: QueueUrl,
    signingKeyId,
    encryption,
    secretId: SecretId,
    busName: Name,
  } = made;
  for (const TableName of tables) await root.dynamo.send(new DeleteTableCommand({ TableName }));
  for (const Bucket of buckets) {
    await root.s3.send(new DeleteObjectCommand({ Bucket, Key: 'isolation-suite' }));
    await root.s3.send(new DeleteBucketCommand({ Bucket }));
  }
  await root.sqs.send(new DeleteQueueCommand({ QueueUrl }));
  for (const KeyId of [signingKeyId, encryption.keyId])
    await root.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await root.secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  await root.events.send(new DeleteEventBusCommand({ Name }));
}
