import { expect, test } from '@jest/globals';
import { AGENT_EVENT_TYPES } from '../../../core/event/event.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import { PATTERN_NAMES } from '../../../core/redaction/patterns.ts';
import { redactEvent } from '../../../core/redaction/redact.ts';
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
