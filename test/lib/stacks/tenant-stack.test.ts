import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { recordsObject } from '../../../core/archive/layout.ts';
import { accountTenant, checkWithNag, tableTenant, tenantStack, tenantTemplate } from '../synthesised.ts';

const logicalIds: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'logical-ids.json'), 'utf8'),
);

const STATEFUL = [
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::SQS::Queue',
];

describe.each([
  ['table-per-tenant', tableTenant],
  ['account-per-tenant', accountTenant],
])('%s', (_tier, file) => {
  const template = tenantTemplate(file);
  const resources: Record<string, { Type: string; DeletionPolicy?: string; UpdateReplacePolicy?: string }> =
    template.toJSON().Resources;

  test('what holds data outlives the stack and is never replaced by accident', () => {
    const stateful = Object.entries(resources).filter(([, { Type }]) => STATEFUL.includes(Type));
    for (const [, resource] of stateful) {
      expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
    // A changed logical id is a new, empty resource beside the one that holds the data.
    expect(stateful.map(([id]) => id).sort()).toEqual(logicalIds);
    expect(tenantStack(file).terminationProtection).toBe(true);
  });

  test("both tables are on demand, recoverable, protected, encrypted with the tenant's key", () => {
    template.resourceCountIs('AWS::DynamoDB::Table', 2);
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    });
  });

  test('the archive is versioned and lockable without a default that would hide a forgotten lock', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: Match.absent(),
      VersioningConfiguration: { Status: 'Enabled' },
      // Nothing expires: what the archive holds moves, and apply-retention alone deletes it.
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'records',
            Prefix: 'records/',
            Status: 'Enabled',
            Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: Match.anyValue() }],
            ExpirationInDays: Match.absent(),
            NoncurrentVersionExpiration: Match.absent(),
          },
        ],
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  test('the work bucket forgets staging and quarantine and keeps disclosures until they are erased', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: Match.absent(),
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: {
        Rules: [
          { Id: 'staging', Prefix: 'staging/', ExpirationInDays: 7, Status: 'Enabled' },
          { Id: 'quarantine', Prefix: 'quarantine/', ExpirationInDays: 90, Status: 'Enabled' },
          { Id: 'exports', Prefix: 'exports/', ExpirationInDays: 8, Status: 'Enabled' },
          { Id: 'athena', Prefix: 'athena/', ExpirationInDays: 7, Status: 'Enabled' },
          { Id: 'uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
        ],
      },
    });
  });

  test('Athena finds the files of the days by their names, a line in one column, as octets', () => {
    const { id } = file;
    template.hasResourceProperties('AWS::Glue::Table', {
      DatabaseName: `audit_trail_${id}`,
      TableInput: {
        Name: 'records',
        PartitionKeys: [{ Name: 'dt', Type: 'string' }],
        Parameters: {
          'projection.enabled': 'true',
          'projection.dt.type': 'date',
          'projection.dt.format': 'yyyy-MM-dd',
          'projection.dt.range': '2026-11-01,NOW',
          'storage.location.template': {
            'Fn::Join': [
              '',
              // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own form.
              ['s3://', { Ref: Match.stringLikeRegexp('^BucketsArchive') }, '/records/dt=${dt}/'],
            ],
          },
        },
        StorageDescriptor: {
          Columns: [{ Name: 'record', Type: 'string' }],
          // Without a delimiter of its own this splits at U+0001, and without an escape it takes no backslash away.
          SerdeInfo: {
            SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            Parameters: {
              'serialization.format': '1',
              'field.delim': Match.absent(),
              'escape.delim': Match.absent(),
            },
          },
        },
      },
    });
    // The folders that the writer makes are those that the projection names.
    expect(recordsObject({ day: '2026-11-24', first: 0, last: 1 })).toMatch(/^records\/dt=2026-11-24\/0/);
    for (const name of Object.values(template.findResources('AWS::Glue::Database')))
      expect(name.Properties.DatabaseInput.Name).toMatch(/^[a-z0-9_]+$/);
  });

  test("what a query may read, and where its answer goes, is the workgroup's to say", () => {
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: `AuditTrail-${file.id}`,
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 100 * 1024 ** 3,
        PublishCloudWatchMetricsEnabled: false,
        ResultConfiguration: {
          OutputLocation: {
            'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('^BucketsWork') }, '/athena/']],
          },
          EncryptionConfiguration: {
            EncryptionOption: 'SSE_KMS',
            KmsKey: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KeysData'), 'Arn'] },
          },
        },
      },
    });
  });

  test('no bucket can be made public', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  test('keys can be called back for 30 days; the one that encrypts rotates', () => {
    template.allResourcesProperties('AWS::KMS::Key', { PendingWindowInDays: 30 });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
    });
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  test('queues keep messages 14 days, encrypted, hidden for six tries of the writer and its window', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 });
    // What wakes the deliveries holds nothing of the tenant's; everything else has the tenant's key.
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::SQS::Queue'))) {
      if (id.startsWith('QueuesWebhooks')) expect(Properties.SqsManagedSseEnabled).toBe(true);
      else expect([id, Properties.KmsMasterKeyId]).toEqual([id, expect.anything()]);
    }
    const withDeadLetters = { VisibilityTimeout: 725, RedrivePolicy: { maxReceiveCount: 100 } };
    expect(
      Object.keys(template.findResources('AWS::SQS::Queue', { Properties: withDeadLetters })),
    ).toHaveLength(2);
  });

  test('the writer listens to both queues, two at a time, and answers for each message', () => {
    const sources = Object.entries(template.findResources('AWS::Lambda::EventSourceMapping'));
    const ofWriter = sources.filter(([id]) => id.startsWith('Writer'));
    expect(ofWriter).toHaveLength(2);
    for (const [, { Properties, DependsOn }] of ofWriter) {
      expect(Properties).toMatchObject({
        BatchSize: 1000,
        MaximumBatchingWindowInSeconds: 5,
        ScalingConfig: { MaximumConcurrency: 2 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      // The log is there, signed, before the first message comes.
      expect(DependsOn).toContainEqual(expect.stringMatching(/^WriterGenesis/));
    }
  });

  test('an export is one message, which stays until it has ended', () => {
    const { Properties } =
      Object.values(
        template.findResources('AWS::Lambda::EventSourceMapping', { Properties: { BatchSize: 1 } }),
      )[0] ?? {};
    expect(Properties).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 960 });
  });

  test('the log is made once by the writer itself, which can already sign', () => {
    template.hasResource('Custom::LogGenesis', {
      Properties: {
        LogOrigin: Match.anyValue(),
        ServiceToken: Match.objectLike({ 'Fn::GetAtt': Match.anyValue() }),
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('WriteLogRoleDefaultPolicy')]),
    });
  });

  test('functions run on Graviton with Node 24 and keep their logs for a while, not for ever', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Environment: { Variables: Match.objectLike({ TENANT_ID: file.id, TIER: file.tier }) },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  test('two clocks, one of an hour and one of five minutes, and nothing else on the bus of the account', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule')).map(
      ({ Properties }) => Properties,
    );
    const ofAccount = rules.filter(({ EventBusName }) => EventBusName === undefined);
    const [hourly, sweep] = ofAccount;
    expect(ofAccount).toHaveLength(2);
    expect(hourly).toMatchObject({
      ScheduleExpression: 'rate(1 hour)',
      Targets: [
        { Input: '{"schedule":"audit-archive"}' },
        { Input: '{"schedule":"close-days"}' },
        { Input: '{"schedule":"daily-records"}' },
        { Input: '{"schedule":"count-dead-letters"}' },
        { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^RetentionApply/), 'Arn'] } },
      ],
    });
    expect(sweep).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [{ Arn: { 'Fn::GetAtt': [expect.stringMatching(/^QueuesWebhooks/), 'Arn'] } }],
    });
  });

  test('three alarms, each naming its page of the runbook', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('docs/runbook.md#[a-z-]+$'),
    });
    template.resourceCountIs('AWS::SNS::Topic', 0);
  });

  test('nothing is shared with another tenant: no imports, no exports', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/Fn::ImportValue|"Export":/);
  });

  test('names that others read are put out', () => {
    const outputs = Object.keys(template.toJSON().Outputs);
    expect(outputs).toEqual(
      expect.arrayContaining([
        'ApiId',
        'StageName',
        'ApiUrl',
        'AdminFunction',
        'WriterFunction',
        'QueueUrl',
        'RecordsTable',
        'ControlTable',
        'ArchiveBucket',
        'WorkBucket',
        'SigningKeyId',
        'SigningKeyIds',
        'LogOrigin',
        'Tier',
        'Account',
      ]),
    );
  });
});

