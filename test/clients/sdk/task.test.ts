import { expect, test } from '@jest/globals';
import { contentHash } from '../../../core/event/canonical.ts';
import { AGENT_EVENT_TYPES } from '../../../core/event/event.ts';
import { timeOfEventId } from '../../../core/event/ids.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import { memoryTrail } from './memory-transport.ts';

test('every agent event type has a method, and what it records is valid, hashed and counted', async () => {
  const { trail, transport, problems } = memoryTrail();
  trail.agentChanged({ what: 'model', from: { name: 'm-1' }, to: { name: 'm-2' }, approved_by: 'u-1' });
  const task = trail.startTask({ goal: 'Refund order 4711', user_id: 'u-17', labels: { channel: 'chat' } });
  task.message({ role: 'user', content: 'I want my money back' });
  task.policyEvaluated({ policy: 'return-policy', version: '3.2', outcome: 'allowed' });
  const decision_id = task.decision({
    reasoning_summary: 'Within the window.',
    options_considered: ['Refund - SELECTED', 'Deny - NOT APPLICABLE'],
    policy_references: ['return-policy-v3.2'],
  });
  task
    .toolCalled({ tool: 'issue_refund', input: { order: '4711' }, decision_id })
    .result({ summary: 'done' });
  task.toolCalled({ tool: { name: 'crm', kind: 'api' } }).error(new Error('down'), { code: '503' });
  task.dataAccessed({ operation: 'read', store: { name: 'orders' }, record_count: 1 });
  task.escalate({ reason: 'above the limit' }).decided({ approver: { id: 'u-2' }, decision: 'approved' });
  task.suspend({ waiting_for: 'the bank' });
  task.resume();
  task.humanIntervened({ actor: { id: 'u-3' }, action: 'correct' });
  task.complete({ output: { refunded: 20 }, tokens: { total: 812 } });
  task.fail({ reason: 'unreachable', error: new Error('boom') });
  task.cancel({ by: 'u-17' });
  const report = await trail.close();

  const events = transport.events();
  expect(problems).toEqual([]);
  expect(report).toEqual({ taken: events.length, rejected: 0, unsent: 0 });
  expect(new Set(events.map(({ event_type }) => event_type))).toEqual(new Set(AGENT_EVENT_TYPES));
  for (const [index, event] of events.entries()) {
    expect(parseEvent(event)).toMatchObject({ ok: true });
    expect(transport.taken[index]?.content_hash).toBe(contentHash(event));
  }
  const ofTask = events.filter(({ task: of }) => of?.id === task.id);
  expect(ofTask.map(({ task: of }) => of?.seq)).toEqual(ofTask.map((_, index) => index));
  expect(ofTask.every(({ initiator }) => initiator?.user_id === 'u-17')).toBe(true);
  expect(ofTask.every(({ labels }) => labels?.channel === 'chat')).toBe(true);
});

test('a call and its result, a question and its answer carry one call_id; latency and duration are measured', async () => {
  const { trail, transport, clock } = memoryTrail();
  const task = trail.startTask({ goal: 'g', initiator: { type: 'schedule' } });
  const call = task.toolCalled({ tool: 't' });
  clock.advance(40);
  call.result();
  const question = task.escalate({ reason: 'r' });
  question.decided({ approver: { id: 'u-2' }, decision: 'rejected' });
  task.complete();
  await trail.close();

  const [, called, result, asked, answered, completed] = transport.events();
  expect(called?.causation?.call_id).toBe(call.callId);
  expect(result).toMatchObject({
    causation: { call_id: call.callId },
    payload: { status: 'ok', latency_ms: 40 },
  });
  expect(asked?.causation?.call_id).toBe(question.callId);
  expect(answered?.causation?.call_id).toBe(question.callId);
  expect(completed?.payload).toEqual({ duration_ms: 40 });
});

test('the selected option is the selected action', async () => {
  const { trail, transport } = memoryTrail();
  const task = trail.startTask({ goal: 'g', user_id: 'u' });
  task.decision({ reasoning_summary: 'r', options_considered: ['Deny - REJECTED', 'Refund - SELECTED'] });
  task.decision({ reasoning_summary: 'nothing fits' });
  await trail.close();
  const actions = transport
    .events()
    .map(({ payload }) => 'selected_action' in payload && payload.selected_action);
  expect(actions).toEqual([false, 'Refund', 'none']);
});

