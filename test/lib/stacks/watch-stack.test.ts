import { describe, expect, test } from '@jest/globals';
import { App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { tenantSchema } from '../../../lib/config/tenant.ts';
import { WatchStack, watchPlaces } from '../../../lib/stacks/watch-stack.ts';
import { accountTenant, tableTenant, tenantTemplate } from '../synthesised.ts';

const app = new App();
const template = Template.fromStack(
  new WatchStack(app, 'AuditTrailWatch-us-east-1', { email: 'security@example.com' }),
);

/** What a token of the template comes to, in the account of the tests. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => {
      if (typeof member !== 'object' || member === null) return member;
      const join = (member as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
      if (join) return join[1].map((part) => plain(part)).join(join[0]);
      const ref = (member as { Ref?: string }).Ref;
      const known: Record<string, string> = {
        'AWS::Partition': 'aws',
        'AWS::Region': 'us-east-1',
        'AWS::AccountId': '000000000000',
      };
      return ref !== undefined && known[ref] !== undefined ? known[ref] : member;
    }),
  );
}

describe('the trail', () => {
  const [trail] = Object.values(template.findResources('AWS::CloudTrail::Trail'));
  const selectors = plain(trail?.Properties.AdvancedEventSelectors) as {
    Name: string;
    FieldSelectors: object[];
  }[];

  test('sees every touch of a bucket, and of a table every touch of who is no role of a tenant', () => {
    expect(selectors.map(({ FieldSelectors }) => FieldSelectors)).toEqual([
      [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::audittrail-'] },
      ],
      [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::DynamoDB::Table'] },
        { Field: 'resources.ARN', StartsWith: ['arn:aws:dynamodb:us-east-1:000000000000:table/AuditTrail-'] },
        { Field: 'userIdentity.arn', NotStartsWith: ['arn:aws:sts::000000000000:assumed-role/AuditTrail-'] },
      ],
    ]);
  });

  test('runs, signs what it writes, and writes into a bucket that stays and that it alone writes to', () => {
    expect(trail?.Properties).toMatchObject({ IsLogging: true, EnableLogFileValidation: true });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'TrailWrites',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 's3:PutObject',
            Condition: { StringEquals: Match.objectLike({ 'aws:SourceArn': Match.anyValue() }) },
          }),
        ]),
      },
    });
  });
});

describe('what rings', () => {
  const rules = Object.values(template.findResources('AWS::Events::Rule')).map(
    ({ Properties }) => Properties,
  );
  const patterns = rules.map(
    ({ EventPattern }) => plain(EventPattern) as { source: string[]; detail: Record<string, unknown> },
  );

  test('is who is no session of a role of a tenant: a user, a root, another role; but not AWS itself', () => {
    for (const { detail } of patterns)
      expect(detail.$or).toEqual([
        {
          userIdentity: {
            arn: [{ 'anything-but': { prefix: 'arn:aws:sts::000000000000:assumed-role/AuditTrail-' } }],
          },
        },
        { userIdentity: { arn: [{ exists: false }], type: [{ 'anything-but': 'AWSService' }] } },
      ]);
  });

  test('is a touch of a table or a bucket, and a signature of the kind that checkpoints have', () => {
    expect(patterns.map(({ source }) => source)).toEqual([['aws.s3', 'aws.dynamodb'], ['aws.kms']]);
    expect(patterns[0]?.detail.resources).toEqual({
      ARN: [
        { prefix: 'arn:aws:s3:::audittrail-' },
        { prefix: 'arn:aws:dynamodb:us-east-1:000000000000:table/AuditTrail-' },
      ],
    });
    expect(patterns[1]?.detail).toMatchObject({ eventName: ['Sign'] });
  });

  test('is mailed without the request, and is an alarm', () => {
    for (const { Targets } of rules)
      expect(JSON.stringify(Targets)).not.toMatch(/requestParameters|responseElements/);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    const strangers = {
      Namespace: 'AWS/Events',
      MetricName: 'MatchedEvents',
      AlarmDescription: Match.stringLikeRegexp('docs/runbook.md#strangers'),
    };
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', strangers, 2);
    template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'security@example.com' });
  });
});

describe('what all tenants of an account share', () => {
  test('rings when functions are throttled for a quarter of an hour', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Dimensions: Match.absent(),
      EvaluationPeriods: 3,
      AlarmActions: [Match.anyValue()],
    });
  });

  test('has a budget where one was named, and mails before it is used up', () => {
    template.resourceCountIs('AWS::Budgets::Budget', 0);
    const budgeted = new WatchStack(new App(), 'AuditTrailWatch-us-east-1', {
      email: 'ops@example.com',
      monthlyBudget: 500,
    });
    Template.fromStack(budgeted).hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: 500, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
      NotificationsWithSubscribers: [
        { Notification: { NotificationType: 'ACTUAL', Threshold: 80 } },
        { Notification: { NotificationType: 'FORECASTED', Threshold: 100 } },
      ],
    });
  });

  test('is one dashboard, which finds tenants by name and names none', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.parse(
      (plain(dashboard?.Properties.DashboardBody) as { 'Fn::Join': [string, unknown[]] })?.[
        'Fn::Join'
      ]?.[1].join('') ?? String(plain(dashboard?.Properties.DashboardBody)),
    ) as { widgets: { type: string; properties: { metrics?: unknown[][] } }[] };
    const metrics = body.widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const searches = metrics.flatMap(([first]) => {
      const { expression } = first as { expression?: string };
      return expression === undefined ? [] : [expression];
    });
    expect(metrics.length).toBeGreaterThan(15);
    for (const search of searches) {
      expect(search).toMatch(/^SORT\(SEARCH\('\{[A-Za-z/,]+\} .*', '\w+', 300\), MAX, DESC, 20\)$/);
      expect(search).toContain('AuditTrail');
    }
    // What alarms of tenants count into is found by the ends of their names.
    const written = Object.values(tenantTemplate(tableTenant).findResources('AWS::Logs::MetricFilter')).map(
      ({ Properties }): string => Properties.MetricTransformations[0].MetricName,
    );
    expect([...new Set(written)].sort()).toEqual(['acme anomalies', 'acme integrity']);
    for (const name of ['anomalies', 'integrity'])
      expect(searches).toContainEqual(expect.stringContaining(`{AuditTrail} ${name}'`));
  });
});

test('one an account and Region, whoever comes and goes there', () => {
  const named = (files: readonly object[], platform?: string) => {
    const fleet = new App();
    watchPlaces(
      fleet,
      files.map((file) => tenantSchema.parse(file)),
      { platform },
    );
    return fleet
      .synth()
      .stacks.map(({ stackName, template }) => ({ stackName, template: template as unknown }));
  };
  const initech = { ...tableTenant, id: 'initech' };
  const three = named([tableTenant, accountTenant, initech]);
  expect(three.map(({ stackName }) => stackName)).toEqual([
    'AuditTrailWatch-111122223333-us-east-1',
    'AuditTrailWatch-us-east-1',
  ]);
  expect(named([tableTenant])[0]).toEqual(three[1]);
  expect(named([tableTenant, accountTenant], accountTenant.account)).toHaveLength(1);
});

test('cdk-nag finds nothing', () => {
  const fresh = new App();
  new WatchStack(fresh, 'AuditTrailWatch-us-east-1', { email: 'ops@example.com', monthlyBudget: 500 });
  Validations.of(fresh).addPlugins(new AwsSolutionsChecks(fresh));
  expect(() => fresh.synth()).not.toThrow();
});
