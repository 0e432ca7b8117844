import { describe, expect, test } from '@jest/globals';
import {
  conditionsHold,
  matchesPattern,
} from '../../../../clients/operator/isolation/policies/conditions.ts';
import { createPolicyEvaluator } from '../../../../clients/operator/isolation/policies/evaluator.ts';
import { resolve } from '../../../../clients/operator/isolation/policies/template.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

function template(statements: object[], others: Record<string, object> = {}) {
  return {
    Resources: {
      Reader: { Type: 'AWS::IAM::Role' },
      Other: { Type: 'AWS::IAM::Role' },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'Reader' }], PolicyDocument: { Statement: statements } },
      },
      ...others,
    } as Record<string, { Type: string; Properties?: Record<string, unknown> }>,
  };
}

const bucketPolicy = (statement: object) => ({
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: { Statement: [statement] } },
  },
});

const get = { principal: 'Reader', action: 's3:GetObject', resource: '<Bucket.Arn>/a/1' };
const objects = { 'Fn::Join': ['', [arnOf('Bucket'), '/a/*']] };

describe('identity policies', () => {
  const { allowed } = createPolicyEvaluator(template([allow('s3:Get*', objects)]));

  test.each([
    ['what is granted is allowed', get, true],
    ['another prefix is not', { ...get, resource: '<Bucket.Arn>/b/1' }, false],
    ['another action is not', { ...get, action: 's3:PutObject' }, false],
    ['another role is not', { ...get, principal: 'Other' }, false],
    ['names of actions are not case-sensitive', { ...get, action: 'S3:getobject' }, true],
  ])('%s', (_, request, expected) => expect(allowed(request)).toBe(expected));

  test('an explicit deny wins', () => {
    const denied = template([allow('*', '*'), { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }]);
    expect(createPolicyEvaluator(denied).allowed(get)).toBe(false);
  });

  test('what the evaluator does not understand is an error, not an answer', () => {
    const unknown = template([{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }]);
    expect(() => createPolicyEvaluator(unknown).allowed(get)).toThrow('NotAction');
    expect(() => resolve({ 'Fn::Sub': 'x' }, {})).toThrow('Fn::Sub');
    expect(() => createPolicyEvaluator(template([])).allowed({ ...get, principal: 'Policy' })).toThrow(
      'role',
    );
  });
});

describe('resource policies', () => {
  test('a deny for everybody holds against a grant', () => {
    const deny = bucketPolicy({ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: objects });
    expect(createPolicyEvaluator(template([allow('s3:GetObject', objects)], deny)).allowed(get)).toBe(false);
  });

  test('a principal of another account needs the allow of the resource', () => {
    const foreign = { ...get, principal: 'arn:aws:iam::999999999999:role/x' };
    const open = bucketPolicy(allow('s3:GetObject', objects, { Principal: { AWS: foreign.principal } }));
    expect(createPolicyEvaluator(template([], open)).allowed(foreign)).toBe(true);
    expect(createPolicyEvaluator(template([])).allowed(foreign)).toBe(false);
  });

  const key = (...Statement: object[]) => ({
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement } } },
  });
  const toAccount = allow('kms:*', '*', { Principal: { AWS: 'arn:aws:iam::000000000000:root' } });
  const sign = { principal: 'Reader', action: 'kms:Sign', resource: '<Key.Arn>' };

  test('a grant reaches a key only where the key leaves it to IAM', () => {
    const granted = [allow('kms:Sign', arnOf('Key'))];
    expect(createPolicyEvaluator(template(granted, key(toAccount))).allowed(sign)).toBe(true);
    expect(createPolicyEvaluator(template(granted, key())).allowed(sign)).toBe(false);
  });

  test('a key that spares one role refuses the others', () => {
    const spare = (role: string) => ({
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:Sign',
      Resource: '*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': [arnOf(role)] } },
    });
    const granted = [allow('kms:Sign', arnOf('Key'))];
    expect(createPolicyEvaluator(template(granted, key(toAccount, spare('Reader')))).allowed(sign)).toBe(
      true,
    );
    expect(createPolicyEvaluator(template(granted, key(toAccount, spare('Other')))).allowed(sign)).toBe(
      false,
    );
  });
});

describe('conditions', () => {
  test.each<[string, Record<string, Record<string, string[]>>, Record<string, string | string[]>, boolean]>([
    ['equal', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    ['key names in another case', { StringEquals: { 'aws:K': ['a'] } }, { 'AWS:k': 'a' }, true],
    ['an absent key does not equal', { StringEquals: { k: ['a'] } }, {}, false],
    ['unless it need not exist', { StringEqualsIfExists: { k: ['a'] } }, {}, true],
    ['an absent key differs', { StringNotEquals: { k: ['a'] } }, {}, true],
    ['none of several', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
    ['Null asks for absence', { Null: { k: ['true'] } }, {}, true],
    ['Null asks for presence', { Null: { k: ['false'] } }, {}, false],
    ['Bool', { Bool: { k: ['false'] } }, { k: 'true' }, false],
    ['all values', { 'ForAllValues:StringLike': { k: ['T*'] } }, { k: ['T1', 'U1'] }, false],
    ['all of none', { 'ForAllValues:StringLike': { k: ['T*'] } }, {}, true],
    ['any value', { 'ForAnyValue:StringEquals': { k: ['a'] } }, { k: ['a', 'b'] }, true],
    ['all operators must hold', { Bool: { k: ['true'] }, Null: { k: ['true'] } }, { k: 'true' }, false],
  ])('%s', (_, conditions, context, expected) => {
    expect(conditionsHold(conditions, context)).toBe(expected);
  });

  test('an unknown operator is an error', () => {
    expect(() => conditionsHold({ DateLessThan: { k: ['1'] } }, { k: '1' })).toThrow('DateLessThan');
  });
});

test('patterns know * and ?, and nothing else is special', () => {
  expect(matchesPattern('arn:a/b/c', 'arn:?/*')).toBe(true);
  expect(matchesPattern('arn:ab/c', 'arn:?/*')).toBe(false);
  expect(matchesPattern('axb', 'a.b')).toBe(false);
});
