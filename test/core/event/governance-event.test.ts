import { expect, test } from '@jest/globals';
import { aboutTaskIdOf } from '../../../core/event/event.ts';
import { governanceEvent } from '../../../core/event/governance-event.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const NOW = Date.parse('2026-11-24T09:30:00.000Z');
const TERMS = { clock: { now: () => NOW }, random: new SeededRandom(4711), version: '0.1.0' };
const PAYLOAD = {
  actor: { type: 'user' as const, id: 'dana' },
  target: { type: 'task', id: 'task-1' },
  after: { conclusion: 'accepted' },
};

test('an event of the product itself is of now, by itself, and one that the schema takes', () => {
  const event = governanceEvent('REVIEW_RECORDED', PAYLOAD, TERMS);
  expect(event).toMatchObject({
    event_type: 'REVIEW_RECORDED',
    occurred_at: '2026-11-24T09:30:00.000Z',
    agent: { id: 'agent-audit-trail', version: '0.1.0' },
    payload: PAYLOAD,
  });
  expect(event).not.toHaveProperty('task');
  expect(parseEvent(JSON.parse(JSON.stringify(event)))).toMatchObject({ ok: true });
  expect(governanceEvent('REVIEW_RECORDED', PAYLOAD, TERMS).event_id).not.toBe(event.event_id);
});

test('a review is found with the task that it judges, one of a range with none', () => {
  expect(aboutTaskIdOf(governanceEvent('REVIEW_RECORDED', PAYLOAD, TERMS))).toBe('task-1');
  const ofRange = { ...PAYLOAD, target: { type: 'range', id: 'march' } };
  expect(aboutTaskIdOf(governanceEvent('REVIEW_RECORDED', ofRange, TERMS))).toBeUndefined();
  expect(aboutTaskIdOf(governanceEvent('TOKEN_REVOKED', PAYLOAD, TERMS))).toBeUndefined();
});
