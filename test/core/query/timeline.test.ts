import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../core/event/event.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import { nestSubTasks, queryTimeline, type TimelinePage } from '../../../core/query/timeline.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { BERLIN, event } from '../narrative/records.ts';
import { FilledLog } from './filled-log.ts';

const TASK = { id: 'task-1' };

/** An event with an id of the log's own time, `seconds` after it opened. */
function at(log: FilledLog, seconds: number, type: string, payload: object, more: object = {}): AuditEvent {
  return event(type, payload, {
    event_id: mintEventId(log.now, log.random),
    occurred_at: new Date(log.now + seconds * 1_000).toISOString(),
    task: TASK,
    ...more,
  });
}

const started = (log: FilledLog, seconds: number, task: object, goal: string) =>
  at(log, seconds, 'TASK_INITIATED', { goal }, { task, initiator: { type: 'user', user_id: 'user-1' } });

async function taskWithSubTask(): Promise<FilledLog> {
  const log = await FilledLog.open(21);
  await log.append(2, 20);
  await log.appendEvents([
    started(log, 0, TASK, 'Plan a trip'),
    started(log, 2, { id: 'task-2', parent_id: 'task-1' }, 'Find a hotel'),
    started(log, 3, { id: 'task-3', parent_id: 'task-2' }, 'Compare prices'),
    at(log, 4, 'TASK_COMPLETED', {}, { task: { id: 'task-3', parent_id: 'task-2' } }),
    at(log, 5, 'TASK_COMPLETED', { output: 'Casa do Rio' }, { task: { id: 'task-2', parent_id: 'task-1' } }),
    at(log, 6, 'TASK_COMPLETED', {}),
  ]);
  return log;
}

async function pageOf(log: FilledLog, limit: number, cursor?: string): Promise<TimelinePage> {
  const page = await queryTimeline(log.reader, 'task-1', { limit, cursor, audience: BERLIN, retainDays: 30 });
  if (!page) throw new Error('no such task');
  return page;
}

const texts = ({ story }: Pick<TimelinePage, 'story'>) => story.entries.map(({ text }) => plain(text));

test('a timeline is the task and the starts of what it handed over; it verifies as it stands', async () => {
  const log = await taskWithSubTask();
  const page = await pageOf(log, 100);
  expect(texts(page)).toEqual([
    expect.stringMatching(/^Agent started by user-1 at .* with goal: Plan a trip$/),
    'Handed over to the agent refund-agent 2.4.1 with goal: Find a hotel',
    'Task completed successfully.',
  ]);
  expect(page.total_count).toBe(3);
  expect(page.story.completeness).toMatchObject({ whole: true, complete: true });
  const { story: _, ...records } = page;
  expect(await verifyPage(records, log.verifierKey)).toMatchObject({ verified: true, shown: { count: 3 } });
  expect(page.story.summary.find(({ label }) => label === 'Kept at least until')).toBeDefined();
});

test('tasks that were handed over are told inside, as far as the budget goes', async () => {
  const log = await taskWithSubTask();
  const { story } = await pageOf(log, 100);
  const nest = (budget: number) => nestSubTasks(log.reader, story, { limit: 100, audience: BERLIN }, budget);
  const child = (await nest(100)).subTasks.get('task-2');
  expect(child && texts({ story: child })).toContain('Task completed successfully. Output: Casa do Rio');
  expect(child?.subTasks.get('task-3')?.entries).toHaveLength(2);
  expect((await nest(3)).subTasks.get('task-2')?.subTasks.size).toBe(0);
  expect((await nest(0)).subTasks.size).toBe(0);
});

