import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template as Synthesised } from 'aws-cdk-lib/assertions';
import { createPolicyEvaluator } from '../../../clients/operator/isolation/policies/evaluator.ts';
import { physicalNames } from '../../../clients/operator/isolation/policies/physical-names.ts';
import type { Template } from '../../../clients/operator/isolation/policies/template.ts';
import { WatchStack } from '../../../lib/stacks/watch-stack.ts';
import { accountTenant, tenantTemplate } from '../../lib/synthesised.ts';
import { CLOUDFORMATION_NEEDS, PARTS_NEED } from './cloudformation-needs.ts';

const ACCOUNT = accountTenant.account;
const FOLDER = join(import.meta.dirname, '..', '..', '..', 'docs', 'operations', 'policies');
/** Characters of a managed policy and of a service control policy, without white space. */
const MOST = { managed: 6_144, control: 5_120 };

function document(name: string): { Statement: Record<string, unknown>[] } {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}

/** What a role of this account may do that has `documents` and nothing else. */
function judge(documents: readonly object[]) {
  const Resources: Template['Resources'] = { Deployer: { Type: 'AWS::IAM::Role' } };
  for (const [index, policy] of documents.entries()) {
    const text = JSON.stringify(policy).replaceAll(/\$\{aws:PrincipalAccount\}/g, ACCOUNT);
    Resources[`Policy${index}`] = {
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: 'Deployer' }], PolicyDocument: JSON.parse(text) },
    };
  }
  const { allowed } = createPolicyEvaluator({ Resources });
  return (action: string, resource: string, context: Record<string, string> = {}) =>
    allowed({ principal: 'Deployer', action, resource, context });
}

const bounded = [document('execution-data.json'), document('execution-functions.json')];
const may = judge(bounded);

const watch = new WatchStack(new App(), 'AuditTrailWatch-us-east-1', {
  email: 'security@example.com',
  monthlyBudget: 500,
});
const everything = {
  ...accountTenant,
  auditor_principals: ['arn:aws:iam::999999999999:role/auditor'],
  alarm_email: 'ops@example.com',
};
const STACKS = [
  { stack: 'AuditTrail-globex', template: tenantTemplate(everything).toJSON() as Template },
  { stack: watch.stackName, template: Synthesised.fromStack(watch).toJSON() as Template },
];

/** As CloudFormation calls for a resource of ours: with the tags of the stack, and its name. */
const CONTEXT = {
  'aws:ResourceTag/agent-audit-trail:tenant': 'globex',
  'aws:RequestTag/agent-audit-trail:tenant': 'globex',
};

describe.each(STACKS)('the execution policies suffice for $stack', ({ stack, template }) => {
  const names = physicalNames(template, { stack, account: ACCOUNT, region: 'us-east-1' });
  const resources = Object.entries(template.Resources).map(([id, { Type }]) => ({ id, type: Type }));
  const arnOf = (id: string) => names[`${id}.Arn`]?.replace(/:\*$/, '') ?? '';
  const types = [...new Set(resources.map(({ type }) => type))].filter(
    (type) => !/^(Custom|AWS::CDK)::/.test(type),
  );

  test.each(types)('%s', (type) => {
    // A new type: say what CloudFormation calls for it (cloudformation-needs.ts), and grant it.
    expect(Object.keys(CLOUDFORMATION_NEEDS)).toContain(type);
    const part = PARTS_NEED[type];
    const wanted = part?.needs ?? CLOUDFORMATION_NEEDS[type] ?? [];
    const on = resources.filter((one) => one.type === (part?.of ?? type)).map(({ id }) => arnOf(id));
    const arns = type.startsWith('AWS::ApiGateway::')
      ? [`arn:aws:apigateway:us-east-1::${apiPath(type)}`]
      : on;
    expect(arns.length).toBeGreaterThan(0);
    for (const arn of arns)
      for (const action of wanted)
        expect({ action, arn, may: may(action, arn, CONTEXT) }).toEqual({ action, arn, may: true });
  });
});

test('they suffice for what is not called on a resource of the stack', () => {
  const fn = {
    'lambda:FunctionArn': `arn:aws:lambda:us-east-1:${ACCOUNT}:function:AuditTrail-globex-Writer`,
  };
  const role = `arn:aws:iam::${ACCOUNT}:role/AuditTrail-globex-Writer`;
  const through = { ...CONTEXT, 'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com' };
  const key = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`;
  const calls: [string, string, Record<string, string>?][] = [
    ['ssm:GetParameters', `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/cdk-bootstrap/hnb659fds/version`],
    ['s3:GetObject', `arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-us-east-1/asset.zip`],
    ['kms:CreateKey', '*', CONTEXT],
    ['secretsmanager:CreateSecret', '*', CONTEXT],
    ['secretsmanager:GetRandomPassword', '*'],
    ...['CreateGrant', 'Decrypt', 'Encrypt', 'GenerateDataKey'].map(
      (name): [string, string, Record<string, string>] => [`kms:${name}`, key, through],
    ),
    ['lambda:CreateEventSourceMapping', '*', fn],
    ['lambda:GetEventSourceMapping', '*'],
    // The custom resource that makes the log.
    ['lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:AuditTrail-globex-Writer`],
    ['iam:PassRole', role, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
    ['iam:PassRole', role, { 'iam:PassedToService': 'apigateway.amazonaws.com' }],
    [
      'iam:AttachRolePolicy',
      role,
      { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs' },
    ],
    ['logs:DescribeLogGroups', '*'],
    ['logs:DescribeMetricFilters', '*'],
    ['cloudtrail:DescribeTrails', '*'],
    ['glue:CreateTable', `arn:aws:glue:us-east-1:${ACCOUNT}:catalog`],
  ];
  for (const [action, resource, context] of calls)
    expect({ action, may: may(action, resource, context) }).toEqual({ action, may: true });
});

