import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const PROJECT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const tests = globSync('test/**/*.test.ts', { cwd: PROJECT });

const PAGES = [
  'SECURITY.md',
  'docs/threat-model.md',
  'docs/identity.md',
  'docs/operating.md',
  'docs/benchmarks.md',
  'docs/operations/capacity.md',
  'docs/operations/deployments.md',
  'docs/operations/pipeline.yml',
  'docs/operations/recovery.md',
  'docs/operations/tenants.md',
  'docs/runbook.md',
  'docs/scale.md',
];

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('names commands that are there, and tests that are there', () => {
    for (const [, script = '', rest = ''] of text.matchAll(/npm run ([a-z:-]+)(?: -- ([^`\n#]*))?/g)) {
      expect(Object.keys(scripts)).toContain(script);
      if (!script.startsWith('test:')) continue;
      for (const pattern of rest.split(' ').filter((word) => word !== '')) {
        const found = tests.filter((file) => file.includes(pattern));
        expect({ pattern, found: found.length > 0 }).toEqual({ pattern, found: true });
      }
    }
  });
});

test('the threat model says of every attempt what holds, and by what it is seen', () => {
  const attempts = [
    ...read('docs/threat-model.md').matchAll(/^\| attempt \|.*\n\|---.*\n((?:\|.*\n)+)/gm),
  ].flatMap(([, rows = '']) => rows.trim().split('\n'));
  expect(attempts.length).toBeGreaterThan(30);
  for (const row of attempts) {
    const [, attempt, holds = '', seen = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    expect({ attempt, holds }).toMatchObject({
      holds: expect.stringMatching(/^\**(prevented|detected|neither|bounded|believed|until it is removed)/),
    });
    if (!/neither/.test(holds))
      expect({ attempt, seen }).toMatchObject({ seen: expect.stringMatching(/.+/) });
  }
});
