import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AwsRequest,
  createPolicyEvaluator,
} from '../../clients/operator/isolation/policies/evaluator.ts';
import { resolve } from '../../clients/operator/isolation/policies/template.ts';
import { type DeployedFunction, type DeployedStack, deployedStack } from './support/deployed-stack.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { quarantineOf, recordOf } from './support/log.ts';
import { messageOf, sendToQueue } from './support/queue.ts';
import { type RecordedCall, recordedCalls, wasDenied } from './support/recorded-calls.ts';

const TIMEOUT = 60_000;

/**
 * What the functions were seen to do at the least. Without it the test could pass on an empty file. The emulator
 * evaluates policies, but hardly any condition; here every question is asked again, conditions and keys included.
 */
const AT_LEAST = [
  'write-log dynamodb:GetItem',
  'write-log dynamodb:BatchGetItem',
  'write-log dynamodb:PutItem',
  'write-log dynamodb:UpdateItem',
  'write-log dynamodb:BatchWriteItem',
  'write-log s3:PutObject',
  'write-log s3:PutObjectRetention',
  'write-log kms:Sign',
  'write-log secretsmanager:GetSecretValue',
  'write-log events:PutEvents',
  'ingest-api dynamodb:GetItem',
  'ingest-api sqs:SendMessage',
  'read-api dynamodb:GetItem',
  'read-api dynamodb:BatchGetItem',
  'read-api dynamodb:Query',
  'read-api s3:GetObject',
  'read-api secretsmanager:GetSecretValue',
  'admin-api dynamodb:GetItem',
  'admin-api dynamodb:PutItem',
  'admin-api dynamodb:UpdateItem',
  'admin-api dynamodb:Query',
  'admin-api sqs:SendMessage',
];

/** What the service that holds data asks of the data's key, on behalf of whoever calls it. */
const OF_THE_KEY: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:GetItem': ['kms:Decrypt'],
  'dynamodb:BatchGetItem': ['kms:Decrypt'],
  'dynamodb:Query': ['kms:Decrypt'],
  'dynamodb:PutItem': ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
  'dynamodb:UpdateItem': ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
  'dynamodb:DeleteItem': ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
  'dynamodb:BatchWriteItem': ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
  's3:GetObject': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  'sqs:SendMessage': ['kms:Decrypt', 'kms:GenerateDataKey'],
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
};

