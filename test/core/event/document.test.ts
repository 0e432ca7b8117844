import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import { DEFAULT_PERSONAL_DATA } from '../../../core/event/personal-data.ts';
import { REFUSAL_CODES, REFUSALS } from '../../../core/event/refusal.ts';
import { exampleOf } from './examples.ts';

const page = readFileSync(new URL('../../../docs/formats/event.md', import.meta.url), 'utf8');

test('the page names every refusal with its meaning, and no other', () => {
  const table = page.slice(page.indexOf('## Refusal codes'));
  const rows = Array.from(table.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm), ([, code, meaning]) => [
    code,
    meaning,
  ]);
  expect(rows).toEqual(REFUSAL_CODES.map((code) => [code, REFUSALS[code]]));
});

test.each([...EVENT_TYPES])('the page shows the example of %s', (type) => {
  const section = page.slice(page.indexOf(`### \`${type}\`\n`));
  const [, example = ''] = /```json\n(.*?)\n```/s.exec(section) ?? [];
  expect(JSON.parse(example)).toEqual(exampleOf(type).payload);
});

test('the page lists what is personal by default', () => {
  expect(page).toContain(`\`\`\`\n${DEFAULT_PERSONAL_DATA.join('\n')}\n\`\`\``);
});
