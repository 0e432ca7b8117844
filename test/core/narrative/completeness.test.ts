import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../core/event/event.ts';
import { ledgerStateSchema } from '../../../core/narrative/ledger.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import { Storyteller } from '../../../core/narrative/storyteller.ts';
import { BERLIN, event, recordOf, recordsOf, tellWhole } from './records.ts';

const start = (seq?: number) => event('TASK_INITIATED', { goal: 'Try' }, numbered(seq));
const end = (seq?: number) => event('TASK_COMPLETED', {}, numbered(seq));
const numbered = (seq?: number) => (seq === undefined ? {} : { task: { id: 'task-1', seq } });
const call = (call_id: string, more: object = {}) =>
  event('TOOL_CALLED', { tool: { name: 'orders.get', ...more } }, { causation: { call_id } });
const result = (call_id: string) =>
  event('TOOL_RESULT_RECEIVED', { status: 'ok' }, { causation: { call_id } });

function findings(events: AuditEvent[]) {
  const { completeness } = tellWhole('task-1', events);
  return Object.fromEntries(completeness.findings.map(({ code, count }) => [code, count]));
}

test('a task with nothing missing is complete', () => {
  const whole = [start(0), end(1)];
  expect(tellWhole('task-1', whole).completeness).toMatchObject({
    complete: true,
    findings: [],
    unnumbered: 0,
  });
});

test.each<[string, () => AuditEvent[], object]>([
  ['a gap in the numbers', () => [start(0), end(4)], { events_missing: 3 }],
  ['a first number above 0', () => [start(2), end(3)], { events_missing: 2 }],
  ['a call without its result', () => [start(), call('c-1'), end()], { call_without_result: 1 }],
  ['a result without its call', () => [start(), result('c-1'), end()], { result_without_call: 1 }],
  [
    'a question without its answer',
    () => [
      start(),
      event('HUMAN_ESCALATION_TRIGGERED', { reason: 'why' }, { causation: { call_id: 'q' } }),
      end(),
    ],
    { escalation_without_decision: 1 },
  ],
  ['no end', () => [start()], { no_end: 1 }],
  ['no start', () => [end()], { no_start: 1 }],
  ['two ends', () => [start(), end(), end()], { several_ends: 2 }],
])('%s is found', (_, events, expected) => {
  expect(findings(events())).toEqual(expected);
});

test('numbers count for each agent instance, and one that comes late fills its gap', () => {
  const by = (instance_id: string, seq: number, type = 'TASK_RESUMED') =>
    event(type, {}, { agent: { id: 'a', version: '1', instance_id }, task: { id: 'task-1', seq } });
  expect(findings([start(0), by('x', 0), by('y', 0), by('x', 2), by('x', 1), end(1)])).toEqual({});
});

test('a result that was sorted before its call still belongs to it', () => {
  expect(findings([start(), result('c-1'), call('c-1'), end()])).toEqual({});
});

test('writes without a decision behind them are counted, also where the decision that they name is not on record', () => {
  const decision = event('DECISION_POINT', { reasoning_summary: 'r', selected_action: 'pay' });
  const write = (causation: object) =>
    event('DATA_ACCESSED', { operation: 'write', store: { name: 'ledger' } }, { causation });
  const effects = (events: AuditEvent[]) => {
    const { summary } = tellWhole('task-1', [start(), ...events, end()]);
    return plain(summary.find(({ label }) => label.startsWith('Writes'))?.value ?? []);
  };
  expect(effects([])).toBe('none on record');
  expect(effects([write({})])).toBe('1, of which 1 without a decision behind it');
  expect(effects([decision, write({ decision_id: decision.event_id })])).toBe(
    '1, each with a decision behind it',
  );
  expect(effects([write({ decision_id: 'invented' })])).toBe('1, of which 1 without a decision behind it');
  const paid = event(
    'TOOL_CALLED',
    { tool: { name: 'pay', side_effect: true } },
    { causation: { call_id: 'c', decision_id: decision.event_id } },
  );
  // A write that names nothing belongs to the one call that is open.
  expect(effects([decision, paid, write({}), result('c')])).toBe('2, each with a decision behind it');
});