test('a child task names its parent, keeps the user, counts for itself and may be of another agent', async () => {
  const { trail, transport } = memoryTrail();
  const task = trail.startTask({ goal: 'Plan a trip', user_id: 'u-17', session_id: 's-1' });
  const child = task.startTask({ goal: 'Find a hotel', agent: { id: 'hotel-agent', version: '2.0.0' } });
  child.complete();
  await trail.close();
  const [, initiated, completed] = transport.events();
  expect(initiated).toMatchObject({
    agent: { id: 'hotel-agent', version: '2.0.0' },
    task: { id: child.id, parent_id: task.id, session_id: 's-1', seq: 0 },
    initiator: { type: 'user', user_id: 'u-17' },
  });
  expect(completed?.task).toMatchObject({ parent_id: task.id, seq: 1 });
});

test('another process goes on with a task: same task and user, the answer pairs with the question, time runs on', async () => {
  const first = memoryTrail();
  const task = first.trail.startTask({ goal: 'g', user_id: 'u-17', labels: { channel: 'chat' } });
  const question = task.escalate({ reason: 'r' });
  task.suspend();
  const kept = JSON.stringify({ task: task.reference, question: question.callId });
  await first.trail.close();

  const second = memoryTrail({ clock: first.clock });
  first.clock.advance(3_600_000);
  const read = JSON.parse(kept);
  const continued = second.trail.continueTask(read.task);
  continued.pendingDecision(read.question).decided({ approver: { id: 'u-2' }, decision: 'approved' });
  continued.resume();
  continued.complete();
  await second.trail.close();

  const [asked] = first.transport.events().slice(1);
  const events = second.transport.events();
  const shared = { task: { id: task.id }, initiator: { user_id: 'u-17' }, labels: { channel: 'chat' } };
  for (const [seq, event] of events.entries()) expect(event).toMatchObject({ ...shared, task: { seq } });
  expect(events[0]?.causation?.call_id).toBe(asked?.causation?.call_id);
  expect(events[0]?.agent.instance_id).not.toBe(asked?.agent.instance_id);
  const { payload } = events[2] ?? {};
  expect(payload && 'duration_ms' in payload && payload.duration_ms).toBeGreaterThanOrEqual(3_600_000);
});

test('a decision block in what a model said is recorded with its options, one of them selected', async () => {
  const { trail, transport } = memoryTrail();
  const task = trail.startTask({ goal: 'Refund order 4711', user_id: 'u-17' });
  const ids = task.captureDecisions(`I refund.\n\`\`\`json
{"reasoning_summary":"The order is within the return window.","options_considered":[
"Deny refund (order outside return window) - NOT APPLICABLE",
"Escalate to human agent - NOT TRIGGERED (policy criteria met)",
"Initiate refund automatically - SELECTED"],"policy_references":["return-policy-v3.2"]}\n\`\`\``);
  expect(task.captureDecisions('Nothing was decided.')).toEqual([]);
  await trail.flush();
  const [, decision] = transport.events();
  expect(decision).toMatchObject({ event_id: ids[0], event_type: 'DECISION_POINT' });
  expect(decision?.payload).toMatchObject({
    selected_action: 'Initiate refund automatically',
    options_considered: [
      { outcome: 'not_applicable' },
      { outcome: 'not_triggered' },
      { outcome: 'selected' },
    ],
    policy_references: ['return-policy-v3.2'],
    source: 'stated',
  });
});

test('what the agent has redacted is gone before anything is hashed, kept or sent', async () => {
  const { trail, transport } = memoryTrail({ redact: ['email'] });
  trail.startTask({ goal: 'Write to ana@example.com', user_id: 'u-17' });
  await trail.close();
  const [event] = transport.events();
  expect(event?.payload).toEqual({ goal: 'Write to [redacted: email]' });
  expect(transport.taken[0]?.content_hash).toBe(contentHash(event ?? {}));
});

test('what is told afterwards bears the time at which it happened, and ids of the time at which it is told', async () => {
  let happens = Date.parse('2026-03-08T14:47:00Z');
  const { trail, transport, clock } = memoryTrail({ happensAt: () => happens });
  const now = clock.now();
  const task = trail.startTask({ goal: 'g', user_id: 'u-1' });
  const call = task.toolCalled({ tool: 't' });
  happens += 3_000;
  call.result();
  await trail.close();

  const events = transport.events();
  expect(events.map(({ occurred_at }) => occurred_at)).toEqual([
    '2026-03-08T14:47:00.000Z',
    '2026-03-08T14:47:00.000Z',
    '2026-03-08T14:47:03.000Z',
  ]);
  expect(events.at(-1)?.payload).toMatchObject({ latency_ms: 3_000 });
  for (const { event_id } of events) expect(timeOfEventId(event_id)).toBe(now);
});
