import { describe, expect, test } from '@jest/globals';
import { createPolicyEvaluator } from '../../../clients/operator/isolation/policies/evaluator.ts';
import type { Template } from '../../../clients/operator/isolation/policies/template.ts';
import { witnessVerifierKey } from '../../../clients/witness/key-file.ts';
import { LOOK_UPS } from '../../../lambdas/adapters/dynamo-quarantine.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import { ingestRoutes } from '../../../lambdas/ingest-api/ingest-api.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { takesKeys } from '../../../lambdas/shared/http/repeat.ts';
import { accountTenant, EMITTER, tableTenant, tenantTemplate } from '../synthesised.ts';

const AUDITOR = 'arn:aws:iam::999999999999:role/auditor';
const built = tenantTemplate({ ...accountTenant, auditor_principals: [AUDITOR] });
const template = built.toJSON() as Template;
const { allowed } = createPolicyEvaluator(template);

function idOf(type: string, path: string): string {
  const found = Object.keys(built.findResources(type)).filter((id) => id.startsWith(path));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${path}: ${found.length} of ${type}`);
  return found[0];
}
const arn = (type: string, path: string) => `<${idOf(type, path)}.Arn>`;

// Who deletes stands last of the functions, wherever the stack makes it.
const byRank = (id: string) =>
  /^(Writer|Functions|Exporter)/.test(id) ? 0 : id.startsWith('Retention') ? 1 : 2;
const roles = Object.keys(built.findResources('AWS::IAM::Role')).sort((a, b) => byRank(a) - byRank(b));
const roleOf = (path: string) => idOf('AWS::IAM::Role', path);
const writeLog = roleOf('WriterWriteLog');
const ingestApi = roleOf('FunctionsIngestApi');
const readApi = roleOf('FunctionsReadApi');
const adminApi = roleOf('FunctionsAdminApi');
const exportRecords = roleOf('Exporter');
const applyRetention = roleOf('Retention');
const deliverWebhooks = roleOf('WebhooksDeliver');
const auditor = roleOf('Auditor');

const records = arn('AWS::DynamoDB::Table', 'TablesRecords');
const control = arn('AWS::DynamoDB::Table', 'TablesControl');
const archive = arn('AWS::S3::Bucket', 'BucketsArchive');
const work = arn('AWS::S3::Bucket', 'BucketsWork');
const signingKey = arn('AWS::KMS::Key', 'KeysSigning');
const dataKey = arn('AWS::KMS::Key', 'KeysData');
const ingest = arn('AWS::SQS::Queue', 'QueuesIngest0');
const internal = arn('AWS::SQS::Queue', 'QueuesInternalF');
const exportsQueue = arn('AWS::SQS::Queue', 'QueuesExports6');
const webhookQueue = idOf('AWS::SQS::Queue', 'QueuesWebhooks8');
// A secret's ARN is its Ref.
const secret = `<${idOf('AWS::SecretsManager::Secret', 'KeysIndex')}>`;
const locked = {
  's3:object-lock-mode': 'COMPLIANCE',
  's3:object-lock-retain-until-date': '2030-01-01T00:00:00Z',
};

/** The roles that may make this call. */
function whoMay(action: string, resource: string, context: Record<string, string | string[]> = {}): string[] {
  return roles.filter((principal) => allowed({ principal, action, resource, context }));
}

describe('functions', () => {
  test('each has a role of its own, which no other service may take', () => {
    const taken = Object.values(built.findResources('AWS::Lambda::Function')).map(
      ({ Properties }): string => Properties.Role['Fn::GetAtt'][0],
    );
    expect(taken.sort()).toEqual(
      [writeLog, ingestApi, readApi, adminApi, exportRecords, applyRetention, deliverWebhooks].sort(),
    );
    for (const role of taken) {
      const { Properties } = built.findResources('AWS::IAM::Role')[role] ?? {};
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });

  test('each writes to its own log group alone', () => {
    const groups = Object.keys(built.findResources('AWS::Logs::LogGroup')).filter(
      (id) => !id.startsWith('Http'),
    );
    const writers = groups.map((group) => whoMay('logs:PutLogEvents', `<${group}.Arn>`));
    expect(writers.every(({ length }) => length === 1)).toBe(true);
    expect(new Set(writers.flat()).size).toBe(groups.length);
  });
});

describe('what only the writer may do', () => {
  test('sign, and with Ed25519 over the message itself alone', () => {
    const form = { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' };
    expect(whoMay('kms:Sign', signingKey, form)).toEqual([writeLog]);
    expect(whoMay('kms:Sign', signingKey, { ...form, 'kms:MessageType': 'DIGEST' })).toEqual([]);
  });

  test('the signing key refuses others even if IAM grants them everything', () => {
    const granted = structuredClone(template);
    granted.Resources.Intruder = { Type: 'AWS::IAM::Role' };
    granted.Resources.IntruderPolicy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Intruder' }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
    };
    const intruder = { principal: 'Intruder', context: {} };
    const evaluator = createPolicyEvaluator(granted);
    expect(evaluator.allowed({ ...intruder, action: 'kms:Sign', resource: signingKey })).toBe(false);
    expect(evaluator.allowed({ ...intruder, action: 'sqs:SendMessage', resource: internal })).toBe(false);
    expect(
      evaluator.allowed({ ...intruder, action: 's3:DeleteObject', resource: `${archive}/commit/0` }),
    ).toBe(false);
    expect(evaluator.allowed({ ...intruder, action: 's3:PutObject', resource: `${archive}/x` })).toBe(false);
  });

  test.each(['PutItem', 'UpdateItem'])('write records: %s', (action) => {
    expect(whoMay(`dynamodb:${action}`, records)).toEqual([writeLog]);
  });

  test('write many at once, besides the one who deletes: IAM does not tell the two apart', () => {
    expect(whoMay('dynamodb:BatchWriteItem', records)).toEqual([writeLog, applyRetention]);
  });

  test('take messages off the queues', () => {
    expect(whoMay('sqs:ReceiveMessage', ingest)).toEqual([writeLog]);
    expect(whoMay('sqs:DeleteMessage', internal)).toEqual([writeLog]);
  });

  test('write to the archive, under its own prefixes and with a lock', () => {
    const records = 'records/dt=2026-11-24/1';
    const own = ['commit/1', 'checkpoint/1', 'tile/0/000', 'key/1', 'signatures/1', records, 'README.txt'];
    for (const key of own) expect(whoMay('s3:PutObject', `${archive}/${key}`, locked)).toEqual([writeLog]);
    expect(whoMay('s3:PutObject', `${archive}/other`, locked)).toEqual([]);
  });

  test('keys and the README are added, and read by the auditor alone; daily records by what compares them too', () => {
    for (const key of ['key/1', 'README.txt'])
      expect(whoMay('s3:GetObject', `${archive}/${key}`)).toEqual([auditor]);
    const file = `${archive}/records/dt=2026-11-24/1`;
    expect(whoMay('s3:GetObject', file)).toEqual([applyRetention, auditor]);
    expect(whoMay('s3:GetObject', `${archive}/purge/1`)).toEqual([writeLog, applyRetention, auditor]);
    // The document that a purge is believed by has one writer.
    expect(whoMay('s3:PutObject', `${archive}/purge/1`, locked)).toEqual([applyRetention]);
  });

  test('see the versions of the archive, besides the auditor', () => {
    expect(whoMay('s3:ListBucketVersions', archive)).toEqual([writeLog, applyRetention, auditor]);
  });
});

describe('a log with three signing keys', () => {
  const rotated = tenantTemplate({ ...accountTenant, auditor_principals: [AUDITOR], signing_keys: 3 });
  const evaluator = createPolicyEvaluator(rotated.toJSON() as Template);
  const keys = ['KeysSigning', 'KeysSigning2', 'KeysSigning3'].map((path) => {
    const ids = Object.keys(rotated.findResources('AWS::KMS::Key'));
    const [id] = ids.filter((name) => new RegExp(`^${path}[0-9A-F]{8}$`).test(name));
    return `<${id}.Arn>`;
  });
  const form = { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' };
  const may = (principal: string, action: string, context = {}) =>
    keys.map((resource) => evaluator.allowed({ principal, action, resource, context }));

  test('is signed with the last two, the one that hands over and the one that takes over', () => {
    expect(may(writeLog, 'kms:Sign', form)).toEqual([false, true, true]);
    for (const principal of roles.filter((role) => role !== writeLog))
      expect(may(principal, 'kms:Sign', form)).toEqual([false, false, false]);
  });

  test('keeps the first, which refuses to sign whatever IAM grants, and shows all to the auditor', () => {
    const [statement] = Object.values(rotated.findResources('AWS::KMS::Key'))
      .flatMap(({ Properties }) => Properties.KeyPolicy.Statement)
      .filter(({ Sid }) => Sid === 'NobodySigns');
    expect(statement).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'kms:Sign' });
    expect(statement.Condition).toBeUndefined();
    for (const { DeletionPolicy } of Object.values(rotated.findResources('AWS::KMS::Key')))
      expect(DeletionPolicy).toBe('Retain');
    expect(may(auditor, 'kms:GetPublicKey')).toEqual([true, true, true]);
  });

  test('has the first key where it had it before: adding one replaces none', () => {
    expect(keys[0]).toBe(signingKey);
  });
});

describe('a tenant with witnesses', () => {
  const witnesses = [
    {
      url: 'https://witness.example/acme',
      verifier_key: witnessVerifierKey('witness.example/w1', new Uint8Array(32).fill(1)),
    },
  ];
  const witnessed = tenantTemplate({ ...accountTenant, witnesses });
  const evaluator = createPolicyEvaluator(witnessed.toJSON() as Template);
  const [cosigner = ''] = Object.keys(witnessed.findResources('AWS::IAM::Role')).filter((id) =>
    id.startsWith('WitnessesCosign'),
  );
  const may = (action: string, resource: string, context = {}) =>
    evaluator.allowed({ principal: cosigner, action, resource, context });
  const partition = (pk: string) => ({ 'dynamodb:LeadingKeys': [pk] });

  test('has one more function, which others do not have', () => {
    const count = (of: typeof built) => Object.keys(of.findResources('AWS::Lambda::Function')).length;
    expect(count(witnessed)).toBe(count(built) + 1);
  });

  test('whose role reads what proofs are made of, and writes cosignatures alone', () => {
    expect(may('dynamodb:Query', records)).toBe(true);
    expect(may('s3:GetObject', `${archive}/tile/0/000`)).toBe(true);
    expect(may('dynamodb:UpdateItem', control, partition('COSIGNATURE'))).toBe(true);
    for (const pk of ['TOKEN#1', 'EMITTER#1', 'QUARANTINE'])
      expect(may('dynamodb:UpdateItem', control, partition(pk))).toBe(false);
    for (const action of ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'])
      expect(may(action, records)).toBe(false);
    expect(may('kms:Sign', signingKey)).toBe(false);
    expect(may('s3:GetObject', `${archive}/commit/1`)).toBe(false);
    expect(may('s3:GetObject', `${work}/disclosures/1`)).toBe(false);
    expect(may('secretsmanager:GetSecretValue', secret)).toBe(false);
  });

  test('is woken by a batch and by a schedule, and asks no address of its own network', () => {
    const woken = Object.values(witnessed.findResources('AWS::Lambda::Permission'))
      .map(({ Properties }) => Properties)
      .filter(({ FunctionName }) => String(FunctionName['Fn::GetAtt'][0]).startsWith('WitnessesCosign'))
      .map(({ SourceArn }) => String(SourceArn['Fn::GetAtt'][0]));
    expect(woken.sort()).toEqual([
      expect.stringMatching(/^SchedulesSweep/),
      expect.stringMatching(/^WitnessesNewCheckpoint/),
    ]);
    witnessed.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { AWS_SDK_UA_APP_ID: 'cosign-checkpoints', EGRESS_LOOPBACK: 'false' } },
    });
  });
});

describe('what nobody may do', () => {
  test.each(['dynamodb:DeleteItem', 'dynamodb:Scan', 'dynamodb:DeleteTable', 'dynamodb:UpdateTable'])(
    '%s',
    (action) => {
      expect([...whoMay(action, records), ...whoMay(action, control)]).toEqual([]);
    },
  );

  test.each(['s3:DeleteObject', 's3:BypassGovernanceRetention'])('%s in the archive', (action) => {
    expect(whoMay(action, `${archive}/commit/1`)).toEqual([]);
  });

  test.each(['s3:PutBucketPolicy', 's3:DeleteBucket', 's3:PutBucketObjectLockConfiguration'])(
    '%s',
    (action) => {
      expect(whoMay(action, archive)).toEqual([]);
    },
  );

  test('put an object into the archive without saying how long it is locked, or in a weaker mode', () => {
    const put = (context: Record<string, string>) => whoMay('s3:PutObject', `${archive}/commit/1`, context);
    const { 's3:object-lock-mode': mode, ...untilOnly } = locked;
    expect(put({})).toEqual([]);
    expect(put(untilOnly)).toEqual([]);
    expect(put({ 's3:object-lock-mode': mode })).toEqual([]);
    expect(put({ ...locked, 's3:object-lock-mode': 'GOVERNANCE' })).toEqual([]);
  });

  test('speak to a bucket or queue without TLS', () => {
    const plain = { 'aws:SecureTransport': 'false', ...locked };
    expect(whoMay('s3:PutObject', `${archive}/commit/1`, plain)).toEqual([]);
    expect(whoMay('s3:GetObject', `${work}/staging/1`, plain)).toEqual([]);
    expect(whoMay('sqs:SendMessage', internal, plain)).toEqual([]);
  });

  test('use the data key except through the service that holds the data', () => {
    expect(whoMay('kms:Decrypt', dataKey)).toEqual([]);
    expect(whoMay('kms:Decrypt', dataKey, { 'kms:ViaService': 'lambda.us-east-1.amazonaws.com' })).toEqual(
      [],
    );
  });
});

describe('the functions behind HTTPS', () => {
  test('all of them may send to the internal queue, since a read is a record too, nobody to the ingest queue', () => {
    expect(whoMay('sqs:SendMessage', internal)).toEqual([
      ingestApi,
      readApi,
      adminApi,
      exportRecords,
      applyRetention,
      deliverWebhooks,
    ]);
    expect(whoMay('sqs:SendMessage', exportsQueue)).toEqual([adminApi]);
    expect(whoMay('sqs:SendMessage', ingest)).toEqual([]);
  });

  test('ingest-api reads tokens and nothing else', () => {
    const key = (pk: string) => ({ 'dynamodb:LeadingKeys': [pk] });
    const gets = (pk: string) =>
      allowed({ principal: ingestApi, action: 'dynamodb:GetItem', resource: control, context: key(pk) });
    expect([gets('TOKEN#1'), gets('EMITTER#1'), gets('QUARANTINE')]).toEqual([true, false, false]);
    expect(allowed({ principal: ingestApi, action: 'dynamodb:GetItem', resource: records })).toBe(false);
    expect(whoMay('secretsmanager:GetSecretValue', secret)).not.toContain(ingestApi);
  });

  test('each counts the requests of callers, and reaches nothing else by that', () => {
    const update = (pk: string) => whoMay('dynamodb:UpdateItem', control, { 'dynamodb:LeadingKeys': [pk] });
    expect(update('USAGE')).toEqual([ingestApi, readApi, adminApi]);
    expect(update('TOKEN')).toEqual([adminApi]);
    expect(update('EMITTER')).toEqual([adminApi]);
    expect(update('QUARANTINE')).toEqual([]);
  });

  test('answers are kept by those whose routes could make a second thing of a repeat', () => {
    const NOTHING = {} as never;
    const tables = [
      { role: ingestApi, routes: ingestRoutes(NOTHING) },
      { role: readApi, routes: readRoutes(NOTHING) },
      { role: adminApi, routes: adminRoutes(NOTHING) },
    ];
    const keeping = tables.filter(({ routes }) => routes.some(takesKeys)).map(({ role }) => role);
    for (const action of ['GetItem', 'UpdateItem'])
      expect(whoMay(`dynamodb:${action}`, control, { 'dynamodb:LeadingKeys': ['REPEAT'] })).toEqual(keeping);
  });

  test('tokens and emitters are written by admin-api alone, the quarantine by the writer alone', () => {
    const putters = (pk: string) => whoMay('dynamodb:PutItem', control, { 'dynamodb:LeadingKeys': [pk] });
    expect(putters('TOKEN#1')).toEqual([adminApi]);
    expect(putters('EMITTER#1')).toEqual([adminApi]);
    expect(putters('QUARANTINE')).toEqual([writeLog]);
    expect(putters(LOOK_UPS)).toEqual([writeLog]);
    expect(whoMay('dynamodb:GetItem', control, { 'dynamodb:LeadingKeys': [LOOK_UPS] })).toEqual([readApi]);
    expect(putters('POLICY')).toEqual([adminApi]);
    const readers = whoMay('dynamodb:GetItem', control, { 'dynamodb:LeadingKeys': ['POLICY'] });
    expect(readers).toEqual([writeLog, readApi, adminApi, applyRetention]);
  });

  test('records and their disclosures are read by those who answer with them, each as far as it needs', () => {
    const queries = (pk: string) => whoMay('dynamodb:Query', records, { 'dynamodb:LeadingKeys': [pk] });
    expect(queries('E#2026-11-24T09#0')).toEqual([
      writeLog,
      readApi,
      exportRecords,
      applyRetention,
      deliverWebhooks,
    ]);
    // Who places holds counts what they would keep, by the index alone.
    expect(queries('X#task_id#a')).toEqual([
      writeLog,
      readApi,
      adminApi,
      exportRecords,
      applyRetention,
      deliverWebhooks,
    ]);
    expect(whoMay('s3:GetObject', `${archive}/commit/1`)).toEqual([
      writeLog,
      readApi,
      exportRecords,
      applyRetention,
      auditor,
    ]);
    expect(whoMay('s3:GetObject', `${work}/disclosures/1`)).toEqual([
      writeLog,
      readApi,
      exportRecords,
      applyRetention,
    ]);
    expect(whoMay('s3:GetObject', `${work}/staging/1`)).toEqual([writeLog]);
    expect(whoMay('secretsmanager:GetSecretValue', secret)).toEqual([
      writeLog,
      readApi,
      adminApi,
      exportRecords,
      applyRetention,
    ]);
    expect(whoMay('kms:GetPublicKey', signingKey)).toEqual([writeLog, auditor]);
  });
});

describe('exports', () => {
  test('are written by export-records, fetched and deleted by admin-api, and touched by nobody else', () => {
    const object = `${work}/exports/1/export.zip`;
    expect(whoMay('s3:PutObject', object)).toEqual([exportRecords]);
    expect(whoMay('s3:GetObject', object)).toEqual([adminApi, exportRecords]);
    expect(whoMay('s3:DeleteObject', object)).toEqual([adminApi, exportRecords, applyRetention]);
    expect(whoMay('s3:DeleteObject', `${work}/disclosures/1`)).toEqual([applyRetention]);
  });

  test('export-records changes jobs and nothing else of the control table', () => {
    const changers = (pk: string) => whoMay('dynamodb:UpdateItem', control, { 'dynamodb:LeadingKeys': [pk] });
    expect(changers('EXPORT')).toEqual([adminApi, exportRecords]);
    expect(changers('TOKEN')).toEqual([adminApi]);
    expect(whoMay('dynamodb:PutItem', control, { 'dynamodb:LeadingKeys': ['EXPORT'] })).toEqual([adminApi]);
  });
});

describe('what only apply-retention may do', () => {
  test.each(['s3:DeleteObjectVersion', 's3:PutObjectLegalHold'])(
    '%s, on what holds records alone',
    (action) => {
      for (const key of ['commit/1', 'records/dt=2026-11-24/1'])
        expect(whoMay(action, `${archive}/${key}`)).toEqual([applyRetention]);
      for (const key of ['tile/0/000', 'checkpoint/1', 'purge/1/1.order.json', 'README.txt'])
        expect(whoMay(action, `${archive}/${key}`)).toEqual([]);
    },
  );

  test('and no administrator beside it, whatever IAM grants them', () => {
    const granted = structuredClone(template);
    granted.Resources.Admin = { Type: 'AWS::IAM::Role' };
    granted.Resources.AdminPolicy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Admin' }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
    };
    const evaluator = createPolicyEvaluator(granted);
    for (const action of ['s3:DeleteObjectVersion', 's3:PutObjectLegalHold'])
      expect(evaluator.allowed({ principal: 'Admin', action, resource: `${archive}/commit/1` })).toBe(false);
  });

  test('orders and certificates are added under a lock, by it alone', () => {
    for (const name of ['purge/1/1.order.json', 'erasure/1.json']) {
      expect(whoMay('s3:PutObject', `${archive}/${name}`, locked)).toEqual([applyRetention]);
      expect(whoMay('s3:PutObject', `${archive}/${name}`)).toEqual([]);
    }
    expect(whoMay('s3:PutObject', `${archive}/commit/1`, locked)).toEqual([writeLog]);
  });

  test('holds are placed and released by admin-api; the one who deletes notes what it has secured', () => {
    const context = { 'dynamodb:LeadingKeys': ['HOLD'] };
    expect(whoMay('dynamodb:PutItem', control, context)).toEqual([adminApi]);
    expect(whoMay('dynamodb:UpdateItem', control, context)).toEqual([adminApi, applyRetention]);
    expect(whoMay('kms:Sign', signingKey)).not.toContain(applyRetention);
  });

  test('erasures are asked for at admin-api, which starts the one who erases and no other function', () => {
    const context = { 'dynamodb:LeadingKeys': ['ERASURE'] };
    expect(whoMay('dynamodb:PutItem', control, context)).toEqual([adminApi]);
    expect(whoMay('dynamodb:UpdateItem', control, context)).toEqual([adminApi, applyRetention]);
    const functionOf = (path: string) => arn('AWS::Lambda::Function', path);
    expect(whoMay('lambda:InvokeFunction', functionOf('Retention'))).toEqual([adminApi]);
    expect(whoMay('lambda:InvokeFunction', functionOf('WriterWriteLog'))).toEqual([]);
  });
});

describe('webhooks', () => {
  const of = (pk: string) => ({ 'dynamodb:LeadingKeys': [pk] });
  const path = 'arn:aws:ssm:us-east-1:111122223333:parameter/agent-audit-trail/globex/webhooks';

  test('where records are sent is written by admin-api alone, how far they are by deliver-webhooks alone', () => {
    for (const action of ['dynamodb:PutItem', 'dynamodb:UpdateItem']) {
      expect(whoMay(action, control, of('WEBHOOK'))).toEqual([adminApi]);
      expect(whoMay(action, control, of('DELIVERY'))).toEqual([deliverWebhooks]);
    }
    expect(whoMay('dynamodb:Query', control, of('WEBHOOK'))).toEqual([adminApi, deliverWebhooks]);
  });

  test('deliver-webhooks reaches no token, no disclosure and no key of the index', () => {
    const may = (action: string, resource: string, context = {}) =>
      allowed({ principal: deliverWebhooks, action, resource, context });
    for (const pk of ['TOKEN#1', 'EMITTER#1', 'QUARANTINE', 'EXPORT'])
      expect(may('dynamodb:Query', control, of(pk))).toBe(false);
    expect(may('s3:GetObject', `${work}/disclosures/1`)).toBe(false);
    expect(may('s3:GetObject', `${archive}/commit/1`)).toBe(false);
    expect(may('secretsmanager:GetSecretValue', secret)).toBe(false);
    expect(may('s3:GetObject', `${archive}/tile/0/000`)).toBe(true);
  });

  test('secrets are written by who can not read them, and read by who can not write them, below their own path', () => {
    expect(whoMay('ssm:PutParameter', `${path}/1/1`)).toEqual([adminApi]);
    expect(whoMay('ssm:DeleteParameter', `${path}/1/1`)).toEqual([adminApi]);
    expect(whoMay('ssm:GetParameter', `${path}/1/1`)).toEqual([deliverWebhooks]);
    for (const action of ['ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:GetParameter'])
      expect(whoMay(action, `${path.replace('globex', 'globex-2')}/1/1`)).toEqual([]);
  });

  test('admin-api learns how far the log is, and reads no record', () => {
    expect(
      allowed({ principal: adminApi, action: 'dynamodb:GetItem', resource: records, context: of('LOG') }),
    ).toBe(true);
    expect(
      allowed({ principal: adminApi, action: 'dynamodb:GetItem', resource: records, context: of('E#1') }),
    ).toBe(false);
  });

  test('a batch and the sweep wake it through its queue, which takes messages from these rules alone', () => {
    const rules = Object.keys(built.findResources('AWS::Events::Rule')).filter((id) =>
      /^(Webhooks|SchedulesSweep)/.test(id),
    );
    expect(rules).toHaveLength(2);
    const policies = Object.values(built.findResources('AWS::SQS::QueuePolicy')).filter(({ Properties }) =>
      Properties.Queues.some(({ Ref }: { Ref: string }) => Ref === webhookQueue),
    );
    const admitted = policies
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    expect(admitted.map(({ Principal }) => Principal)).toEqual(
      rules.map(() => ({ Service: 'events.amazonaws.com' })),
    );
    const sources = admitted.map(({ Condition }) => Condition.ArnEquals['aws:SourceArn']['Fn::GetAtt'][0]);
    expect(sources.sort()).toEqual(rules.sort());
  });

  test('no address of its own network is asked', () => {
    for (const name of ['deliver-webhooks', 'admin-api'])
      built.hasResourceProperties('AWS::Lambda::Function', {
        Environment: { Variables: { AWS_SDK_UA_APP_ID: name, EGRESS_LOOPBACK: 'false' } },
      });
  });
});

describe('principals from outside', () => {
  const viaSqs = { 'kms:ViaService': 'sqs.us-east-1.amazonaws.com' };

  test('named emitters may send to the ingest queue and use its key for that, nothing more', () => {
    const may = (action: string, resource: string, context = {}) =>
      allowed({ principal: EMITTER, action, resource, context });
    expect(may('sqs:SendMessage', ingest)).toBe(true);
    expect(may('kms:GenerateDataKey', dataKey, viaSqs)).toBe(true);
    expect(may('kms:GenerateDataKey', dataKey)).toBe(false);
    expect(may('sqs:ReceiveMessage', ingest)).toBe(false);
    expect(may('sqs:SendMessage', internal)).toBe(false);
    expect(may('s3:GetObject', `${archive}/commit/1`)).toBe(false);
  });

  test('others may not', () => {
    const other = 'arn:aws:iam::444455556666:role/other';
    expect(allowed({ principal: other, action: 'sqs:SendMessage', resource: ingest })).toBe(false);
  });

  test.each([
    ['sqs:ReceiveMessage', ingest],
    ['sqs:SendMessage', internal],
    ['s3:GetObject', `${archive}/commit/1`],
    ['s3:PutObject', `${archive}/commit/1`],
    ['s3:ListBucket', work],
    ['s3:GetObject', `${work}/disclosures/1`],
    ['kms:Decrypt', dataKey],
    ['kms:Sign', signingKey],
  ])('nobody of another account, its root included, may %s', (action, resource) => {
    for (const principal of ['arn:aws:iam::999999999999:root', 'arn:aws:iam::999999999999:role/x'])
      expect(allowed({ principal, action, resource, context: locked })).toBe(false);
  });

  test('no key is deleted by anybody but the role that is made for that', () => {
    const granted = structuredClone(template);
    for (const name of ['Admin', 'BreakGlass']) {
      granted.Resources[name] = { Type: 'AWS::IAM::Role' };
      granted.Resources[`${name}Policy`] = {
        Type: 'AWS::IAM::Policy',
        Properties: {
          Roles: [{ Ref: name }],
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
        },
      };
    }
    const account = '111122223333';
    const names = { 'BreakGlass.Arn': `arn:aws:iam::${account}:role/AuditTrail-BreakGlass` };
    const evaluator = createPolicyEvaluator(granted, names);
    const may = (principal: string, resource: string) =>
      evaluator.allowed({ principal, action: 'kms:ScheduleKeyDeletion', resource });
    for (const key of [signingKey, dataKey]) {
      expect(may('Admin', key)).toBe(false);
      expect(may('BreakGlass', key)).toBe(true);
      expect(roles.filter((role) => may(role, key))).toEqual([]);
    }
  });

  test('the auditor role is for the named principals, with MFA, and reads nothing but the archive, and what Athena answers', () => {
    expect(template.Resources[auditor]?.Properties).toMatchObject({
      RoleName: 'AuditTrail-globex-Auditor',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: AUDITOR },
            Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
          },
        ],
      },
    });
    expect(allowed({ principal: auditor, action: 's3:ListBucketVersions', resource: archive })).toBe(true);
    expect(allowed({ principal: auditor, action: 'dynamodb:Query', resource: records })).toBe(false);
    expect(allowed({ principal: auditor, action: 's3:GetObject', resource: `${work}/disclosures/1` })).toBe(
      false,
    );
    expect(whoMay('s3:GetObject', `${work}/athena/1.csv`)).toEqual([auditor]);
    expect(whoMay('s3:PutObject', `${work}/athena/1.csv`)).toEqual([auditor]);
    for (const key of ['disclosures/1', 'exports/1', 'staging/1'])
      expect(whoMay('s3:PutObject', `${work}/${key}`)).not.toContain(auditor);
    expect(whoMay('s3:PutObject', `${archive}/records/dt=2026-11-24/1`, locked)).not.toContain(auditor);
    expect(whoMay('s3:ListBucket', work)).not.toContain(auditor);
  });

  test('the auditor asks in one workgroup and looks at one table, and nobody else does either', () => {
    const at = (service: string, resource: string) => `arn:aws:${service}:us-east-1:111122223333:${resource}`;
    const workgroup = at('athena', 'workgroup/AuditTrail-globex');
    for (const action of [
      'StartQueryExecution',
      'StopQueryExecution',
      'GetQueryExecution',
      'GetQueryResults',
    ])
      expect(whoMay(`athena:${action}`, workgroup)).toEqual([auditor]);
    for (const other of ['primary', 'AuditTrail-acme', 'AuditTrail-globex-2'])
      expect(whoMay('athena:StartQueryExecution', at('athena', `workgroup/${other}`))).toEqual([]);
    for (const action of ['UpdateWorkGroup', 'DeleteWorkGroup', 'CreateWorkGroup'])
      expect(whoMay(`athena:${action}`, workgroup)).toEqual([]);
    for (const own of ['catalog', 'database/audit_trail_globex', 'table/audit_trail_globex/records'])
      expect(whoMay('glue:GetTable', at('glue', own))).toEqual([auditor]);
    for (const other of ['database/default', 'database/audit_trail_acme', 'table/audit_trail_acme/records'])
      expect(whoMay('glue:GetTable', at('glue', other))).toEqual([]);
    for (const action of ['UpdateTable', 'DeleteTable', 'CreateTable', 'GetTables', 'GetDatabases'])
      expect(whoMay(`glue:${action}`, at('glue', 'table/audit_trail_globex/records'))).toEqual([]);
  });
});

/** Statements of identity policies as the template has them. */
function grants(of: ReturnType<typeof tenantTemplate>): { Action: string | string[]; Resource: unknown }[] {
  return Object.values(of.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
}

describe.each([
  ['table-per-tenant', tableTenant],
  ['account-per-tenant', accountTenant],
])('%s', (_tier, file) => {
  const statements = grants(tenantTemplate(file));

  test('no grant names an action by wildcard', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('every grant is on resources of this stack, with wildcards for objects below a prefix alone', () => {
    for (const resource of statements.flatMap(({ Resource }) => Resource)) {
      const [, [stem, rest] = [resource, '']] =
        (resource as { 'Fn::Join'?: [string, [unknown, string]] })['Fn::Join'] ?? [];
      if (isSecretsPath(resource)) continue;
      expect(Object.keys(stem as object)).toEqual([expect.stringMatching(/^(Ref|Fn::GetAtt)$/)]);
      expect(rest).toMatch(/^(|\/[a-z]+\/\*|\/README\.txt)$/);
    }
  });
});

/** Endpoints' secrets are made by the functions: no template has them, and their path is the tenant's own. */
function isSecretsPath(resource: unknown): boolean {
  return /:parameter\/agent-audit-trail\/(acme|globex)\/webhooks\/\*"/.test(JSON.stringify(resource));
}