test.each<[string, string, string, Record<string, string>?]>([
  ["anything of another's", 'dynamodb:DescribeTable', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/orders`],
  ['another account', 'dynamodb:DescribeTable', 'arn:aws:dynamodb:us-east-1:999999999999:table/AuditTrail-x'],
  ['an administrator', 'iam:CreateUser', '*'],
  ['a role of another name', 'iam:PutRolePolicy', `arn:aws:iam::${ACCOUNT}:role/Admin`],
  [
    'administration for its own roles by a managed policy',
    'iam:AttachRolePolicy',
    `arn:aws:iam::${ACCOUNT}:role/AuditTrail-x`,
    { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
  ],
  [
    'a role for machines',
    'iam:PassRole',
    `arn:aws:iam::${ACCOUNT}:role/AuditTrail-x`,
    { 'iam:PassedToService': 'ec2.amazonaws.com' },
  ],
  ['an untagged key', 'kms:PutKeyPolicy', `arn:aws:kms:us-east-1:${ACCOUNT}:key/2`],
  ['what a key encrypts', 'kms:Decrypt', `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`, CONTEXT],
  ['a signature', 'kms:Sign', `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`, CONTEXT],
  ['the end of a key', 'kms:ScheduleKeyDeletion', `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`, CONTEXT],
  ['records', 'dynamodb:GetItem', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/AuditTrail-globex-Records`],
  [
    'the end of a table',
    'dynamodb:DeleteTable',
    `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/AuditTrail-globex-Records`,
  ],
  ['objects of the archive', 's3:GetObject', 'arn:aws:s3:::audittrail-globex-archive/commit/0'],
  ['the end of objects', 's3:DeleteObjectVersion', 'arn:aws:s3:::audittrail-globex-archive/commit/0'],
  [
    'answers of Athena',
    'athena:GetQueryResults',
    `arn:aws:athena:us-east-1:${ACCOUNT}:workgroup/AuditTrail-globex`,
  ],
  ["a table of another's", 'glue:GetTable', `arn:aws:glue:us-east-1:${ACCOUNT}:table/sales/orders`],
  ['messages', 'sqs:ReceiveMessage', `arn:aws:sqs:us-east-1:${ACCOUNT}:AuditTrail-globex-Ingest`],
  [
    'secrets',
    'secretsmanager:GetSecretValue',
    `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:KeysIndex`,
    CONTEXT,
  ],
  [
    'the end of the watch',
    'cloudtrail:StopLogging',
    `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/AuditTrailWatch-us-east-1`,
  ],
  ['the organisation', 'organizations:LeaveOrganization', '*'],
])('they do not give %s: %s', (...[, action, resource, context]) => {
  expect(may(action, resource, context)).toBe(false);
});

test('none is AdministratorAccess: no statement allows all of a service, and each fits into a managed policy', () => {
  for (const policy of bounded) {
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(MOST.managed);
    for (const { Action } of policy.Statement)
      for (const action of Action as string[]) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+\*?$/);
  }
});

test('the execution role with everything granted, under the service control policy: the ends are denied, but to break glass', () => {
  const control = document('service-control-policy.json');
  expect(JSON.stringify(control).length).toBeLessThanOrEqual(MOST.control);
  expect(control.Statement.every(({ Effect }) => Effect === 'Deny')).toBe(true);
  const all = { Statement: [{ Effect: 'Allow', Action: ['*'], Resource: '*' }] };
  const under = judge([all, control]);
  const key = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`;
  expect(under('kms:ScheduleKeyDeletion', key)).toBe(false);
  expect(under('account:CloseAccount', '*')).toBe(false);
  expect(under('organizations:LeaveOrganization', '*')).toBe(false);
  const trail = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/AuditTrailWatch-us-east-1`;
  expect(under('cloudtrail:StopLogging', trail)).toBe(false);
  expect(under('cloudtrail:DeleteTrail', trail)).toBe(false);
  const glass = { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/AuditTrail-BreakGlass` };
  expect(under('kms:ScheduleKeyDeletion', key, glass)).toBe(true);
  expect(under('dynamodb:CreateTable', '*')).toBe(true);
});

function apiPath(type: string): string {
  const paths: Record<string, string> = {
    'AWS::ApiGateway::Account': '/account',
    'AWS::ApiGateway::RestApi': '/restapis',
    'AWS::ApiGateway::Deployment': '/restapis/abc/deployments/1',
    'AWS::ApiGateway::Stage': '/restapis/abc/stages/prod',
    'AWS::ApiGateway::Resource': '/restapis/abc/resources/1',
    'AWS::ApiGateway::Method': '/restapis/abc/resources/1/methods/GET',
  };
  return paths[type] ?? '/restapis/abc/other';
}
