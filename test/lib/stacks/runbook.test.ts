import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { signals } from '../../../lambdas/shared/env.ts';
import { tableTenant, tenantTemplate } from '../synthesised.ts';

const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
const sections = [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) => title);
const template = tenantTemplate(tableTenant);

test('every alarm links to a section that is there', () => {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(3);
  for (const { Properties } of alarms) {
    const [, anchor] = /docs\/runbook\.md#([a-z-]+)$/.exec(Properties.AlarmDescription) ?? [];
    expect(sections).toContain(anchor);
  }
});

test('every signal has an entry that says what to do', () => {
  const explained = [signals.integrity, signals.refused]; // by alarms of their own
  for (const signal of Object.values(signals)) {
    expect(runbook).toContain(signal);
    if (!explained.some((name) => name === signal)) expect(sections).toContain(signal);
  }
});

test('refused events ring by one line, refused callers by twenty in five minutes', () => {
  const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(({ Properties }) => {
    const [{ MetricName, MetricValue }] = Properties.MetricTransformations;
    return `${MetricName} ${MetricValue} ${[...new Set(Properties.FilterPattern.match(/[A-Z]+_[A-Z]+/g))].join(' ')}`;
  });
  expect(filters.sort()).toEqual([
    ...Array.from({ length: 6 }, () => 'Integrity 1 INTEGRITY_ALERT'),
    ...Array.from({ length: 3 }, () => 'Refused 1 TOKEN_REFUSED RATE_LIMITED'),
    'Refused 20 EVENTS_REFUSED DEAD_LETTER',
    'Refused 20 WEBHOOK_DISABLED',
  ]);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'Refused', Threshold: 19 });
});
