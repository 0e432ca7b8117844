import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { signals } from '../../../lambdas/shared/env.ts';
import { LINE_CONDITIONS, OTHER_CONDITIONS } from '../../../lib/constructs/conditions.ts';
import { WatchStack } from '../../../lib/stacks/watch-stack.ts';
import { tableTenant, tenantTemplate } from '../synthesised.ts';

const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
const pages = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((page) => [page.slice(0, page.indexOf('\n')), page] as const),
);
const sections = [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) => title);
const conditions = new Set<string>([...LINE_CONDITIONS, ...OTHER_CONDITIONS].map(({ page }) => page));
const template = tenantTemplate({ ...tableTenant, alarm_email: 'ops@example.com' });
const watch = Template.fromStack(
  new WatchStack(new App(), 'AuditTrailWatch-us-east-1', { email: 'ops@example.com' }),
);

/** Pages of the runbook that the alarms and rules of a stack name. */
function named(stack: Template): string[] {
  const { Resources } = stack.toJSON() as { Resources: Record<string, { Properties?: unknown }> };
  const text = JSON.stringify(Resources);
  return [...new Set([...text.matchAll(/docs\/runbook\.md#([a-z-]+)/g)].map(([, page = '']) => page))];
}

test.each([...conditions])(
  '%s has a page: what it means, what to look at, what to do, how to know it is over',
  (page) => {
    const text = pages.get(page) ?? '';
    for (const part of ['What it means.', 'Look at.', 'Do.', 'Over when'])
      expect({ part, text }).toEqual({ part, text: expect.stringContaining(`\n**${part}**`) });
  },
);

test('every page is of a condition, but for the one that leads to others, and the list of signals', () => {
  expect([...pages.keys()].sort()).toEqual([...conditions, 'anomalies', 'Signals'].sort());
});

test('whatever rings names a page: every alarm, and every rule that mails', () => {
  expect(named(template).sort()).toEqual(['anomalies', 'events-wait', 'integrity-alert', 'keys-in-danger']);
  expect(named(watch).sort()).toEqual(['strangers', 'throttles']);
  for (const stack of [template, watch]) {
    for (const { Properties } of Object.values(stack.findResources('AWS::CloudWatch::Alarm')))
      expect(Properties.AlarmDescription).toMatch(/docs\/runbook\.md#[a-z-]+$/);
  }
});

test('the page of anomalies leads to every condition that the alarm counts', () => {
  for (const { page } of LINE_CONDITIONS.filter(({ alarm }) => alarm === 'Anomalies'))
    expect(pages.get('anomalies')).toContain(`(#${page})`);
});

test('every signal has an entry that says what to do', () => {
  const explained = [signals.integrity, signals.refused]; // by pages of their own
  for (const signal of Object.values(signals)) {
    expect(runbook).toContain(signal);
    if (!explained.some((name) => name === signal)) expect(sections).toContain(signal);
  }
});

describe('lines that are counted', () => {
  const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(({ Properties }) => {
    const [{ MetricName, MetricValue, MetricNamespace }] = Properties.MetricTransformations;
    expect(MetricNamespace).toBe('AuditTrail');
    const words = [...new Set(Properties.FilterPattern.match(/"[A-Za-z0-9_*]+"|> \d+/g))].join(' ');
    return `${MetricName} ${MetricValue} ${words}`;
  });

  test('ring by one where somebody must hear of it at once, by twenty where there always are some', () => {
    const times = (count: number, line: string) => Array.from({ length: count }, () => line);
    expect(filters.sort()).toEqual(
      [
        ...times(7, 'acme integrity 20 "INTEGRITY_ALERT"'),
        'acme anomalies 20 "EVENTS_REFUSED"',
        'acme anomalies 20 "DEAD_LETTER"',
        'acme anomalies 20 > 600000',
        ...times(3, 'acme anomalies 1 "TOKEN_REFUSED" "RATE_LIMITED"'),
        'acme anomalies 20 "WEBHOOK_DISABLED"',
        'acme anomalies 10 "WEBHOOK_FAULT"',
        'acme anomalies 1 "THROTTLED"',
        'acme anomalies 4 "5*"',
        ...times(7, 'acme anomalies 5 "error" "failure" "timeout"'),
      ].sort(),
    );
    for (const MetricName of ['acme integrity', 'acme anomalies'])
      template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Threshold: 19 });
  });
});
