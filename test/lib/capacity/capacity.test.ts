import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { capacityDocument, capacityOf } from '../../../lib/capacity/document.ts';
import { fits, idleCost, type Template, taken } from '../../../lib/capacity/measure.ts';
import { measuredStacks } from '../../../lib/capacity/stacks.ts';

const stacks = measuredStacks();
const { plain, whole } = stacks;
const page = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docs', 'operations', 'capacity.md'),
  'utf8',
);

test('docs/operations/capacity.md holds what npm run capacity prints', () => {
  // Where this fails: npm run capacity -- --write, and read what the page says besides.
  const [, counted] = /<!-- counted -->\n([\s\S]*)\n<!-- until here -->/.exec(page) ?? [];
  expect(counted).toBe(capacityDocument(stacks));
});

test('a tenant stays small: 10 roles, 8 functions, 3 alarms at most, and what it costs idle', () => {
  expect(taken(whole, { resources: 'AWS::IAM::Role' })).toBeLessThanOrEqual(10);
  expect(taken(whole, { resources: 'AWS::Lambda::Function' })).toBeLessThanOrEqual(8);
  expect(taken(whole, { resources: 'AWS::CloudWatch::Alarm' })).toBe(3);
  expect(idleCost(plain).reduce((sum, { dollars }) => sum + dollars, 0)).toBeLessThan(5);
});

describe('counting', () => {
  const small: Template = {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      RoleA: { Type: 'AWS::IAM::Role' },
      RoleB: { Type: 'AWS::IAM::Role' },
      Hourly: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 hour)' } },
      Wake: { Type: 'AWS::Events::Rule', Properties: { EventBusName: { Ref: 'Bus' } } },
      Source: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ScalingConfig: { MaximumConcurrency: 2 } },
      },
      Simple: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Integrity' } },
      Several: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [{ Expression: 'MAX(METRICS())' }, { MetricStat: {} }, { MetricStat: {} }] },
      },
    },
  };

  test('a quota holds what a tenant takes of it, rounded down; the narrowest comes first', () => {
    const all = fits(small);
    expect(all.map(({ standard }) => standard)).toEqual(
      all.map(({ standard }) => standard).sort((a, b) => a - b),
    );
    const of = (name: string) => all.find(({ quota }) => quota.name.startsWith(name));
    expect(of('Regional APIs')).toMatchObject({ each: 1, standard: 600, most: 600 });
    expect(of('roles')).toMatchObject({ each: 2, standard: 500, most: 2_500 });
    expect(of('rules')).toMatchObject({ each: 1, standard: 300 });
    expect(of('concurrent')).toMatchObject({ each: 2, standard: 500 });
    expect(of('keys')).toBeUndefined();
  });

  test('what binds is named, before and after everything was raised', () => {
    expect(capacityOf(small)).toEqual({
      standard: { tenants: 300, binds: ['EventBridge rules of the default bus'] },
      raised: { tenants: 600, binds: ['API Gateway Regional APIs'] },
      next: 480,
    });
  });

  test('an alarm costs by the metrics that it looks at', () => {
    expect(idleCost(small).find(({ what }) => what.includes('alarms'))).toMatchObject({ count: 3 });
  });

  test('an event source without a maximum concurrency is a fault', () => {
    const open: Template = { Resources: { Source: { Type: 'AWS::Lambda::EventSourceMapping' } } };
    expect(() => fits(open)).toThrow('no maximum concurrency');
  });
});
