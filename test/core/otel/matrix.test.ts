import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { AGENT_EVENT_TYPES } from '../../../core/event/event.ts';
import { toEvents } from '../../../core/otel/to-events.ts';
import { goldenTypes } from '../../clients/sdk/adapters/types-given.ts';
import { recordedSpans } from './spans.ts';

/** Columns of the matrix: adapters by what their tests' runs gave, the others by recorded requests. */
const ADAPTERS = ['langgraph-js', 'ai-sdk', 'openai-agents', 'mcp'];
const FRAMEWORKS = ['langgraph', 'crewai', 'autogen'];
const page = readFileSync(new URL('../../../docs/integrate/README.md', import.meta.url), 'utf8');

/** Rows of a Markdown table as cells without their spaces. */
function rowsBelow(heading: string): string[][] {
  const section =
    page
      .slice(page.indexOf(heading))
      .split('\n\n')
      .find((part) => part.startsWith('|')) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('the matrix names every event type, and says "yes" exactly where a recorded run gave one', () => {
  const adapted = ADAPTERS.map((name) => new Set(goldenTypes()[name]));
  const recorded = FRAMEWORKS.map((name) => {
    const { events } = toEvents(recordedSpans(name));
    return new Set<string>(events.map(({ event }) => event.event_type));
  });
  const given = [...adapted, ...recorded];
  const rows = rowsBelow('## What arrived');
  expect(rows.map(([type]) => type)).toEqual(AGENT_EVENT_TYPES.map((type) => `\`${type}\``));
  for (const [type = '', ...cells] of rows) {
    const name = type.replaceAll('`', '');
    expect([name, ...cells.slice(0, given.length).map((cell) => cell.startsWith('yes'))]).toEqual([
      name,
      ...given.map((types) => types.has(name)),
    ]);
  }
});
