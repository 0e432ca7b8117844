import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Findings } from '../../../../clients/operator/isolation/findings.ts';
import { attackPolicies } from '../../../../clients/operator/isolation/policies/cross-tenant.ts';
import {
  attackOwnGrants,
  REVIEWED_FILE,
} from '../../../../clients/operator/isolation/policies/own-grants.ts';
import { overlaps, type PolicyStack } from '../../../../clients/operator/isolation/policies/stack.ts';
import type { Template } from '../../../../clients/operator/isolation/policies/template.ts';
import { accountTenant, tableTenant } from '../../../lib/synthesised.ts';
import { grantsOfFleet } from './review-grants.ts';
import { FULL_TENANT, fleet, NAMED, stackOf } from './stacks.ts';

const [acme, initech, globex] = fleet() as [PolicyStack, PolicyStack, PolicyStack];

function findingsOf(stacks: readonly PolicyStack[]): Findings {
  const findings = new Findings();
  attackPolicies(stacks, findings);
  for (const stack of stacks) attackOwnGrants(stack, NAMED, findings);
  return findings;
}

test('the stacks as they are: every role is refused everything of every other tenant', () => {
  const { breaches, tallies, skipped } = findingsOf([acme, initech, globex]);
  expect(breaches.map(({ got }) => got)).toEqual([]);
  expect(skipped).toEqual([
    expect.objectContaining({ what: expect.stringContaining('HttpApiCloudWatchRole') }),
  ]);
  const asked = tallies.filter(({ kind }) => kind.startsWith('role of one tenant'));
  expect(asked).toHaveLength(2);
  for (const { tried, refused } of asked) {
    expect(tried).toBeGreaterThan(5_000);
    expect(refused).toBe(tried);
  }
});

// A grant that is meant: node test/clients/operator/isolation/review-grants.ts, and read the diff before you commit it.
test('what is granted is what was reviewed, and nothing that was reviewed is left over', () => {
  expect(JSON.parse(readFileSync(REVIEWED_FILE, 'utf8'))).toEqual(grantsOfFleet());
});

/** The logical id of the only resource of this type whose id begins so. */
function idIn({ Resources }: Template, type: string, path: string): string {
  const [found, ...more] = Object.keys(Resources).filter(
    (id) => Resources[id]?.Type === type && id.startsWith(path),
  );
  if (found === undefined || more.length > 0) throw new Error(`${path} is not one ${type}`);
  return found;
}

/** Gives the reading function one more statement. */
const granting =
  (statement: object) =>
  (template: Template): void => {
    const role = idIn(template, 'AWS::IAM::Role', 'FunctionsReadApiRole');
    template.Resources.OneTooMany = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: role }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', ...statement }] },
      },
    };
  };

/** Gives a resource's own policy one more statement. */
const admitting =
  (type: string, path: string, statement: object) =>
  (template: Template): void => {
    const { Properties = {} } = template.Resources[idIn(template, type, path)] ?? {};
    const document = (Properties.PolicyDocument ??
      Properties.KeyPolicy ??
      Properties.AssumeRolePolicyDocument) as { Statement: object[] };
    document.Statement.push({ Effect: 'Allow', ...statement });
  };

const arnOf = ({ resources }: PolicyStack, name: string): string => {
  const found = resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.arn;
};
const roleArn = ({ roles }: PolicyStack, name: string): string =>
  roles.find((role) => role.name === name)?.arn ?? '';

