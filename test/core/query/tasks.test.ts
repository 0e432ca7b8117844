import { expect, test } from '@jest/globals';
import { findTask, queryTasks, type TaskFilter, type TaskOrder } from '../../../core/query/tasks.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { FilledLog, type Known } from './filled-log.ts';

const SEED = 20261125;
const ENDS: Record<string, string> = {
  TASK_COMPLETED: 'completed',
  TASK_FAILED: 'failed',
  TASK_CANCELLED: 'cancelled',
};

async function open(tasks = 60): Promise<FilledLog> {
  const filled = await FilledLog.open(SEED);
  filled.tasks = tasks;
  filled.types = [
    'TASK_INITIATED',
    'TASK_INITIATED',
    'TOOL_CALLED',
    'DECISION_POINT',
    'TASK_COMPLETED',
    'TASK_FAILED',
    'TASK_CANCELLED',
    'AUDIT_ACCESSED',
  ];
  return filled;
}

const byTime = (a: Known, b: Known) => a.occurredAt - b.occurredAt || a.index - b.index;

/** A task, worked out of its events one by one. */
function recounted(events: readonly Known[]) {
  const sorted = [...events].sort(byTime);
  const ends = sorted.filter(({ eventType }) => ENDS[eventType] !== undefined);
  const start = sorted.find(({ eventType }) => eventType === 'TASK_INITIATED');
  const end = ends.at(-1);
  return { sorted, start, end, anchor: start ?? ends[0], outcome: ENDS[end?.eventType ?? ''] ?? 'open' };
}

/** What the list must be, in order. */
function expectedIds(known: readonly Known[], filter: TaskFilter, order: TaskOrder): string[] {
  const tasks = Map.groupBy(
    known.filter(({ taskId }) => taskId !== undefined),
    ({ taskId }) => taskId ?? '',
  );
  const [from, to] = [Date.parse(filter.from ?? '1970-01-01'), Date.parse(filter.to ?? '9999-01-01')];
  const rows = [...tasks].flatMap(([taskId, events]) => {
    const { anchor, end, outcome } = recounted(events);
    const at = filter.outcome === undefined || filter.outcome === 'open' ? anchor : end;
    const holds =
      at !== undefined &&
      at.occurredAt >= from &&
      at.occurredAt < to &&
      (filter.agent_id === undefined || at.agentId === filter.agent_id) &&
      (filter.user_id === undefined || anchor?.userId === filter.user_id) &&
      (filter.outcome === undefined || outcome === filter.outcome);
    return holds ? [{ taskId, at }] : [];
  });
  const sign = order === 'newest' ? -1 : 1;
  return rows.sort((a, b) => sign * byTime(a.at, b.at)).map(({ taskId }) => taskId);
}

async function walk(
  filled: FilledLog,
  filter: TaskFilter,
  order: TaskOrder,
  limit: number,
  between = async () => {},
) {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 200; page++) {
    const answer = await queryTasks(filled.reader, filter, { order, limit, cursor });
    ids.push(...answer.tasks.map(({ task_id }) => task_id));
    if (answer.next_cursor === null) return ids;
    cursor = answer.next_cursor;
    await between();
  }
  throw new Error('the walk has no end');
}

function randomFilter(random: SeededRandom): TaskFilter {
  const pick = <T>(values: readonly T[]) => values[random.below(values.length)];
  const hour = () => new Date(Date.parse('2026-11-24T02:00:00Z') + random.below(6 * 3_600_000)).toISOString();
  return {
    ...(random.chance(0.5) && { agent_id: pick(['refunds', 'bookings', 'nobody']) }),
    ...(random.chance(0.4) && { user_id: pick(['ann', 'ben']) }),
    ...(random.chance(0.6) && { outcome: pick(['open', 'completed', 'failed', 'cancelled'] as const) }),
    ...(random.chance(0.3) && { from: hour() }),
    ...(random.chance(0.3) && { to: hour() }),
  };
}

test('every filter lists each task once, in order, whatever the order in which its events came', async () => {
  const filled = await open();
  await filled.append(14, 24);
  await filled.appendBatch(300); // boundaries by the minute
  const random = new SeededRandom(SEED);
  const filters: TaskFilter[] = [{}, ...Array.from({ length: 40 }, () => randomFilter(random))];
  for (const filter of filters) {
    for (const order of ['newest', 'oldest'] as const) {
      const expected = expectedIds(filled.known, filter, order);
      expect({ filter, order, ids: await walk(filled, filter, order, 7) }).toEqual({
        filter,
        order,
        ids: expected,
      });
    }
  }
}, 60_000);

