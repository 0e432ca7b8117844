import { expect, test } from '@jest/globals';
import type { AuditTrail } from '../../clients/sdk/audit-trail.ts';
import { customerRecordRuns } from '../../examples/agents/customer-record/runs.ts';
import { WorkClock } from '../../examples/agents/customer-record/work-clock.ts';
import { refundRuns } from '../../examples/agents/refund/runs.ts';
import { travelRuns } from '../../examples/agents/travel/runs.ts';
import { memoryTrail } from '../clients/sdk/memory-transport.ts';

/** What an example tells the audit trail: a line a task, the types of its events in their order. */
async function tasksOf(
  run: (trail: AuditTrail) => Promise<readonly { lastEvent: string }[]>,
  options: Parameters<typeof memoryTrail>[0] = {},
) {
  const { trail, transport, problems } = memoryTrail(options);
  const runs = await run(trail);
  await trail.close();
  expect(problems).toEqual([]);
  const events = transport.events();
  const tasks = Map.groupBy(events, ({ task }) => task?.id);
  for (const of of tasks.values()) expect(of.map(({ task }) => task?.seq)).toEqual([...of.keys()]);
  expect(runs.map(({ lastEvent }) => lastEvent).sort()).toEqual(
    [...tasks.values()].map((of) => String(of.at(-1)?.event_id)).sort(),
  );
  return { events, types: [...tasks.values()].map((of) => of.map(({ event_type }) => event_type)) };
}

const PAIR = ['TOOL_CALLED', 'TOOL_RESULT_RECEIVED'];
const LOOK = ['TASK_INITIATED', 'MESSAGE_EXCHANGED', 'TOOL_CALLED', 'DATA_ACCESSED', 'TOOL_RESULT_RECEIVED'];
const CHECK = ['TOOL_CALLED', 'POLICY_EVALUATED', 'TOOL_RESULT_RECEIVED'];
const PAUSE = ['HUMAN_ESCALATION_TRIGGERED', 'TASK_SUSPENDED', 'HUMAN_DECISION_RECORDED', 'TASK_RESUMED'];
const DONE = ['MESSAGE_EXCHANGED', 'TASK_COMPLETED'];

test('the refund agent: one refund, one that a person approves, one that fails; a pause is no end', async () => {
  const { events, types } = await tasksOf(refundRuns);
  expect(types).toEqual([
    [...LOOK, ...CHECK, 'DECISION_POINT', ...PAIR, ...DONE],
    [...LOOK, ...CHECK, 'DECISION_POINT', ...PAUSE, ...PAIR, ...DONE],
    [...LOOK, ...CHECK, 'DECISION_POINT', ...PAIR, 'TASK_FAILED'],
  ]);
  const decision = events.find(({ event_type }) => event_type === 'DECISION_POINT');
  expect(decision?.payload).toMatchObject({
    selected_action: 'Refund automatically',
    options_considered: [
      { outcome: 'not_applicable' },
      { outcome: 'not_triggered' },
      { outcome: 'selected' },
    ],
    policy_references: ['return-policy-v3.2'],
  });
  const refund = events.find(({ payload }) => 'tool' in payload && payload.tool.name === 'issue_refund');
  expect(refund?.causation?.decision_id).toBe(decision?.event_id);
  expect(events.at(-2)?.payload).toMatchObject({
    status: 'error',
    error: { message: expect.stringContaining('503') },
  });
});

test('the travel agent: a call of another agent, whose own task has this one as parent, and a task called off', async () => {
  const { events, types } = await tasksOf(travelRuns);
  const search = ['TOOL_CALLED', 'DATA_ACCESSED', 'TOOL_RESULT_RECEIVED'];
  expect(types).toEqual([
    ['TASK_INITIATED', ...PAIR, 'DECISION_POINT', ...search, 'TASK_COMPLETED'],
    ['TASK_INITIATED', ...search, 'DECISION_POINT', 'TASK_COMPLETED'],
    ['TASK_INITIATED', 'TOOL_CALLED', 'HUMAN_INTERVENED', 'TOOL_RESULT_RECEIVED', 'TASK_CANCELLED'],
  ]);
  const [parent] = events;
  const child = events.find(({ task }) => task?.parent_id !== undefined);
  expect(child).toMatchObject({
    agent: { id: 'hotel-agent' },
    task: { parent_id: parent?.task?.id },
    initiator: { user_id: 'employee-4' },
  });
  const asked = events.find(({ event_type }) => event_type === 'TOOL_CALLED');
  expect(asked?.payload).toMatchObject({ tool: { name: 'ask_hotel_agent', kind: 'agent' } });
});

test('the agent for customer records: two weeks told afterwards, each write with the decision behind it', async () => {
  const clock = new WorkClock();
  const { events, types } = await tasksOf((trail) => customerRecordRuns(trail, clock), {
    happensAt: () => clock.now(),
  });
  const ask = ['TOOL_CALLED', ...PAUSE, 'TOOL_RESULT_RECEIVED'];
  const write = ['TOOL_CALLED', 'DATA_ACCESSED', 'TOOL_RESULT_RECEIVED'];
  const changed = [...LOOK, ...CHECK, 'DECISION_POINT', ...write, ...DONE];
  const approved = [...LOOK, ...CHECK, 'DECISION_POINT', ...ask, 'DECISION_POINT', ...write, ...DONE];
  const shapes = [
    changed,
    approved,
    [...LOOK, ...CHECK, 'DECISION_POINT', ...ask, ...DONE], // not approved
    [...LOOK, ...CHECK, 'DECISION_POINT', ...DONE], // against the policy
    ['TASK_INITIATED', 'MESSAGE_EXCHANGED', ...PAIR, 'TASK_FAILED'], // no such customer
  ];
  expect(types.map((of) => shapes.findIndex((shape) => shape.join() === of.join()))).toEqual([
    0, 0, 0, 0, 0, 1, 3, 0, 0, 2, 4, 0, 0, 0,
  ]);

  const writes = events.filter(({ payload }) => 'operation' in payload && payload.operation === 'write');
  expect(writes).toHaveLength(11);
  const decisions = new Set(
    events.flatMap(({ event_type, event_id }): string[] =>
      event_type === 'DECISION_POINT' ? [event_id] : [],
    ),
  );
  for (const { causation } of writes) expect(decisions).toContain(causation?.decision_id);
  const march8 = writes.filter(({ occurred_at }) => occurred_at.startsWith('2026-03-08T14:47'));
  expect(march8).toMatchObject([
    { initiator: { user_id: 'user-2041' }, payload: { resource: 'customer C-1042, billing_address' } },
  ]);
});
