import { expect, test } from '@jest/globals';
import { functionAccessKey } from '../../../../clients/operator/local/principals.ts';
import { credentialScope, describeCall } from '../../../../clients/operator/local/recorded-call.ts';

const ACCOUNT = '111122223333';

interface Request {
  method?: string;
  url?: string;
  target?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

function questions(service: string, request: Request) {
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
  return describeCall(call, scope, ACCOUNT);
}

function describe(service: string, request: Request) {
  return questions(service, request).map(({ action, resources }) => [`${service}:${action}`, ...resources]);
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
  expect(describe('ssm', { target: 'AmazonSSM.GetParameter', body: { Name: '/a/b' } })).toEqual([
    ['ssm:GetParameter', arn('ssm', 'parameter/a/b')],
  ]);
  expect(describe('lambda', { url: '/2015-03-31/functions/admin/invocations' })).toEqual([
    ['lambda:InvokeFunction', arn('lambda', 'function:admin')],
  ]);
  expect(describe('sts', { body: 'Action=GetCallerIdentity&Version=2011-06-15' })).toEqual([
    ['sts:GetCallerIdentity'],
  ]);
});

test('S3 is asked about each key that is to be deleted, and about the prefix that is to be listed', () => {
  const body =
    '<Delete><Object><Key>exports/1/a</Key></Object><Object><Key>exports/1/b</Key></Object></Delete>';
  expect(questions('s3', { url: '/b?delete', body })).toMatchObject([
    { action: 'DeleteObject', resources: ['arn:aws:s3:::b/exports/1/a', 'arn:aws:s3:::b/exports/1/b'] },
  ]);
  expect(questions('s3', { method: 'GET', url: '/b?list-type=2&prefix=exports%2F1' })).toMatchObject([
    { action: 'ListBucket', context: { 's3:prefix': 'exports/1' } },
  ]);
});

test.each([
  ['GetItem', { Key: { pk: { S: 'a' }, sk: { S: '1' } } }, ['a']],
  ['PutItem', { Item: { pk: { S: 'a' }, other: { S: 'b' } } }, ['a']],
  ['UpdateItem', { Key: { pk: { S: 'a' } }, ExpressionAttributeValues: { ':pk': { S: 'b' } } }, ['a']],
  [
    'Query',
    { KeyConditionExpression: 'pk = :p AND sk < :s', ExpressionAttributeValues: { ':p': { S: 'a' } } },
    ['a'],
  ],
  ['BatchGetItem', { RequestItems: { T: { Keys: [{ pk: { S: 'a' } }, { pk: { S: 'b' } }] } } }, ['a', 'b']],
  [
    'BatchWriteItem',
    {
      RequestItems: {
        T: [{ PutRequest: { Item: { pk: { S: 'a' } } } }, { DeleteRequest: { Key: { pk: { S: 'b' } } } }],
      },
    },
    ['a', 'b'],
  ],
])('the partition keys of a %s are recorded, once each', (operation, body, keys) => {
  const [question] = questions('dynamodb', { target: `DynamoDB_20120810.${operation}`, body });
  expect(question?.context).toEqual({ 'dynamodb:LeadingKeys': keys });
});

test('each part of a transaction is recorded with its own partition key', () => {
  const put = (pk: string) => ({ Put: { TableName: 'T', Item: { pk: { S: pk } } } });
  const body = { TransactItems: [put('a'), put('b')] };
  const parts = questions('dynamodb', { target: 'DynamoDB_20120810.TransactWriteItems', body });
  expect(parts.map(({ context }) => context)).toEqual([
    { 'dynamodb:LeadingKeys': ['a'] },
    { 'dynamodb:LeadingKeys': ['b'] },
  ]);
});

test('the lock of an object and the form of a signature are recorded, and nothing where nothing was said', () => {
  const headers = {
    'x-amz-object-lock-mode': 'COMPLIANCE',
    'x-amz-object-lock-retain-until-date': '2030-01-01T00:00:00Z',
  };
  const context = {
    's3:object-lock-mode': 'COMPLIANCE',
    's3:object-lock-retain-until-date': '2030-01-01T00:00:00Z',
  };
  const locked = questions('s3', { method: 'PUT', url: '/b/k', headers });
  expect(locked.map(({ action, context }) => [action, context])).toEqual([
    ['PutObject', context],
    ['PutObjectRetention', context],
  ]);
  const body = { KeyId: 'k', SigningAlgorithm: 'ED25519_SHA_512', MessageType: 'RAW' };
  expect(questions('kms', { target: 'TrentService.Sign', body })).toMatchObject([
    { context: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' } },
  ]);
  expect(questions('s3', { method: 'GET', url: '/b/k' })[0]).not.toHaveProperty('context');
  expect(questions('dynamodb', { target: 'DynamoDB_20120810.Scan', body: {} })[0]).not.toHaveProperty(
    'context',
  );
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
