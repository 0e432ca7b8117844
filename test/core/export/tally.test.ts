import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../core/event/event.ts';
import { judgeExport } from '../../../core/export/completeness.ts';
import { OTHERS, Tally, tallyStateSchema } from '../../../core/export/tally.ts';
import { toldTask } from '../../support/told-task.ts';
import { IntakeWorld, NOW } from '../ingest/intake-world.ts';

const world = await IntakeWorld.open();
const make = (event: Record<string, unknown>) => world.event(event) as unknown as AuditEvent;
const told = (taskId: string) => toldTask(taskId, NOW, make) as AuditEvent[];
const one = (event_type: string, payload: object, task?: object) =>
  make({ event_type, payload, task: task ?? { id: 'task-1' } });

function tallied(events: readonly AuditEvent[], from = new Tally()): Tally {
  for (const event of events) from.add(event);
  return from;
}

describe('a tally', () => {
  test('counts events, agents, tools, stores, what people decided, and tasks', () => {
    const tally = tallied([...told('a'), ...told('b')]);
    expect(tally.types.get('DECISION_POINT')).toBe(2);
    expect(tally.agents).toEqual(new Map([['refund-agent', 34]]));
    expect(tally.tools).toEqual(
      new Map([
        ['orders.get', { calls: 2, failed: 0 }],
        ['payments.refund', { calls: 2, failed: 2 }],
      ]),
    );
    expect(tally.stores.get('shop / orders')).toEqual({
      read: 2,
      write: 0,
      delete: 0,
      classes: ['order', 'address'],
    });
    expect(tally.decisions).toEqual(new Map([['approved', 2]]));
    expect([tally.taskCount, tally.tasks]).toEqual([2, ['a', 'b']]);
    expect([...tally.ledgers]).toEqual([]); // both ended with nothing open
  });

  test('handed on at any event, ends as one that was never handed on', () => {
    const events = [...told('a'), ...told('b').slice(0, 9), one('TASK_COMPLETED', {}, { id: 'a' })];
    const straight = tallied(events).state;
    for (let at = 0; at <= events.length; at++) {
      const state = JSON.parse(JSON.stringify(tallied(events.slice(0, at)).state));
      expect(tallied(events.slice(at), new Tally(tallyStateSchema.parse(state))).state).toEqual(straight);
    }
  });

  test('takes names for names, and counts those beyond two hundred together', () => {
    const tally = tallied([
      ...['__proto__', 'constructor'].map((name) => one('TOOL_CALLED', { tool: { name } })),
      ...Array.from({ length: 250 }, (_, n) => one('TOOL_CALLED', { tool: { name: `tool-${n}` } })),
    ]);
    expect(tally.tools.get('__proto__')).toEqual({ calls: 1, failed: 0 });
    expect([tally.tools.size, tally.tools.get(OTHERS)?.calls]).toEqual([201, 52]);
  });

  test('counts what it does not know by its type alone', () => {
    const event = {
      ...one('TOOL_CALLED', { tool: { name: 'x' } }),
      event_type: 'TEA_DRUNK',
    } as unknown as AuditEvent;
    const tally = tallied([event]);
    expect([tally.types.get('TEA_DRUNK'), tally.taskCount]).toEqual([1, 0]);
  });
});

describe('the verdict of an export', () => {
  const verdict = (events: readonly AuditEvent[], refused = 0) => judgeExport(tallied(events), {}, refused);

  test('is that nothing is missing where nothing is', () => {
    expect(verdict(told('a'))).toMatchObject({ judged: true, complete: true, tasks: 1, unnumbered: 0 });
  });

  test.each([
    ['events_missing', told('a').filter((_, at) => at !== 3)],
    ['calls_without_result', told('a').filter(({ event_type }) => event_type !== 'TOOL_RESULT_RECEIVED')],
    ['results_without_call', told('a').filter(({ event_type }) => event_type !== 'TOOL_CALLED')],
    [
      'escalations_without_decision',
      told('a').filter(({ event_type }) => event_type !== 'HUMAN_DECISION_RECORDED'),
    ],
    ['tasks_without_start', told('a').slice(1)],
    ['tasks_without_end', told('a').slice(0, -1)],
    ['tasks_with_several_ends', [...told('a'), one('TASK_COMPLETED', {}, { id: 'a' })]],
  ] as const)('counts %s', (finding, events) => {
    const judged = verdict(events);
    expect(judged).toMatchObject({ judged: true, complete: false });
    expect(judged.judged && judged.findings[finding]).toBeGreaterThan(0);
  });

  test('counts what was refused, and events of a task that had ended', () => {
    expect(verdict(told('a'), 3)).toMatchObject({ complete: false, findings: { events_refused: 3 } });
    const tally = tallied([
      ...told('a'),
      one('MESSAGE_EXCHANGED', { role: 'user', content: 'x' }, { id: 'a' }),
    ]);
    expect(tally.afterEnd).toBe(1);
  });

  test.each([
    [{ user_id: 'ann' }],
    [{ agent_id: 'a' }],
    [{ event_type: ['TOOL_CALLED' as const] }],
    [{ category: 'governance' as const }],
  ])('is not given of the filter %j', (filter) => {
    expect(judgeExport(new Tally(), filter, 0)).toMatchObject({
      judged: false,
      because: expect.stringContaining('filter'),
    });
  });

  test('leaves out tasks beyond those that a tally keeps, and says so', () => {
    const tally = new Tally();
    const start = one('TASK_INITIATED', { goal: 'x' });
    for (let task = 0; task < 20_001; task++)
      tally.add({ ...start, task: { id: `task-${task}` } } as AuditEvent);
    expect(judgeExport(tally, {}, 0)).toMatchObject({ tasks: 20_000, unjudged: 1, complete: false });
  });
});
