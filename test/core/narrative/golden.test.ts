import { expect, test } from '@jest/globals';
import type { AuditTrail } from '../../../clients/sdk/audit-trail.ts';
import type { AuditEvent } from '../../../core/event/event.ts';
import { toMarkdown } from '../../../core/narrative/markdown.ts';
import { refundRuns } from '../../../examples/agents/refund/runs.ts';
import { travelRuns } from '../../../examples/agents/travel/runs.ts';
import { memoryTrail } from '../../clients/sdk/memory-transport.ts';
import { expectGolden } from './golden.ts';
import { BERLIN, tellWhole } from './records.ts';

const STEP_MS = 1_700;
const THINKING_MS = 95_000; // a person does not answer at once

/** The events of an example's tasks, with times that pass: the example itself takes none. */
async function eventsOf(
  run: (trail: AuditTrail) => Promise<unknown>,
  agent: { id: string; owner: string },
): Promise<AuditEvent[]> {
  const { trail, transport } = memoryTrail({
    agent: { ...agent, version: '1.0.0', instance_id: 'i-1', framework: { name: 'langgraph.js' } },
  });
  await run(trail);
  await trail.close();
  let now = Date.parse('2026-11-24T09:30:00.000Z');
  const startOf = new Map<string, number>();
  return transport.events().map((event) => {
    now += event.event_type === 'HUMAN_DECISION_RECORDED' ? THINKING_MS : STEP_MS;
    const task = event.task?.id ?? '';
    if (!startOf.has(task)) startOf.set(task, now);
    const timed = { ...event, occurred_at: new Date(now).toISOString() } as AuditEvent;
    if ('duration_ms' in timed.payload) timed.payload.duration_ms = now - (startOf.get(task) ?? now);
    return timed;
  });
}

const tasksIn = (events: readonly AuditEvent[]) =>
  events
    .filter(({ event_type, task }) => event_type === 'TASK_INITIATED' && !task?.parent_id)
    .map(({ task }) => task?.id ?? '');

test.each([
  [
    'refund',
    refundRuns,
    { id: 'refund-agent', owner: 'customer care' },
    ['decision', 'escalation', 'failure'],
  ],
  ['travel', travelRuns, { id: 'travel-agent', owner: 'office services' }, ['sub-agent', 'called-off']],
] as const)('the tasks of the %s agent read as they should', async (agent, run, info, names) => {
  const events = await eventsOf(run, info);
  const tasks = tasksIn(events);
  expect(tasks).toHaveLength(names.length);
  for (const [position, task] of tasks.entries())
    expectGolden(`${agent}-${names[position]}.md`, toMarkdown(tellWhole(task, events), BERLIN));
});
