import { expect, test } from '@jest/globals';
import { AGENT_EVENT_TYPES, type AuditEvent } from '../../../core/event/event.ts';
import { governanceEvent } from '../../../core/event/governance-event.ts';
import { TONES } from '../../../core/narrative/entry.ts';
import { toHtml } from '../../../core/narrative/html.ts';
import { toMarkdown } from '../../../core/narrative/markdown.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import { storyOf } from '../../../core/narrative/story.ts';
import { Storyteller } from '../../../core/narrative/storyteller.ts';
import { formatClock, formatDate } from '../../../core/narrative/time.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { expectGolden } from './golden.ts';
import { BERLIN, event, recordOf, recordsOf, tellWhole } from './records.ts';

const REVIEWED = Date.parse('2026-11-24T12:00:00.000Z');
const review = (after: object | undefined) =>
  governanceEvent(
    'REVIEW_RECORDED',
    {
      actor: { type: 'user', id: 'dana' },
      target: { type: 'task', id: 'task-1' },
      ...(after && { after: after as never }),
    },
    { clock: { now: () => REVIEWED }, random: new SeededRandom(7), version: '0.1.0' },
  );

/** One task in which everything happens that a task can be told of. */
const EVENTS: AuditEvent[] = [
  event(
    'TASK_INITIATED',
    { goal: 'Refund the order', trigger: { kind: 'schedule', schedule_id: 'nightly' } },
    {
      initiator: {
        type: 'service',
        user_id: 'nightly-job',
        assurance: 'verified',
        on_behalf_of: [{ type: 'user', id: 'ann' }],
      },
    },
  ),
  event('MESSAGE_EXCHANGED', { role: 'user', channel: 'e-mail', content: 'Where is my money?' }),
  event('DECISION_POINT', {
    reasoning_summary: 'Rule 7 fits.',
    selected_action: 'refund',
    source: 'extracted',
  }),
  event('TOOL_CALLED', {
    tool: { name: 'notes', kind: 'memory' },
    attempt: 2,
    elevated_permissions: ['admin'],
  }),
  event('TOOL_RESULT_RECEIVED', { status: 'denied', result_summary: 'not allowed' }),
  event('POLICY_EVALUATED', {
    policy: 'limits',
    version: '3',
    outcome: 'modified',
    reason: 'at most 100 EUR',
  }),
  event('POLICY_EVALUATED', { policy: 'limits', version: '3', outcome: 'blocked' }),
  event('HUMAN_ESCALATION_TRIGGERED', {
    reason: 'above the limit',
    question: 'May I?',
    requested_from: 'ben',
  }),
  event('HUMAN_DECISION_RECORDED', {
    approver: { id: 'ben' },
    decision: 'changed',
    justification: 'half of it',
  }),
  event('HUMAN_DECISION_RECORDED', {
    approver: { id: 'cleo', auth: 'sso' },
    decision: 'rejected',
  }),
  event('HUMAN_INTERVENED', { actor: { id: 'ben' }, action: 'stop', justification: 'wrong customer' }),
  event('HUMAN_INTERVENED', { actor: { id: 'ben', auth: 'sso' }, action: 'override' }),
  event('HUMAN_INTERVENED', { actor: { id: 'ben' }, action: 'correct' }),
  event('TASK_SUSPENDED', { waiting_for: 'the bank', until: '2026-11-25T09:00:00.000Z' }),
  event('TASK_RESUMED', {}),
  event('DATA_ACCESSED', {
    operation: 'delete',
    store: { kind: 'database', name: 'crm' },
    resource: 'customers',
    record_count: 1,
  }),
  event('AGENT_CHANGED', { what: 'prompt', from: 'v1', to: 'v2', approved_by: 'cleo' }),
  event('AGENT_CHANGED', { what: 'tools', from: 'v1', to: 'v2' }),
  event('AGENT_CHANGED', { what: 'policy', from: 'v1', to: 'v2' }),
  event('TASK_COMPLETED', { output: 'done', duration_ms: 90_000, tokens: { input: 7, output: 3 } }),
  event('TASK_FAILED', { reason: 'the bank refused', last_known_state: 'asked', duration_ms: 91_000 }),
  event('TASK_CANCELLED', { by: 'ann', reason: 'no longer needed', duration_ms: 92_000 }),
  review({ conclusion: 'accepted with findings', comment: 'ask the bank earlier' }),
  review({}),
  review(undefined),
];

