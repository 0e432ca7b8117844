import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DecryptCommand, EncryptCommand, GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';

/** What is attacked, by the names that AWS calls take; what is absent is not there to be attacked. */
export interface Target {
  readonly tables?: readonly string[];
  readonly buckets?: readonly string[];
  readonly queueUrl?: string;
  readonly signingKeyId?: string;
  readonly encryption?: { readonly keyId: string; readonly ciphertext: Uint8Array };
  readonly secretId?: string;
  readonly busName?: string;
  readonly functionName?: string;
}

/** One call on a target: what AWS names the action, on what, and how it is made. */
export interface Call {
  readonly action: string;
  readonly on: string;
  readonly make: (clients: Clients) => Promise<unknown>;
}

const KEY = { pk: { S: 'LOG' }, sk: { S: 'HEAD' } };
const OBJECT = 'isolation-suite';
const MESSAGE = new Uint8Array([1]);

/** Everything that somebody would try on `target`: read it, write it, sign with it, send to it. */
export function callsOn(target: Target): Call[] {
  return [
    ...(target.tables ?? []).flatMap(onTable),
    ...(target.buckets ?? []).flatMap(onBucket),
    ...(target.queueUrl === undefined ? [] : onQueue(target.queueUrl)),
    ...(target.signingKeyId === undefined ? [] : onSigningKey(target.signingKeyId)),
    ...(target.encryption === undefined ? [] : onEncryptionKey(target.encryption)),
    ...(target.secretId === undefined ? [] : onSecret(target.secretId)),
    ...(target.busName === undefined ? [] : onBus(target.busName)),
    ...(target.functionName === undefined ? [] : onFunction(target.functionName)),
  ];
}

function onTable(TableName: string): Call[] {
  const values = { ExpressionAttributeValues: { ':pk': { S: 'LOG' } }, KeyConditionExpression: 'pk = :pk' };
  const call = (action: string, make: Call['make']): Call => ({ action, on: TableName, make });
  return [
    call('dynamodb:GetItem', ({ dynamo }) => dynamo.send(new GetItemCommand({ TableName, Key: KEY }))),
    call('dynamodb:Query', ({ dynamo }) => dynamo.send(new QueryCommand({ TableName, ...values }))),
    call('dynamodb:Scan', ({ dynamo }) => dynamo.send(new ScanCommand({ TableName, Limit: 1 }))),
    call('dynamodb:PutItem', ({ dynamo }) =>
      dynamo.send(new PutItemCommand({ TableName, Item: { pk: { S: OBJECT }, sk: { S: OBJECT } } })),
    ),
    call('dynamodb:DeleteItem', ({ dynamo }) =>
      dynamo.send(new DeleteItemCommand({ TableName, Key: { pk: { S: OBJECT }, sk: { S: OBJECT } } })),
    ),
  ];
}

function onBucket(Bucket: string): Call[] {
  const object = { Bucket, Key: OBJECT };
  const call = (action: string, make: Call['make']): Call => ({ action, on: Bucket, make });
  return [
    call('s3:ListBucket', ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))),
    call('s3:PutObject', ({ s3 }) => s3.send(new PutObjectCommand({ ...object, Body: MESSAGE }))),
    call('s3:GetObject', ({ s3 }) => s3.send(new GetObjectCommand(object))),
    call('s3:DeleteObject', ({ s3 }) => s3.send(new DeleteObjectCommand(object))),
  ];
}

function onQueue(QueueUrl: string): Call[] {
  const call = (action: string, make: Call['make']): Call => ({ action, on: QueueUrl, make });
  return [
    call('sqs:SendMessage', ({ sqs }) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }))),
    call('sqs:ReceiveMessage', ({ sqs }) => sqs.send(new ReceiveMessageCommand({ QueueUrl }))),
    call('sqs:GetQueueAttributes', ({ sqs }) =>
      sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
    ),
  ];
}

function onSigningKey(KeyId: string): Call[] {
  const sign = new SignCommand({
    KeyId,
    Message: MESSAGE,
    MessageType: 'RAW',
    SigningAlgorithm: 'ED25519_SHA_512',
  });
  return [
    { action: 'kms:Sign', on: KeyId, make: ({ kms }) => kms.send(sign) },
    {
      action: 'kms:GetPublicKey',
      on: KeyId,
      make: ({ kms }) => kms.send(new GetPublicKeyCommand({ KeyId })),
    },
  ];
}

function onEncryptionKey({
  keyId: KeyId,
  ciphertext: CiphertextBlob,
}: NonNullable<Target['encryption']>): Call[] {
  return [
    {
      action: 'kms:Encrypt',
      on: KeyId,
      make: ({ kms }) => kms.send(new EncryptCommand({ KeyId, Plaintext: MESSAGE })),
    },
    {
      action: 'kms:Decrypt',
      on: KeyId,
      make: ({ kms }) => kms.send(new DecryptCommand({ KeyId, CiphertextBlob })),
    },
  ];
}

function onSecret(SecretId: string): Call[] {
  return [
    {
      action: 'secretsmanager:GetSecretValue',
      on: SecretId,
      make: ({ secrets }) => secrets.send(new GetSecretValueCommand({ SecretId })),
    },
  ];
}

function onBus(EventBusName: string): Call[] {
  const Entries = [{ EventBusName, Source: OBJECT, DetailType: OBJECT, Detail: '{}' }];
  return [
    {
      action: 'events:PutEvents',
      on: EventBusName,
      make: ({ events }) => events.send(new PutEventsCommand({ Entries })),
    },
  ];
}

function onFunction(FunctionName: string): Call[] {
  return [
    {
      action: 'lambda:InvokeFunction',
      on: FunctionName,
      make: ({ lambda }) => lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' })),
    },
  ];
}
