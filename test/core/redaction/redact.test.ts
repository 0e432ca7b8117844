import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AGENT_EVENT_TYPES } from '../../../core/event/event.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import { PATTERN_NAMES } from '../../../core/redaction/patterns.ts';
import { redactEvent } from '../../../core/redaction/redact.ts';
import { redactionRuleSchema } from '../../../core/redaction/rules.ts';
import { eventOf } from '../event/examples.ts';

test('what is recognised goes, wherever it stands in the payload, with its place', () => {
  const event = eventOf('TOOL_CALLED');
  if (event.event_type !== 'TOOL_CALLED') throw new Error('expected a call');
  const input = { card: 4111111111111111, notes: ['ok', 'write to ana@example.com'], amount: 42 };
  const { event: clean, redacted } = redactEvent(
    { ...event, payload: { ...event.payload, input } },
    PATTERN_NAMES,
  );
  expect(redacted).toEqual(['/payload/input/card', '/payload/input/notes/1']);
  expect(clean.payload).toMatchObject({
    input: { card: '[redacted: card]', notes: ['ok', 'write to [redacted: email]'], amount: 42 },
  });
  expect(event.payload.input).not.toMatchObject({ card: '[redacted: card]' });
});

test.each([...AGENT_EVENT_TYPES])('%s stays an event', (type) => {
  const { event } = redactEvent(eventOf(type), PATTERN_NAMES);
  expect(parseEvent(event)).toMatchObject({ ok: true });
});

function callWith(input: unknown) {
  const event = eventOf('TOOL_CALLED');
  if (event.event_type !== 'TOOL_CALLED') throw new Error('expected a call');
  return { ...event, payload: { ...event.payload, input: input as never } };
}

test('whatever stands at a place goes as a whole, once, and a commitment there stays', () => {
  const committed = { committed: `sha256:${'0'.repeat(64)}` };
  const event = callWith({
    pin: 1234,
    people: [{ name: 'Ana', age: 3 }, { name: committed }],
    rest: 'stays',
  });
  const { event: clean, redacted } = redactEvent(event, [
    '/payload/input/pin',
    '/payload/input/people/*/name',
  ]);
  expect(redacted).toEqual(['/payload/input/pin', '/payload/input/people/0/name']);
  expect(clean.payload).toMatchObject({
    input: {
      pin: '[redacted: path]',
      people: [{ name: '[redacted: path]', age: 3 }, { name: committed }],
      rest: 'stays',
    },
  });
  expect(redactEvent(clean, ['/payload/input/pin', '/payload/input/people/*/name']).redacted).toEqual([]);
});

test('a place that another type of event has is passed over', () => {
  expect(redactEvent(eventOf('TASK_RESUMED'), ['/payload/input/pin']).redacted).toEqual([]);
});

test.each([
  ['card', true],
  ['/payload/input/card/number', true],
  ['/payload/options_considered/*/reason', true],
  ['/payload/reasoning_summary', true],
  ['/payload/options_considered', false], // a list: text can't stand there
  ['/payload/tool/name', false],
  ['/agent/id', false],
  ['cards', false],
  [4, false],
])('%s as a rule: %p', (rule, taken) => {
  expect(redactionRuleSchema.safeParse(rule).success).toBe(taken);
});

test('a false positive changes the text that it stands in, and no neighbour', () => {
  const leaf = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.constantFrom('ana@example.com', 'see 4111111111111111.', '+49 30 1234567', 'password=hunter2hunter2'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const tree = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
    leaf,
  );
  fc.assert(
    fc.property(tree, fc.constantFrom(...Object.keys({ a: 0, b: 0 })), (input, place) => {
      const event = callWith(input);
      const { event: clean, redacted } = redactEvent(event, [...PATTERN_NAMES, `/payload/input/${place}`]);
      expect(parseEvent(clean)).toMatchObject({ ok: true });
      const after = Reflect.get(clean.payload, 'input') as Record<string, unknown>;
      expect(Object.keys(after)).toEqual(Object.keys(input));
      const changed = Object.keys(input).filter((name) => after[name] !== input[name]);
      const named = redacted.map((pointer) => pointer.slice('/payload/input/'.length));
      expect(changed.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1')).sort()).toEqual(
        named.sort(),
      );
      expect(redactEvent(clean, PATTERN_NAMES).redacted).toEqual([]);
      expect({ ...clean, payload: null }).toEqual({ ...event, payload: null });
    }),
    { seed: 4711, numRuns: 300 },
  );
});