function told(total = EVENTS.length, whole = true) {
  const teller = new Storyteller('task-1', BERLIN);
  const entries = recordsOf(EVENTS).map((recorded) => teller.add(recorded));
  const checkpoint = { note: 'audit.example.com/acme/0a1b2c3d\n25\nroot\n\n— signature\n', size: 25 };
  return storyOf('task-1', teller, entries, BERLIN, { total, whole, checkpoint, retainDays: 180 });
}

test('every type of event of an agent reads as it should', () => {
  expect(new Set(EVENTS.map(({ event_type }) => event_type))).toEqual(
    new Set([...AGENT_EVENT_TYPES, 'REVIEW_RECORDED']),
  );
  const story = told();
  for (const { tone, text } of story.entries) {
    expect(TONES).toContain(tone);
    expect(plain(text)).not.toMatch(/undefined|\[object/);
  }
  expectGolden('every-type.md', toMarkdown(story, BERLIN));
});

test('the checkpoint and how to verify stand under the story, as HTML and as Markdown', () => {
  const html = toHtml(told(), BERLIN);
  expect(html).toContain('<pre>audit.example.com/acme/0a1b2c3d\n25\nroot\n\n— signature\n</pre>');
  expect(toMarkdown(told(), BERLIN)).toContain('\n    audit.example.com/acme/0a1b2c3d\n    25\n    root\n');
});

test('a page of a longer task says that there is more', () => {
  for (const render of [toHtml, toMarkdown])
    expect(render(told(400, false), BERLIN)).toContain(plain(BERLIN.messages.more));
});

test('one thing and several things are counted in words that fit', () => {
  const { finding, unnumbered, records } = BERLIN.messages;
  const which = ['orders.get'];
  const texts = [1, 2].map((count) => [
    plain(finding.events_missing(count)),
    plain(finding.call_without_result(count, which)),
    plain(finding.result_without_call(count)),
    plain(finding.escalation_without_decision(count)),
    plain(finding.events_refused(count)),
    plain(unnumbered(count)),
    records(count),
  ]);
  for (const text of texts[0] ?? []) expect(text).toMatch(/^1 /);
  for (const text of texts[1] ?? []) expect(text).toMatch(/^2 /);
});

test('of many different models the first are named and the others counted', () => {
  const teller = new Storyteller('task-1', BERLIN);
  for (let n = 0; n < 60; n++)
    teller.add(
      recordOf(
        event(
          'MESSAGE_EXCHANGED',
          { role: 'agent', content: 'x' },
          { agent: { id: 'a', version: '1', model: { name: `model-${n}` } } },
        ),
        n,
      ),
    );
  const models = plain(teller.summary.models.joined('; ') ?? []);
  expect(models).toMatch(/^model-0; model-1;/);
  expect(teller.summary.models.more).toBeGreaterThan(0);
});

test('a clock and a date are told in the zone of the reader', () => {
  expect(formatClock('2026-11-24T23:30:03.000Z', { timeZone: 'Europe/Berlin' }, 'en-GB')).toBe('00:30:03');
  expect(formatDate('2026-11-24T23:30:03.000Z', { timeZone: 'Europe/Berlin' }, 'en-GB')).toBe(
    '25 November 2026',
  );
});

test('a decision whose reasons nobody may read is told as one, and so is one for nothing', () => {
  const committed = { committed: `sha256:${'0'.repeat(64)}` };
  const decision = event('DECISION_POINT', {
    reasoning_summary: committed,
    options_considered: committed,
    selected_action: 'none',
  });
  const [told] = tellWhole('task-1', [decision]).entries;
  expect(plain(told?.text ?? [])).toBe(plain(BERLIN.messages.decidedNothing));
  expect(plain(told?.body[0] ?? [])).toMatch(/erased, or not kept/);
  expect(told?.options).toEqual([]);
  expect(told?.facts[0]).toMatchObject({ label: BERLIN.messages.label.reasons });
});