test('a story that is told page by page comes to the same verdict as one that is told at once', () => {
  const decision = event('DECISION_POINT', { reasoning_summary: 'r', selected_action: 'pay' }, numbered(1));
  const events = [
    start(0),
    decision,
    event(
      'TOOL_CALLED',
      { tool: { name: 'pay', side_effect: true } },
      { causation: { call_id: 'c', decision_id: decision.event_id }, ...numbered(2) },
    ),
    call('lost'),
    event('TASK_SUSPENDED', {}, numbered(5)),
    event('TASK_RESUMED', {}, numbered(6)),
    result('c'),
    end(7),
  ];
  const records = recordsOf(events);
  const once = new Storyteller('task-1', BERLIN);
  const told = records.map((recorded) => plain(once.add(recorded).text));
  for (let size = 1; size < records.length; size++) {
    let state: unknown;
    const pages: string[] = [];
    let last = new Storyteller('task-1', BERLIN);
    for (let from = 0; from < records.length; from += size) {
      last = new Storyteller(
        'task-1',
        BERLIN,
        state === undefined ? undefined : ledgerStateSchema.parse(state),
      );
      for (const recorded of records.slice(from, from + size)) pages.push(plain(last.add(recorded).text));
      state = JSON.parse(JSON.stringify(last.ledger.state));
    }
    expect(last.completeness({ whole: true })).toEqual(once.completeness({ whole: true }));
    expect(pages.map((text) => text.replace('a decision that an earlier page tells', 'pay'))).toEqual(told);
  }
});

test('an event that was handed in later is marked with both times', () => {
  const teller = new Storyteller('task-1', BERLIN);
  const late = teller.add(recordOf(start(), 0, '2026-11-24T12:40:00.000Z'));
  expect(late.late).toBeGreaterThan(3 * 3_600_000);
  expect(late.facts.map(({ label, value }) => `${label}: ${plain(value)}`).at(-1)).toMatch(
    /^Recorded: 3 hours \d+ minutes after it occurred, at 24 November 2026, 13:40:00 CET \(12:40:00 UTC\) \(backfill\)$/,
  );
});

test('what the reader may not see is told as withheld, and is told from what was erased', () => {
  const committed = { committed: `sha256:${'0'.repeat(64)}` };
  const events = [event('TASK_INITIATED', { goal: committed })];
  const text = (personal: boolean) =>
    plain(tellWhole('task-1', events, { ...BERLIN, personal }).entries[0]?.text ?? []);
  expect(text(false)).toMatch(/with goal: \(withheld: needs the permission/);
  expect(text(true)).toMatch(/with goal: \(erased, or not kept\)/);
});

test('an event whose personal fields were erased says when, by whom and on which request', () => {
  const teller = new Storyteller('task-1', BERLIN);
  const erased = {
    erased_at: '2026-12-01T08:15:00.000Z',
    erased_by: { type: 'user', id: 'dpo' },
    request: 'DSR-17',
  };
  const told = teller.add({ ...recordOf(start(), 0), erased });
  expect(told.facts.map(({ label, value }) => `${label}: ${plain(value)}`).at(-1)).toMatch(
    /^Erased: on 1 December 2026, 09:15:00 CET \(08:15:00 UTC\) by user dpo, request DSR-17$/,
  );
  const whole = teller.add(recordOf(end(), 1));
  expect(whole.facts.map(({ label }) => label)).not.toContain('Erased');
});

test('an event of a version to come is told by its type and does not break the story', () => {
  const first = start();
  const future = { ...start(), event_type: 'TASK_DREAMT', payload: { dream: 1 } } as unknown as AuditEvent;
  const changed = { ...end(), payload: { tokens: 'many' } } as unknown as AuditEvent;
  const { entries } = tellWhole('task-1', [first, future, changed]);
  expect(entries.map(({ text }) => plain(text)).slice(1)).toEqual([
    'An event of the type TASK_DREAMT was recorded',
    'An event of the type TASK_COMPLETED was recorded',
  ]);
});