test('a task is summed up as a recount of its events does it', async () => {
  const filled = await open(8);
  await filled.append(20, 10);
  const tasks = Map.groupBy(filled.known, ({ taskId }) => taskId ?? '');
  for (const [taskId, events] of tasks) {
    if (taskId === '') continue;
    const { sorted, start, end, anchor, outcome } = recounted(events);
    const time = (event: Known | undefined) => event && new Date(event.occurredAt).toISOString();
    const summary = await findTask(filled.reader, taskId);
    expect(summary).toMatchObject({
      task_id: taskId,
      outcome,
      first_event_at: time(sorted[0]),
      last_event_at: time(sorted.at(-1)),
      event_count: events.length,
    });
    expect(summary?.started_at).toBe(time(start));
    expect(summary?.ended_at).toBe(time(end));
    expect(summary?.agent_id).toBe(anchor?.agentId);
    expect(summary?.user_id).toBe(anchor?.userId);
    const counts = Map.groupBy(events, ({ eventType }) => eventType);
    expect(summary?.counts).toEqual(Object.fromEntries([...counts].map(([type, all]) => [type, all.length])));
  }
  expect(await findTask(filled.reader, 'no-such-task')).toBeUndefined();
});

test('a walk is a snapshot, whatever is appended meanwhile', async () => {
  const filled = await open();
  await filled.append(10, 20);
  const expected = expectedIds(filled.known, {}, 'newest');
  expect(await walk(filled, {}, 'newest', 5, () => filled.append(1, 20))).toEqual(expected);
});

test('a cursor serves its own question alone, and not when it was altered', async () => {
  const filled = await open();
  await filled.append(8, 20);
  const ask = (filter: TaskFilter, order: TaskOrder, cursor?: string) =>
    queryTasks(filled.reader, filter, { order, limit: 3, cursor });
  const cursor = (await ask({}, 'newest')).next_cursor ?? '';
  await expect(ask({}, 'newest', cursor)).resolves.toBeDefined();
  const refused = { code: 'invalid_request', field: 'cursor' };
  await expect(ask({ user_id: 'ann' }, 'newest', cursor)).rejects.toMatchObject(refused);
  await expect(ask({}, 'oldest', cursor)).rejects.toMatchObject(refused);
  await expect(ask({}, 'newest', `${cursor.slice(0, -2)}AA`)).rejects.toMatchObject(refused);
});

test('a page reads what its tasks need, and no record: its cost does not grow with what a task is made of', async () => {
  const filled = await open(3);
  filled.types = ['TASK_INITIATED'];
  await filled.appendBatch(40); // all three begin here
  filled.types = ['TOOL_CALLED'];
  for (let batch = 0; batch < 5; batch++) await filled.appendBatch(2_000);
  let octets = 0;
  let reads = 0;
  const table = {
    get: () => Promise.reject(new Error('the list read a record')),
    query: async (range: Parameters<typeof filled.reader.table.query>[0]) => {
      const page = await filled.reader.table.query(range);
      reads += 1;
      octets += JSON.stringify(page.items).length;
      return page;
    },
  };
  const page = await queryTasks({ ...filled.reader, table }, {}, { order: 'newest', limit: 100 });
  const total = page.tasks.reduce((sum, { event_count }) => sum + event_count, 0);
  expect(total).toBe(10_040);
  expect(reads).toBeLessThan(15);
  expect(octets).toBeLessThan(20_000);
});

test('numbers that never came are counted and named, task by task', async () => {
  const filled = await open(5);
  filled.loss = 0.2;
  await filled.append(12, 30);
  const tasks = [...new Set(filled.known.map(({ taskId }) => taskId))].filter((id) => id !== undefined);
  for (const taskId of tasks) {
    const gaps = (await findTask(filled.reader, taskId))?.seq_gaps;
    const named = gaps?.ranges.flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, offset) => from + offset),
    );
    const lost = filled.lost.get(taskId) ?? [];
    expect(named?.toSorted((a, b) => a - b)).toEqual(lost.toSorted((a, b) => a - b));
    expect(gaps?.missing).toBe(lost.length);
  }
  expect([...filled.lost.values()].flat().length).toBeGreaterThan(20);
});