/** What Lambda asks of the writer's role in order to poll a queue for it, which no run of the emulator shows. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

describe.each(['acme', 'globex'])('%s', (id) => {
  const tenant = localTenant(id);
  let stack: DeployedStack;
  let calls: (RecordedCall & { by: DeployedFunction })[];
  let allowed: (request: AwsRequest) => boolean;
  let keyOf: ReadonlyMap<string, string>;

  // A tour through all functions, so that the test stands by itself; after others it checks their calls as well.
  beforeAll(async () => {
    const token = tenant.tokens.admin;
    const task = uniqueName('grants');
    const [good, bad, posted] = [plainEvent(task), plainEvent(task, { surprise: 1 }), plainEvent(task)];
    await sendToQueue(tenant, [await messageOf(tenant, [good, bad])]);
    await call(tenant, 'POST', '/v1/audit/events', { token, body: { events: [posted] } });
    await Promise.all([good, posted].map(({ event_id }) => recordOf(tenant, event_id)));
    await quarantineOf(tenant, ({ event_id }) => event_id === bad.event_id, 1);
    const made = await call(tenant, 'POST', '/v1/audit/tokens', {
      token,
      body: { name: task, preset: 'reader' },
    });
    const { token_id } = made.body as { token_id: string };
    await call(tenant, 'DELETE', `/v1/audit/tokens/${token_id}`, { token });
    await call(tenant, 'GET', '/v1/audit/tokens', { token });

    stack = await deployedStack(tenant);
    const own = recordedCalls().flatMap((one) => {
      const by = one.account === tenant.account ? stack.functions.get(one.principal) : undefined;
      return by ? [{ ...one, by }] : [];
    });
    calls = [...new Map(own.map((one) => [JSON.stringify(one), one])).values()]; // each question once
    allowed = createPolicyEvaluator(stack.template, stack.names).allowed;
    keyOf = encryptingKeys(stack);
  }, TIMEOUT);

  test('all functions were seen at work', () => {
    const seen = new Set(calls.map(({ by, service, action }) => `${by.name} ${service}:${action}`));
    expect(AT_LEAST.filter((one) => !seen.has(one))).toEqual([]);
  });

  test('no call of a function was denied', () => {
    expect(distinct(calls.filter(wasDenied))).toEqual([]);
  });

  test('every call names what it is about, and calls of the control table the keys of the items', () => {
    const unnamed = calls.filter(({ resources }) => resources.length === 0);
    const keyless = calls.filter(
      ({ resources, context }) =>
        resources.some((arn) => arn.endsWith(`/${tenant.control_table}`)) &&
        context?.['dynamodb:LeadingKeys'] === undefined,
    );
    expect(distinct([...unnamed, ...keyless])).toEqual([]);
  });

  test('every call is allowed by the policies of the template, conditions included', () => {
    const refused = calls.filter(({ by, service, action, resources, context = {} }) =>
      resources.some(
        (resource) => !allowed({ principal: by.role, action: `${service}:${action}`, resource, context }),
      ),
    );
    expect(distinct(refused)).toEqual([]);
  });

  test('every call on encrypted data may use the key of that data, through that service', () => {
    const questions = calls.flatMap(({ by, service, action, resources }) =>
      resources.flatMap((resource) => keyQuestions(by, `${service}:${action}`, resource)),
    );
    expect(questions.length).toBeGreaterThan(100);
    expect(distinct(questions.filter((question) => !allowed(question)))).toEqual([]);
  });

  test('Lambda may poll both queues for the writer, and every function may log', () => {
    const by = [...stack.functions.values()].find(({ name }) => name === 'write-log');
    const mappings = ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ Properties }) => JSON.stringify(Properties?.FunctionName).includes('Writer'))
      .map(({ Properties }) => String(resolve(Properties?.EventSourceArn, stack.names)));
    expect(mappings).toHaveLength(2);
    const polling = mappings.flatMap((resource) =>
      POLLING.flatMap((action) => [
        { principal: by?.role ?? '', action, resource },
        ...(by ? keyQuestions(by, action, resource) : []),
      ]),
    );
    expect(polling.length).toBeGreaterThan(mappings.length * POLLING.length);
    expect(polling.filter((question) => !allowed(question))).toEqual([]);

    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      const { Role, LoggingConfig } = Properties as {
        Role: { 'Fn::GetAtt': [string] };
        LoggingConfig: { LogGroup: { Ref: string } };
      };
      const [principal] = Role['Fn::GetAtt'];
      const resource = `<${LoggingConfig.LogGroup.Ref}.Arn>`;
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents'])
        expect({ principal, action, allowed: allowed({ principal, action, resource }) }).toEqual({
          principal,
          action,
          allowed: true,
        });
    }
  });

  function ofType(type: string) {
    return Object.values(stack.template.Resources).filter(({ Type }) => Type === type);
  }

  function keyQuestions(by: DeployedFunction, action: string, resource: string): AwsRequest[] {
    const arn = resource.startsWith('arn:aws:s3:::') ? (resource.split('/')[0] ?? resource) : resource;
    const key = keyOf.get(arn);
    if (key === undefined) return [];
    const needed = OF_THE_KEY[action] ?? [];
    const context = { 'kms:ViaService': `${action.split(':')[0]}.${tenant.region}.amazonaws.com` };
    return needed.map((one) => ({ principal: by.role, action: one, resource: key, context }));
  }
});

/** The key that encrypts each table, bucket, queue and secret, by ARN; where S3 or SQS has its own, there is none. */
function encryptingKeys({ template, names }: DeployedStack): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    const text = JSON.stringify(
      Type === 'AWS::S3::Bucket'
        ? (Properties.BucketEncryption ?? {})
        : [Properties.SSESpecification, Properties.KmsMasterKeyId, Properties.KmsKeyId],
    );
    const [, key] = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(text) ?? [];
    const arn = Type === 'AWS::SecretsManager::Secret' ? names[id] : names[`${id}.Arn`];
    if (key !== undefined && arn !== undefined)
      keys.set(arn, String(resolve({ 'Fn::GetAtt': [key, 'Arn'] }, names)));
  }
  return keys;
}

/** Each of `questions` once, as a line: a run asks the same ones thousands of times. */
function distinct(questions: readonly object[]): string[] {
  return [...new Set(questions.map((question) => JSON.stringify(question)))].slice(0, 20);
}
