import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { accountTenant, tableTenant, tenantTemplate } from '../synthesised.ts';

/** What AWS services do on one another's behalf, which no local run can show: grants to service principals. */
const built = tenantTemplate({ ...tableTenant, alarm_email: 'ops@example.com' });

function logicalId(type: string, path: string): string {
  const [found, ...more] = Object.keys(built.findResources(type)).filter((id) => id.startsWith(path));
  if (found === undefined || more.length > 0) throw new Error(`${path}: not one of ${type}`);
  return found;
}

describe.each([
  ['table-per-tenant', tableTenant],
  ['account-per-tenant', accountTenant],
])('%s', (_tier, file) => {
  const template = tenantTemplate(file);

  test('functions are invoked by their own API, writer and keeper by their schedules; the queues are polled, which needs no grant', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).map(
      ({ Properties: { Principal, Action, SourceArn, FunctionName } }) => {
        const api = SourceArn['Fn::Join']?.[1].find(
          (part: unknown) => JSON.stringify(part) === JSON.stringify({ Ref: apiOf(template) }),
        ) as unknown;
        const by = api ?? SourceArn['Fn::GetAtt']?.[0];
        const whom = String(FunctionName['Fn::GetAtt'][0]).startsWith('WriterWriteLog') ? 'writer' : 'other';
        return { principal: Principal as string, action: Action as string, by, whom };
      },
    );
    const by = { Ref: apiOf(template) };
    const action = 'lambda:InvokeFunction';
    const hourly = { principal: 'events.amazonaws.com', by: expect.stringMatching(/^SchedulesHourly/) };
    expect(permissions).toHaveLength(3 + 2);
    expect(permissions.filter(({ principal }) => principal === 'apigateway.amazonaws.com')).toEqual(
      Array.from({ length: 3 }, () => ({ principal: 'apigateway.amazonaws.com', action, by, whom: 'other' })),
    );
    for (const whom of ['writer', 'other']) expect(permissions).toContainEqual({ ...hourly, action, whom });
  });

  test('roles are taken by functions and by the logging of API Gateway, by no other service', () => {
    const takers = Object.values(template.findResources('AWS::IAM::Role')).map(
      ({ Properties }): string => Properties.AssumeRolePolicyDocument.Statement[0].Principal.Service,
    );
    const functions = Array.from({ length: 7 }, () => 'lambda.amazonaws.com');
    expect(takers.sort()).toEqual(['apigateway.amazonaws.com', ...functions]);
  });

  test('no key, bucket, queue or secret admits a service, but the queue that rules of the stack send wake-ups to', () => {
    const documents = Object.entries(template.toJSON().Resources as Record<string, Resource>).flatMap(
      ([id, { Type, Properties = {} }]) =>
        /^AWS::(KMS|S3|SQS|SecretsManager)::/.test(Type) && !/^QueuesWebhooksPolicy/.test(id)
          ? [Properties.PolicyDocument, Properties.KeyPolicy, Properties.ResourcePolicy]
          : [],
    );
    expect(documents.filter(Boolean).length).toBeGreaterThan(0);
    expect(JSON.stringify(documents)).not.toContain('"Service"');
  });
});

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

function apiOf(template: typeof built): string {
  const [api, ...more] = Object.keys(template.findResources('AWS::ApiGateway::RestApi'));
  if (api === undefined || more.length > 0) throw new Error('expected one API');
  return api;
}

test('CloudWatch may publish to the topic of the alarms, for these alarms', () => {
  const alarms = ['AlarmsEventsWait', 'AlarmsIntegrityAlert', 'AlarmsAnomalies'].map((name) => ({
    'Fn::GetAtt': [logicalId('AWS::CloudWatch::Alarm', name), 'Arn'],
  }));
  const topic = { Ref: logicalId('AWS::SNS::Topic', 'AlarmsTopic') };
  built.hasResourceProperties('AWS::SNS::TopicPolicy', {
    Topics: [topic],
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topic,
          Condition: { ArnEquals: { 'aws:SourceArn': alarms } },
        }),
      ]),
    },
  });
  for (const [id, { Properties }] of Object.entries(built.findResources('AWS::CloudWatch::Alarm'))) {
    expect([id, Properties.AlarmActions]).toEqual([id, [topic]]);
  }
});
