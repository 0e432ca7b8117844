import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BatchRule } from '../../examples/bus/batch-rule.ts';

const busArn = 'arn:aws:events:eu-central-1:111122223333:event-bus/AuditTrailacmeBus';

test('the example rule listens to what the writer announces, on the bus that it was given', () => {
  const stack = new BatchRule(new App(), 'Batches', { busArn });
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    EventBusName: 'AuditTrailacmeBus',
    EventPattern: { source: ['agent-audit-trail'], 'detail-type': ['batch.recorded'] },
  });
});

test('what the page shows of it is in it', () => {
  const root = join(import.meta.dirname, '../..');
  const page = readFileSync(join(root, 'docs/integrate/bus.md'), 'utf8');
  const source = readFileSync(join(root, 'examples/bus/batch-rule.ts'), 'utf8').replaceAll(/^ +/gm, '');
  const [, shown = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  expect(source).toContain(shown.replaceAll(/^ +/gm, '').trim());
});
