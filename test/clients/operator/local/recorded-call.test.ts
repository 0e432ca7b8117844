import { expect, test } from '@jest/globals';
import { functionAccessKey } from '../../../../clients/operator/local/principals.ts';
import { credentialScope, describeCall } from '../../../../clients/operator/local/recorded-call.ts';

const ACCOUNT = '111122223333';

function describe(
  service: string,
  request: {
    method?: string;
    url?: string;
    target?: string;
    body?: unknown;
    headers?: Record<string, string>;
  },
) {
  const call = {
    method: request.method ?? 'POST',
    url: request.url ?? '/',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261124/eu-west-1/${service}/aws4_request, Signature=00`,
      ...(request.target ? { 'x-amz-target': request.target } : {}),
      ...request.headers,
    },
    body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? {}),
  };
  const scope = credentialScope(call);
  if (!scope) throw new Error('unsigned');
  return describeCall(call, scope, ACCOUNT).map(({ action, resources }) => [
    `${scope.service}:${action}`,
    ...resources,
  ]);
}

test('who signed is read from the header or, presigned, from the query; unsigned is nobody', () => {
  const presigned = '/b/k?X-Amz-Credential=ASIAEXAMPLE%2F20261124%2Feu-west-1%2Fs3%2Faws4_request';
  const call = { method: 'GET', url: presigned, headers: {}, body: '' };
  expect(credentialScope(call)).toEqual({ accessKey: 'ASIAEXAMPLE', region: 'eu-west-1', service: 's3' });
  expect(credentialScope({ ...call, url: '/b/k', headers: { authorization: 'Bearer x' } })).toBeUndefined();
});

test.each([
  ['GET', '/b/a%20b', {}, [['s3:GetObject', 'arn:aws:s3:::b/a b']]],
  ['GET', '/b/k?versionId=1', {}, [['s3:GetObjectVersion', 'arn:aws:s3:::b/k']]],
  ['DELETE', '/b/k?versionId=1', {}, [['s3:DeleteObjectVersion', 'arn:aws:s3:::b/k']]],
  ['HEAD', '/b/k', {}, [['s3:GetObject', 'arn:aws:s3:::b/k']]],
  ['GET', '/b?list-type=2&prefix=x', {}, [['s3:ListBucket', 'arn:aws:s3:::b']]],
  ['GET', '/b?versions', {}, [['s3:ListBucketVersions', 'arn:aws:s3:::b']]],
  ['POST', '/b?delete', {}, [['s3:DeleteObject', 'arn:aws:s3:::b/*']]],
  ['POST', '/b/k?uploads', {}, [['s3:PutObject', 'arn:aws:s3:::b/k']]],
  [
    'PUT',
    '/b/k',
    { 'x-amz-object-lock-mode': 'COMPLIANCE' },
    [
      ['s3:PutObject', 'arn:aws:s3:::b/k'],
      ['s3:PutObjectRetention', 'arn:aws:s3:::b/k'],
    ],
  ],
  [
    'PUT',
    '/b/k',
    { 'x-amz-copy-source': '/c/from?versionId=2' },
    [
      ['s3:PutObject', 'arn:aws:s3:::b/k'],
      ['s3:GetObject', 'arn:aws:s3:::c/from'],
    ],
  ],
])('S3 %s %s %j asks IAM what S3 would', (method, url, headers, expected) => {
  expect(describe('s3', { method, url, headers: headers as Record<string, string> })).toEqual(expected);
});

test('a DynamoDB transaction is asked about part by part, a batch by table, a query by index', () => {
  const table = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table`;
  const dynamo = (operation: string, body: unknown) =>
    describe('dynamodb', { target: `DynamoDB_20120810.${operation}`, body });
  const TransactItems = [{ Put: { TableName: 'T' } }, { ConditionCheck: { TableName: 'U' } }];
  expect(dynamo('TransactWriteItems', { TransactItems })).toEqual([
    ['dynamodb:PutItem', `${table}/T`],
    ['dynamodb:ConditionCheckItem', `${table}/U`],
  ]);
  expect(dynamo('BatchGetItem', { RequestItems: { T: {}, U: {} } })).toEqual([
    ['dynamodb:BatchGetItem', `${table}/T`, `${table}/U`],
  ]);
  expect(dynamo('Query', { TableName: 'T', IndexName: 'I' })).toEqual([
    ['dynamodb:Query', `${table}/T/index/I`],
  ]);
});

test('queues, keys, secrets, buses and functions are named by their ARNs', () => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`;
  const body = { QueueUrl: `http://127.0.0.1:1/${ACCOUNT}/ingest` };
  expect(describe('sqs', { target: 'AmazonSQS.SendMessageBatch', body })).toEqual([
    ['sqs:SendMessage', arn('sqs', 'ingest')],
  ]);
  expect(describe('kms', { target: 'TrentService.Sign', body: { KeyId: 'k' } })).toEqual([
    ['kms:Sign', arn('kms', 'key/k')],
  ]);
  const SecretId = arn('secretsmanager', 'secret:s-AbCdEf');
  expect(describe('secretsmanager', { target: 'secretsmanager.GetSecretValue', body: { SecretId } })).toEqual(
    [['secretsmanager:GetSecretValue', SecretId]],
  );
  const Entries = [{ EventBusName: 'b' }, { EventBusName: 'b' }, {}];
  expect(describe('events', { target: 'AWSEvents.PutEvents', body: { Entries } })).toEqual([
    ['events:PutEvents', arn('events', 'event-bus/b'), arn('events', 'event-bus/default')],
  ]);
  expect(describe('lambda', { url: '/2015-03-31/functions/admin/invocations' })).toEqual([
    ['lambda:InvokeFunction', arn('lambda', 'function:admin')],
  ]);
  expect(describe('sts', { body: 'Action=GetCallerIdentity&Version=2011-06-15' })).toEqual([
    ['sts:GetCallerIdentity'],
  ]);
});

test('a body that is not what it should be is recorded without resources', () => {
  expect(describe('dynamodb', { target: 'DynamoDB_20120810.GetItem', body: 'not json' })).toEqual([
    ['dynamodb:GetItem'],
  ]);
});

test('the access key of a function is the one under which the emulator was seen to run it', () => {
  const arn = 'arn:aws:lambda:us-east-1:111111111111:function:AuditTrail-acme-Fn9270CBC0-BB4414555F501';
  const role = 'arn:aws:iam::111111111111:role/AuditTrail-acme-FnServiceRoleB9001A96-D730C96CAA21A';
  expect(functionAccessKey(arn, role)).toBe('ASIA91C69F1692D0AAC6');
});
