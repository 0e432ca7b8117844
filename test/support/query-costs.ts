import { type EventFilter, filterSchema } from '../../core/query/filter.ts';
import type { LogReader } from '../../core/query/log-reader.ts';
import { type Order, queryEvents } from '../../core/query/page.ts';
import { queryTasks } from '../../core/query/tasks.ts';
import { type QueryBill, SyntheticLog } from './synthetic-log.ts';

/** The questions whose cost is counted, each with what it asks of a reader. */
export const QUESTIONS: Readonly<Record<string, (reader: LogReader) => Promise<unknown>>> = {
  'first page of everything, and its count': page({}, 'occurred_at'),
  'first page in the order of the log': page({}, 'log'),
  'a page of 100 by agent, with the count of a year': page({ agent_id: 'agent-3' }, 'occurred_at'),
  'a page by agent and type': page({ agent_id: 'agent-3', event_type: ['DECISION_POINT'] }, 'occurred_at'),
  'a page by user': page({ user_id: 'user-74' }, 'occurred_at'),
  'three filters: agent, user, type': page(
    { agent_id: 'agent-2', user_id: 'user-74', event_type: ['DECISION_POINT'] },
    'occurred_at',
  ),
  'a page by time, from the middle of a day': page(
    { from: '2025-11-25T11:30:00.000Z', to: '2025-11-26T07:00:00.000Z' },
    'occurred_at',
  ),
  '20 newest tasks': (reader) => queryTasks(reader, {}, { order: 'newest', limit: 20 }),
  '20 newest tasks that failed': (reader) =>
    queryTasks(reader, { outcome: 'failed' }, { order: 'newest', limit: 20 }),
};

/** What each question costs on a log of `size` records. */
export async function billsOf(size: number): Promise<Map<string, QueryBill>> {
  const log = await SyntheticLog.of(size);
  const bills = new Map<string, QueryBill>();
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    log.take();
    await ask(log.reader);
    bills.set(name, log.take());
  }
  return bills;
}

function page(filter: EventFilter, order: Order) {
  return (reader: LogReader) =>
    queryEvents(reader, filterSchema.parse(filter), { order, limit: 100, personal: false });
}
