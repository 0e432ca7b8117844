import { expect, test } from '@jest/globals';
import { templateSchema } from '../../../../clients/operator/local/assembly.ts';
import { secretGrants } from '../../../../clients/operator/local/secret-readers.ts';

function policy(role: string, Resource: unknown, Effect = 'Allow') {
  const Statement = [{ Effect, Action: 'secretsmanager:GetSecretValue', Resource }];
  return {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement }, Roles: [{ Ref: role }] },
  };
}

test('only roles that the template lets read a secret are given it, and nothing that is denied', () => {
  const template = templateSchema.parse({
    Resources: {
      Index: { Type: 'AWS::SecretsManager::Secret' },
      Writer: policy('WriterRole', { Ref: 'Index' }),
      Reader: policy('ReaderRole', [{ Ref: 'Index' }, 'arn:aws:s3:::b']),
      Other: policy('OtherRole', { Ref: 'Index2' }),
      Refused: policy('RefusedRole', { Ref: 'Index' }, 'Deny'),
    },
  });
  const actions = ['secretsmanager:GetSecretValue'];
  expect(secretGrants({ template })).toEqual([
    { secret: 'Index', role: 'WriterRole', actions },
    { secret: 'Index', role: 'ReaderRole', actions },
  ]);
});