test('two tasks that name one another as parent do not make an endless story', async () => {
  const log = await FilledLog.open(22);
  await log.appendEvents([
    started(log, 0, { id: 'task-1', parent_id: 'task-2' }, 'One'),
    started(log, 1, { id: 'task-2', parent_id: 'task-1' }, 'Two'),
  ]);
  const nested = await nestSubTasks(
    log.reader,
    (await pageOf(log, 10)).story,
    { limit: 10, audience: BERLIN },
    100,
  );
  expect([...nested.subTasks.keys()]).toEqual(['task-2']);
  expect(nested.subTasks.get('task-2')?.subTasks.size).toBe(0);
});

test('page by page the story comes to the verdict of the whole, and reads no more than the page', async () => {
  const log = await FilledLog.open(23);
  const steps = Array.from({ length: 40 }, (_, seq) =>
    at(
      log,
      seq + 1,
      'TOOL_CALLED',
      { tool: { name: 'orders.get' } },
      {
        task: { ...TASK, seq: seq + 1 },
        causation: { call_id: `c-${seq}` },
      },
    ),
  );
  const answers = steps.slice(1).map((_, seq) =>
    at(
      log,
      60 + seq,
      'TOOL_RESULT_RECEIVED',
      { status: 'ok' },
      {
        task: { ...TASK, seq: 41 + seq },
        causation: { call_id: `c-${seq + 1}` },
      },
    ),
  );
  await log.appendEvents([started(log, 0, { ...TASK, seq: 0 }, 'Much'), ...steps, ...answers]);
  await log.appendEvents([at(log, 200, 'TASK_FAILED', { reason: 'r' }, { task: { ...TASK, seq: 81 } })]);

  const expected = [
    { code: 'events_missing', count: 1 },
    { code: 'call_without_result', count: 1 },
  ];
  expect((await pageOf(log, 1_000)).story.completeness).toMatchObject({ whole: true, findings: expected });
  let cursor: string | undefined;
  let last: TimelinePage | undefined;
  let seen = 0;
  do {
    last = await pageOf(log, 7, cursor);
    expect(last.events.length).toBeLessThanOrEqual(7);
    seen += last.events.length;
    cursor = last.next_cursor ?? undefined;
    if (cursor !== undefined) expect(cursor.length).toBeLessThan(4_096);
  } while (cursor !== undefined);
  expect(seen).toBe(81);
  expect(last.story.completeness).toMatchObject({ whole: true, findings: expected });
});

test('where there is too much to hand on, the verdict says that it is not of the whole', async () => {
  const log = await FilledLog.open(24);
  const calls = Array.from({ length: 300 }, (_, n) =>
    at(log, n + 1, 'TOOL_CALLED', { tool: { name: 'orders.get' } }, { causation: { call_id: `c-${n}` } }),
  );
  await log.appendEvents([started(log, 0, TASK, 'Much'), ...calls]);
  const first = await pageOf(log, 290);
  const last = await pageOf(log, 290, first.next_cursor ?? '');
  expect(last.next_cursor).toBeNull();
  expect(last.story.completeness.whole).toBe(false);
});

test('events that were refused while the task ran are told', async () => {
  const log = await taskWithSubTask();
  const actor = { type: 'system', id: 'agent-audit-trail' };
  await log.appendEvents([
    at(
      log,
      3,
      'EVENTS_REFUSED',
      { actor, refused: 2, reasons: { schema_invalid: 2 } },
      {
        task: undefined,
        agent: { id: 'agent-audit-trail', version: '0.1.0' },
      },
    ),
  ]);
  expect((await pageOf(log, 100)).story.completeness.findings).toMatchObject([
    { code: 'events_refused', count: 2 },
  ]);
});

test('a cursor of another task, and one of the list of events, are refused', async () => {
  const log = await taskWithSubTask();
  const { next_cursor } = await pageOf(log, 1);
  const ask = queryTimeline(log.reader, 'task-2', { limit: 1, cursor: next_cursor ?? '', audience: BERLIN });
  await expect(ask).rejects.toMatchObject({ code: 'invalid_request', field: 'cursor' });
  expect(await queryTimeline(log.reader, 'task-9', { limit: 1, audience: BERLIN })).toBeUndefined();
});