describe('one grant too many fails the suite', () => {
  const identity = "role of one tenant, resource of another: the role's own policies";
  const resource = "role of one tenant, resource of another: the resource's own policy";

  test.each<[string, (template: Template) => void, string]>([
    [
      "a neighbour's table by its name",
      granting({ Action: 'dynamodb:GetItem', Resource: arnOf(initech, 'TablesRecords') }),
      identity,
    ],
    [
      "a neighbour's objects",
      granting({ Action: 's3:GetObject', Resource: `${arnOf(initech, 'BucketsWork')}/disclosures/*` }),
      identity,
    ],
    [
      'all tables of the account',
      granting({ Action: 'dynamodb:Query', Resource: 'arn:aws:dynamodb:*:*:table/AuditTrail-*' }),
      identity,
    ],
    [
      'a grant that a condition seems to narrow',
      granting({
        Action: 'sqs:ReceiveMessage',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/tenant': 'acme' } },
      }),
      identity,
    ],
    ['assuming any role', granting({ Action: 'sts:AssumeRole', Resource: '*' }), identity],
    [
      'a bucket that lets in whoever asks',
      admitting('AWS::S3::BucketPolicy', 'BucketsArchive', {
        Principal: '*',
        Action: 's3:GetObject',
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['BucketsArchiveCE3432CC', 'Arn'] }, '/*']] },
      }),
      resource,
    ],
    [
      "a key that lets in a neighbour's function",
      admitting('AWS::KMS::Key', 'KeysData', {
        Principal: { AWS: roleArn(initech, 'read-api') },
        Action: 'kms:Decrypt',
        Resource: '*',
      }),
      resource,
    ],
    [
      'a key that lets in the account of another tenant',
      admitting('AWS::KMS::Key', 'KeysSigning', {
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'kms:Sign',
        Resource: '*',
      }),
      resource,
    ],
    [
      "a role that a neighbour's function may take",
      admitting('AWS::IAM::Role', 'WriterWriteLogRole', {
        Principal: { AWS: roleArn(initech, 'admin-api') },
        Action: 'sts:AssumeRole',
      }),
      resource,
    ],
    [
      'an action by wildcard',
      granting({ Action: 'dynamodb:*', Resource: { 'Fn::GetAtt': ['TablesRecords353FBC94', 'Arn'] } }),
      'no action by wildcard',
    ],
    [
      'a grant on its own table that nobody has reviewed',
      granting({ Action: 'dynamodb:PutItem', Resource: { 'Fn::GetAtt': ['TablesRecords353FBC94', 'Arn'] } }),
      'grants are those that were reviewed',
    ],
    [
      'a grant on something that is not of the stack',
      granting({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::somewhere-else/*' }),
      'every grant is on what the stack itself has',
    ],
    [
      "a neighbour's workgroup",
      granting({ Action: 'athena:GetQueryResults', Resource: arnOf(initech, 'AthenaWorkgroup') }),
      identity,
    ],
    [
      'the catalog of the account, for more than looking',
      granting({ Action: 'glue:CreateDatabase', Resource: 'arn:aws:glue:us-east-1:000000000000:catalog' }),
      'every grant is on what the stack itself has',
    ],
    [
      "a managed policy of AWS's",
      (template) => {
        const role = template.Resources[idIn(template, 'AWS::IAM::Role', 'FunctionsReadApiRole')];
        if (role?.Properties)
          role.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/AdministratorAccess'];
      },
      'no policy that others write',
    ],
    [
      'a function that any API may call',
      (template) => {
        const id = Object.keys(template.Resources).find(
          (name) => template.Resources[name]?.Type === 'AWS::Lambda::Permission',
        );
        delete template.Resources[id ?? '']?.Properties?.SourceArn;
      },
      'nobody is let in whom the tenant file does not name',
    ],
    [
      'a stranger at the queue',
      admitting('AWS::SQS::QueuePolicy', 'QueuesIngestPolicy', {
        Principal: { AWS: 'arn:aws:iam::777777777777:role/stranger' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': ['QueuesIngest03326846', 'Arn'] },
      }),
      'nobody is let in whom the tenant file does not name',
    ],
  ])('%s', (_name, change, kind) => {
    const { breaches } = findingsOf([stackOf(FULL_TENANT, change), initech, globex]);
    expect(breaches.map((breach) => breach.kind)).toContain(kind);
  });

  test('between accounts, one half of a door is enough', () => {
    const half = granting({ Action: 'dynamodb:GetItem', Resource: arnOf(globex, 'TablesRecords') });
    const { breaches } = findingsOf([stackOf(tableTenant, half), globex]);
    expect(breaches).toContainEqual(
      expect.objectContaining({
        attack: 'dynamodb:GetItem by read-api of acme on TablesRecords of globex',
        kind: identity,
      }),
    );
  });

  test('a sender that the file of another tenant names is a stranger', () => {
    const findings = new Findings();
    attackOwnGrants(stackOf(accountTenant), { senders: [], auditors: [] }, findings);
    expect(findings.breaches.map(({ got }) => got)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^QueuesIngest lets in arn:aws:iam::444455556666/)]),
    );
  });
});

test.each([
  ['arn:aws:s3:::a/commit/*', 'arn:aws:s3:::a', true],
  ['arn:aws:s3:::a', 'arn:aws:s3:::a', true],
  ['arn:aws:s3:::ab/*', 'arn:aws:s3:::a', false],
  ['arn:aws:s3:::a*', 'arn:aws:s3:::ab', true],
  ['arn:aws:s3:::b', 'arn:aws:s3:::a', false],
  ['*', 'arn:aws:s3:::a', true],
  ['arn:aws:dynamodb:*:*:table/x/index/*', 'arn:aws:dynamodb:us-east-1:1:table/x', true],
  ['arn:aws:dynamodb:us-east-1:1:table/y/index/*', 'arn:aws:dynamodb:us-east-1:1:table/x', false],
  ['arn:aws:logs:*:*:log-group:a', 'arn:aws:logs:us-east-1:1:log-group:a:*', true],
  ['arn:aws:logs:*:*:log-group:a:log-stream:b', 'arn:aws:logs:us-east-1:1:log-group:a:*', true],
])('%s may cover %s or something in it: %s', (pattern, arn, expected) => {
  expect(overlaps(pattern, arn)).toBe(expected);
});
