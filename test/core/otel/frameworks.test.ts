import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseEvent } from '../../../core/event/parse.ts';
import { toEvents } from '../../../core/otel/to-events.ts';
import { sequenceOf } from '../../support/event-sequence.ts';
import { recordedSpans } from './spans.ts';

const goldenOf = (name: string): string[] =>
  JSON.parse(readFileSync(new URL(`../../frameworks/golden/${name}.json`, import.meta.url), 'utf8'));

const NAMES = ['langgraph', 'crewai', 'autogen'];

test.each(NAMES)('a recorded run of %s comes out as the events that it is known for', (name) => {
  const { events, malformed } = toEvents(recordedSpans(name));
  expect(malformed).toEqual([]);
  expect(sequenceOf(events.map(({ event }) => event))).toEqual(goldenOf(name));
});

test.each(NAMES)('every event of %s is one that the writer takes', (name) => {
  for (const { event } of toEvents(recordedSpans(name)).events) {
    expect(parseEvent(event)).toMatchObject({ ok: true });
  }
});

test('a run of LangGraph that waits has neither failed nor ended, and goes on as the same task', () => {
  const events = toEvents(recordedSpans('langgraph')).events.map(({ event }) => event);
  expect(new Set(events.map(({ causation }) => causation?.trace_id)).size).toBe(2);
  expect(new Set(events.map(({ task }) => task?.id))).toEqual(new Set(['refund-4711']));
  const types = events.map(({ event_type }) => event_type);
  expect(types).not.toContain('TASK_FAILED');
  expect(types.filter((type) => type === 'TASK_COMPLETED')).toHaveLength(1);
  const question = events.find(({ event_type }) => event_type === 'HUMAN_ESCALATION_TRIGGERED');
  const answer = events.find(({ event_type }) => event_type === 'HUMAN_DECISION_RECORDED');
  expect(question?.payload).toMatchObject({ question: 'Refund 42.50 EUR for order 4711?' });
  expect(answer?.payload).toMatchObject({ decision: 'approved' });
  expect(answer?.causation?.call_id).toBe(question?.causation?.call_id);
});
