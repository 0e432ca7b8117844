import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { asTenantId } from '../../core/event/ids.ts';
import { mintToken } from '../../core/identity/token.ts';
import { systemRandom } from '../../lambdas/adapters/system.ts';
import { type Holdings, holdings } from './support/account.ts';
import { type AwsConfig, awsConfig, operatorConfig } from './support/aws.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { type Answer, call } from './support/http.ts';
import { type LocalTenant, localTenant } from './support/local-tenants.ts';

const acme = localTenant('acme');
const globex = localTenant('globex');
const PAIRS = [
  { of: acme, at: globex },
  { of: globex, at: acme },
];

describe.each(PAIRS)('tokens of $of.id at the API of $at.id', ({ of, at }) => {
  const REQUESTS: { method: string; path: string; body?: unknown }[] = [
    { method: 'GET', path: '/v1/audit/events' },
    { method: 'GET', path: '/v1/audit/events/01900000-0000-7000-8000-000000000000' },
    { method: 'GET', path: '/v1/audit/receipts/01900000-0000-7000-8000-000000000000' },
    { method: 'GET', path: '/v1/audit/quarantine' },
    { method: 'GET', path: '/v1/audit/log/checkpoint' },
    { method: 'GET', path: '/v1/audit/tokens' },
    { method: 'GET', path: '/v1/audit/nothing-here' },
    { method: 'POST', path: '/v1/audit/events', body: { events: [plainEvent(uniqueName('stranger'))] } },
    { method: 'POST', path: '/v1/audit/tokens', body: { name: 'mine', preset: 'admin' } },
  ];

  test.each(REQUESTS)(
    '$method $path: 401, in the same words as for any wrong token',
    async ({ method, path, body }) => {
      // Well-formed, of the tenant that is asked, and never issued.
      const wrong = mintToken(asTenantId(at.id), systemRandom);
      const ask = (token: string) => call(at, method, path, { token, body });
      const refusals = await Promise.all([wrong, ...Object.values(of.tokens)].map(ask));
      const [expected, ...others] = refusals.map(shape);
      expect(expected).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      for (const other of others) expect(other).toEqual(expected);
    },
  );
});

/** An answer without what differs between any two of them: the name of the request, and when it was made. */
function shape({ status, headers, body }: Answer) {
  const { request_id: _, ...rest } = body as Record<string, unknown>;
  const names = [...headers.keys()].filter((name) => name !== 'date').toSorted();
  return { status, body: rest, headers: names, challenge: headers.get('www-authenticate') };
}

describe('the two accounts', () => {
  let ofAcme: Holdings;
  let ofGlobex: Holdings;

  beforeAll(async () => {
    [ofAcme, ofGlobex] = (await Promise.all(
      [acme, globex].map((tenant) => holdings(operatorConfig(tenant))),
    )) as [Holdings, Holdings];
  });

  test('each holds what a tenant consists of', () => {
    for (const [tenant, has] of [
      [acme, ofAcme],
      [globex, ofGlobex],
    ] as [LocalTenant, Holdings][]) {
      expect(has.tables).toEqual(expect.arrayContaining([tenant.records_table, tenant.control_table]));
      expect(has.buckets).toEqual(expect.arrayContaining([tenant.archive_bucket, tenant.work_bucket]));
      expect(has.queues).toContain(tenant.queue_url.split('/').at(-1));
      expect(has.keys).toContain(tenant.signing_key_id);
      expect(has.functions).toContain(tenant.admin_function);
      for (const names of Object.values(has)) expect(names).not.toEqual([]);
    }
    expect(acme.account).not.toBe(globex.account);
  });

  test('have nothing in common', () => {
    const shared = Object.entries(ofAcme).flatMap(([kind, names]) =>
      names.filter((name) => ofGlobex[kind as keyof Holdings].includes(name)),
    );
    expect(shared).toEqual([]);
  });
});

describe.each(PAIRS)(
  "what the root of $of.id's account, who is refused nothing there, can do to $at.id",
  ({ of, at }) => {
    const foreign = awsConfig(at, operatorConfig(of).credentials);
    const ACTS: Record<string, (config: AwsConfig) => Promise<unknown>> = {
      'read the records': (config) =>
        new DynamoDBClient(config).send(new ScanCommand({ TableName: at.records_table, Limit: 1 })),
      'read the tokens': (config) =>
        new DynamoDBClient(config).send(new ScanCommand({ TableName: at.control_table, Limit: 1 })),
      'list the archive': (config) =>
        new S3Client(config).send(new ListObjectVersionsCommand({ Bucket: at.archive_bucket, MaxKeys: 1 })),
      sign: (config) =>
        new KMSClient(config).send(
          new SignCommand({
            KeyId: `arn:aws:kms:${at.region}:${at.account}:key/${at.signing_key_id}`,
            Message: Buffer.from('a checkpoint of my own'),
            MessageType: 'RAW',
            SigningAlgorithm: 'ED25519_SHA_512',
          }),
        ),
      'look into the queue': (config) =>
        new SQSClient(config).send(
          new GetQueueAttributesCommand({ QueueUrl: at.queue_url, AttributeNames: ['All'] }),
        ),
      'look at a function': (config) =>
        new LambdaClient(config).send(
          new GetFunctionCommand({
            FunctionName: `arn:aws:lambda:${at.region}:${at.account}:function:${at.admin_function}`,
          }),
        ),
    };

    test.each(Object.entries(ACTS))('not %s', async (_, act) => {
      await expect(act(foreign)).rejects.toThrow(/not found|denied|does not exist/i);
      await expect(act(operatorConfig(of))).rejects.toThrow(/not found|denied|does not exist/i);
      // The root of that very account may: no misspelt name passes for isolation.
      await expect(act(operatorConfig(at))).resolves.toBeDefined();
    });

    test('not even see that there is something', async () => {
      expect(Object.values(await holdings(foreign)).flat()).toEqual([]);
    });
  },
);