describe("the log's origin", () => {
  test("ends with the first 8 hex digits of the stack's id, so that a tenant added again is another log", () => {
    const { Value } = tenantTemplate(tableTenant).toJSON().Outputs.LogOrigin;
    expect(Value['Fn::Join'][1][0]).toBe('audit.example.com/acme/');
    expect(JSON.stringify(Value)).toContain(
      '{"Fn::Select":[0,{"Fn::Split":["-",{"Fn::Select":[2,{"Fn::Split":["/",{"Ref":"AWS::StackId"}]}]}]}]}',
    );
  });

  test("is the tenant file's where it names one", () => {
    const template = tenantTemplate({ ...tableTenant, log_origin: 'logs.acme.example/1' });
    expect(template.toJSON().Outputs.LogOrigin.Value).toBe('logs.acme.example/1');
  });
});

describe("a tenant's choices", () => {
  test('an address for alarms makes one topic, which all three ring', () => {
    const template = tenantTemplate({ ...tableTenant, alarm_email: 'ops@example.com' });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Endpoint: 'ops@example.com',
      Protocol: 'email',
    });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [Match.anyValue()] });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          $or: [
            {
              eventName: ['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy'],
              resources: { ARN: [Match.anyValue(), Match.anyValue()] },
            },
            {
              eventName: Match.arrayWith(['PutBucketPolicy', 'PutBucketVersioning']),
              requestParameters: { bucketName: [{ Ref: Match.stringLikeRegexp('^BucketsArchive') }] },
            },
          ],
        },
      },
      Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('Topic') } })],
    });
  });

  test("the archive may lie under the tenant's own key", () => {
    tenantTemplate({ ...tableTenant, archive_key: 'tenant' }).hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
    });
  });
});

test('cdk-nag finds nothing', () => {
  const everything = {
    auditor_principals: ['arn:aws:iam::999999999999:root'],
    alarm_email: 'ops@example.com',
  };
  expect(() => checkWithNag([tableTenant, { ...accountTenant, ...everything }])).not.toThrow();
});

test('the local run leaves out one alarm and nothing else', () => {
  const ids = (local: boolean) => Object.keys(tenantTemplate(tableTenant, { local }).toJSON().Resources);
  const local = new Set(ids(true));
  expect(ids(false).filter((id) => !local.has(id))).toEqual([expect.stringMatching(/^AlarmsEventsWait/)]);
});

test('a tenant may have its writer wait longer for a batch, and messages stay hidden for that too', () => {
  const template = tenantTemplate({ ...tableTenant, batch_window_seconds: 60 });
  template.resourcePropertiesCountIs(
    'AWS::Lambda::EventSourceMapping',
    { BatchSize: 1000, MaximumBatchingWindowInSeconds: 60 },
    2,
  );
  template.resourcePropertiesCountIs('AWS::SQS::Queue', { VisibilityTimeout: 780 }, 2);
});
