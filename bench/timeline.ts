import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditTrail } from '../clients/sdk/audit-trail.ts';
import type { Task } from '../clients/sdk/task.ts';
import { verdictForAll } from '../clients/sdk/transport.ts';
import type { QueueMessage } from '../core/ingest/open-message.ts';
import { english } from '../core/narrative/messages/en.ts';
import { queryTimeline } from '../core/query/timeline.ts';
import { type Effort, type Extent, effortOf, growthOf, type Line, lineOf, times } from './line.ts';
import { openPlainLog, type PlainLog } from './plain-log.ts';

const SIZES = [300, 3_000, 30_000];
const AT_ONCE = 300; // events of a message, and so of a batch: a divisor of all sizes
const PAGE = 1_000;
const TURN = 6; // events of a turn of the task's loop

/** Events of one task that are told in a second of one core, page by page, each with its proof; and what a page takes. */
export async function benchTimeline({ full }: Extent): Promise<Line[]> {
  const steps: (Effort & { size: number })[] = [];
  let largest: Effort[] = [];
  for (const size of SIZES) {
    const { plain, taskId } = await longTask(size);
    await told(plain, taskId, SIZES[0] ?? 0); // warm
    largest = await times(full ? 5 : 1, () => effortOf(() => told(plain, taskId, size)));
    const [effort] = largest;
    if (effort) steps.push({ size, ...effort });
  }
  const [size = 0] = SIZES.slice(-1);
  const peaks = steps.map(
    ({ size: events, peak }) => `${events.toLocaleString('en')} events ${megabytes(peak)} MB`,
  );
  return [
    lineOf(
      `timeline: a task of ${size.toLocaleString('en')} events, pages of ${PAGE.toLocaleString('en')}`,
      'events/s',
      largest.map(({ seconds }) => size / seconds),
    ),
    {
      name: 'timeline: most memory',
      value: (steps.at(-1)?.peak ?? Number.NaN) / 2 ** 20,
      unit: 'MB',
      note: `beyond the log itself: ${peaks.join(', ')}`,
    },
    growthOf('timeline, events of a task', steps),
  ];
}

/** Reads the timeline to its end or to `most` events, and throws where fewer are told. */
async function told({ reader }: PlainLog, taskId: string, most: number): Promise<void> {
  let [events, cursor]: [number, string | undefined] = [0, undefined];
  do {
    const page = await queryTimeline(reader, taskId, {
      limit: PAGE,
      cursor,
      audience: { messages: english, reader: { timeZone: 'UTC' }, personal: true },
    });
    events += page?.events.length ?? 0;
    cursor = page?.next_cursor ?? undefined;
  } while (cursor !== undefined && events < most);
  if (events < most) throw new Error(`the timeline tells ${events} of ${most} events`);
}

/** A log that holds one task of `size` events. */
async function longTask(size: number): Promise<{ plain: PlainLog; taskId: string }> {
  const plain = await openPlainLog();
  const { clock, random } = plain.log;
  const directory = await mkdtemp(join(tmpdir(), 'bench-timeline-'));
  let number = 0;
  const trail = createAuditTrail({
    agent: { id: 'refund-agent', version: '1.4.0' },
    transport: () => ({
      destination: 'benchmark',
      limits: { events: AT_ONCE, bytes: 2 ** 20 },
      send: async (events) => {
        const list = events.map(({ json }) => json).join(',');
        const body = `{"source":"https","emitter":{"id":"token-1"},"events":[${list}]}`;
        const id = `message-${number++}`;
        const message: QueueMessage = { id, body, sentAt: clock.now(), receives: 1, queue: 'internal' };
        await plain.accept([message]);
        return { verdicts: verdictForAll(events.length, { outcome: 'taken' }) };
      },
    }),
    directory,
    strict: true,
    clock,
    random,
  });
  try {
    const task = trail.startTask({ goal: 'Go through the orders of a year', user_id: 'u-17' });
    for (let events = 2, turn = 0; events + TURN <= size; events += TURN, turn++) {
      takeTurn(task, turn);
      if (turn % 50 === 49) await trail.flush();
    }
    for (let rest = (size - 2) % TURN; rest > 0; rest--)
      task.message({ role: 'agent', content: 'Nearly done.' });
    task.complete({ output: 'all orders are settled' });
    await trail.close();
    return { plain, taskId: task.id };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function takeTurn(task: Task, turn: number): void {
  const order = `order-${turn}`;
  task
    .toolCalled({ tool: 'lookup_order', input: { order } })
    .result({ summary: 'one payment', latency_ms: 40 });
  task.dataAccessed({ operation: 'read', store: { kind: 'database', name: 'orders' }, record_count: 1 });
  task.decision({
    reasoning_summary: `Nothing is owed for ${order}`,
    options_considered: [
      { option: 'Leave it', outcome: 'selected' },
      { option: 'Refund', outcome: 'rejected' },
    ],
  });
  task.policyEvaluated({ policy: 'refund-limit', version: '3.2', outcome: 'allowed', reason: 'below it' });
  task.message({ role: 'agent', content: `${order} is settled.` });
}

function megabytes(octets: number): string {
  return (octets / 2 ** 20).toFixed(0);
}
