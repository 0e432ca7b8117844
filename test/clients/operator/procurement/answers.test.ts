import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../../../../clients/operator/local/state.ts';
import { ANSWERS_FILE, prepared } from '../../../../clients/operator/procurement/answers/prepared.ts';
import { search } from '../../../../clients/operator/procurement/answers/search.ts';
import { main } from '../../../../clients/operator/procurement/main.ts';

async function answer(...args: string[]) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const status = await main(['answer', ...args], { out: say, err: say, now: () => 0 });
  return { status, said: said.join('\n') };
}

test('there is an answer to each LOG control and to item 23; what is not ours says whom to ask', () => {
  const all = prepared();
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (let control = 1; control <= 13; control++)
    expect(ids).toContain(`LOG-${String(control).padStart(2, '0')}`);
  expect(ids).toContain('item-23');
  for (const { owner, statement } of all)
    if (owner === 'operator')
      expect(statement.text).toMatch(/the operator’s|operator's|Ask the operator|cloud provider/i);
    else expect(statement.evidence.length).toBeGreaterThan(0);
});

test('tests and documents that an answer names are there', () => {
  const { answers } = JSON.parse(readFileSync(join(PROJECT, ANSWERS_FILE), 'utf8'));
  for (const { id, evidence } of answers)
    for (const named of evidence) {
      const [, file = ''] = /^(?:test|document):([^#]+)/.exec(named) ?? [];
      expect([id, file, existsSync(join(PROJECT, file))]).toEqual([id, file, true]);
    }
});

test.each([
  [
    'Please describe how your platform maintains a per-tenant, human-readable, and auditable history of all AI agent task executions.',
    'item-23',
  ],
  ['How do you prevent cross-tenant data leakage at the database layer?', 'isolation'],
  ['How do you guarantee audit records have not been modified?', 'LOG-09'],
  ['Do you have a penetration test report?', 'certification'],
  ['Can we import it into Splunk?', 'export'],
  ['What happens after termination?', 'termination'],
  ['GDPR right to be forgotten', 'erasure'],
  ['Who are your sub-processors?', 'subprocessors'],
  ['Which clock is used?', 'LOG-06'],
  ['Why did the agent decide that?', 'reasoning'],
])('%s', (question, id) => {
  expect(search(question, prepared())[0]?.prepared.id).toBe(id);
});

test('the command prints the answer with its evidence, and says where nothing fits', async () => {
  const found = await answer('who', 'is', 'alerted', 'when', 'logging', 'fails');
  expect(found).toMatchObject({ status: 0 });
  expect(found.said).toContain('Evidence:\n  test  test/lib/stacks/runbook.test.ts');
  expect((await answer('insurance')).said).toContain('not ours: ask the operator');
  expect(await answer('purple elephants')).toEqual({
    status: 1,
    said: 'No prepared answer fits. Ask the operator, or say it in other words.',
  });
  const { answers } = JSON.parse((await answer('--json', 'isolation')).said);
  expect(answers[0]).toMatchObject({ id: 'isolation', owner: 'product' });
});
