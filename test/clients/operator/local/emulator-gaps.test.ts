import { expect, test } from '@jest/globals';
import { templateSchema } from '../../../../clients/operator/local/assembly.ts';
import { findGaps, withoutUnknownConditions } from '../../../../clients/operator/local/emulator-gaps.ts';

const template = templateSchema.parse({
  Resources: {
    Archive: { Type: 'AWS::S3::Bucket', Properties: { ObjectLockEnabled: true } },
    Work: { Type: 'AWS::S3::Bucket', Properties: {} },
    ArchivePolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Archive' },
        PolicyDocument: { Statement: [{ Condition: { Null: { 's3:object-lock-mode': 'true' } } }] },
      },
    },
    WorkPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: { Bucket: { Ref: 'Work' }, PolicyDocument: { Statement: [] } },
    },
    Records: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    },
    Control: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    },
    Unnamed: { Type: 'AWS::S3::Bucket', Properties: { ObjectLockEnabled: true } },
  },
  Outputs: {
    ArchiveBucket: { Value: { Ref: 'Archive' } },
    WorkBucket: { Value: { Ref: 'Work' } },
    RecordsTable: { Value: { Ref: 'Records' } },
    ControlTable: { Value: { Ref: 'Control' } },
    Tier: { Value: 'table-per-tenant' },
  },
});
const outputs = {
  ArchiveBucket: 'archive',
  WorkBucket: 'work',
  RecordsTable: 'records',
  ControlTable: 'control',
};

test('exactly what the template asks for is done again, on the resource that its output names', () => {
  expect(findGaps(template, outputs).map(({ target, name }) => `${target}: ${name}`)).toEqual([
    'archive: Object Lock is not switched on',
    'archive: statements about Object Lock refuse every PUT',
    'records: time to live is not switched on',
    'records: point-in-time recovery is not switched on',
    'records: deletion protection of a replica is not switched on',
    'control: point-in-time recovery is not switched on',
  ]);
});

test('a stack whose outputs are not there has nothing to be done', () => {
  expect(findGaps(template, {})).toEqual([]);
});

test('only statements that the emulator cannot judge leave a policy', () => {
  const kept = [
    { Sid: 'tls', Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Sid: 'delete', Effect: 'Deny', Action: 's3:DeleteObject' },
  ];
  const policy = {
    Version: '2012-10-17',
    Statement: [
      ...kept,
      { Sid: 'mode', Condition: { StringNotEquals: { 's3:object-lock-mode': 'COMPLIANCE' } } },
      { Sid: 'floor', Condition: { NumericLessThan: { 's3:object-lock-remaining-retention-days': '1' } } },
    ],
  };
  expect(JSON.parse(withoutUnknownConditions(JSON.stringify(policy)))).toEqual({
    ...policy,
    Statement: kept,
  });
});
