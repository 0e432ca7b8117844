import type { Outcome } from '../../core/narrative/summary.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import { discloseRecord } from '../../core/record/disclosed.ts';
import type { Api, Problem } from './api.ts';
import type { Page } from './pages.ts';
import { type Verdict, verifyRecords } from './verification.ts';

/** A task as the API's index sums it up. Its goal comes from the record of its start, which is verified here. */
export interface ListedTask {
  id: string;
  outcome: Outcome;
  agent: string | undefined;
  user: string | undefined;
  startedAt: string;
  durationMs: number | undefined;
  events: number;
  /** Numbers that no event has. */
  missing: number;
  goal?: unknown;
  verdict?: Verdict;
}

export interface TaskList {
  tasks: ListedTask[];
  /** How many tasks were started, by the same filters; undefined where that does not say how many there are here. */
  total: number | undefined;
  more: boolean;
  altered: number;
  /** Where words were looked for: in how many tasks. */
  searched?: number;
  problem?: Problem;
}

interface Summed {
  task_id: string;
  outcome: Outcome;
  agent_id?: string;
  user_id?: string;
  started_at?: string;
  first_event_at: string;
  duration_ms?: number;
  event_count: number;
  seq_gaps: { missing: number };
}

const PAGE = 50;
const SEARCHED = 200; // tasks of a page, where words are looked for in them
const SEARCHED_PAGES = 5;
const STARTS = 1_000;

/**
 * The first `pages` pages of tasks that `query` asks for, newest first: first what the index says, then the goals, each
 * from the record of the task's start. The index knows no words: those of `q` are looked for here, in goal, id, agent and
 * user of so many tasks as were read.
 */
export async function listTasks(
  api: Api,
  { q = '', ...query }: Readonly<Record<string, string>>,
  trust: Trust,
  pages: number,
  onUpdate: (list: TaskList) => void,
  signal: AbortSignal,
): Promise<void> {
  if (q.trim() !== '') return await searchTasks(api, { q, ...query }, trust, pages, onUpdate, signal);
  const list: TaskList = { tasks: [], total: undefined, more: false, altered: 0 };
  let cursor: string | undefined;
  for (let page = 0; page < pages; page++) {
    const answer = await api.get<{ tasks: Summed[]; next_cursor: string | null }>(
      '/v1/audit/tasks',
      { ...query, limit: String(PAGE), cursor },
      signal,
    );
    if (signal.aborted) return;
    if (!answer.ok) return onUpdate({ ...list, problem: answer.problem });
    list.tasks.push(...answer.data.tasks.map(listed));
    list.more = answer.data.next_cursor !== null;
    onUpdate({ ...list, tasks: [...list.tasks] });
    if (answer.data.next_cursor === null) break;
    cursor = answer.data.next_cursor;
  }
  await addGoals(api, query, trust, list, signal);
  if (!signal.aborted) onUpdate({ ...list, tasks: [...list.tasks] });
}

async function searchTasks(
  api: Api,
  { q = '', ...query }: Readonly<Record<string, string>>,
  trust: Trust,
  pages: number,
  onUpdate: (list: TaskList) => void,
  signal: AbortSignal,
): Promise<void> {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const list: TaskList = { tasks: [], total: undefined, more: false, altered: 0, searched: 0 };
  let cursor: string | undefined;
  for (let page = 0; page < SEARCHED_PAGES * pages; page++) {
    const answer = await api.get<{ tasks: Summed[]; next_cursor: string | null }>(
      '/v1/audit/tasks',
      { ...query, limit: String(SEARCHED), cursor },
      signal,
    );
    if (signal.aborted) return;
    if (!answer.ok) return onUpdate({ ...list, problem: answer.problem });
    const read: TaskList = { ...list, tasks: answer.data.tasks.map(listed) };
    // With an outcome: how many tasks there are is nothing that a search needs to ask.
    await addGoals(api, { outcome: 'any', ...query }, trust, read, signal);
    if (signal.aborted) return;
    const { total: _, tasks, ...rest } = read;
    Object.assign(list, rest, {
      tasks: [...list.tasks, ...tasks.filter((task) => words.every((word) => textOf(task).includes(word)))],
      searched: (list.searched ?? 0) + tasks.length,
      more: answer.data.next_cursor !== null,
    });
    onUpdate({ ...list });
    if (answer.data.next_cursor === null || read.problem) return;
    cursor = answer.data.next_cursor;
  }
}

function textOf({ goal, id, agent = '', user = '' }: ListedTask): string {
  return `${JSON.stringify(goal ?? '')} ${id} ${agent} ${user}`.toLowerCase();
}

function listed(task: Summed): ListedTask {
  return {
    id: task.task_id,
    outcome: task.outcome,
    agent: task.agent_id,
    user: task.user_id,
    startedAt: task.started_at ?? task.first_event_at,
    durationMs: task.duration_ms,
    events: task.event_count,
    missing: task.seq_gaps.missing,
  };
}

/** One question for the starts of all tasks of the list, not one for each. */
async function addGoals(
  api: Api,
  { user_id, agent_id, outcome, from, to }: Readonly<Record<string, string>>,
  trust: Trust,
  list: TaskList,
  signal: AbortSignal,
): Promise<void> {
  const times = list.tasks.map(({ startedAt }) => startedAt).sort();
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return;
  const filter = { user_id, agent_id, event_type: 'TASK_INITIATED' };
  const range = { from: first, to: new Date(Date.parse(last) + 1).toISOString() };
  const [starts, all] = await Promise.all([
    api.get<Page>('/v1/audit/events', { ...filter, ...range, limit: String(STARTS) }, signal),
    outcome === undefined
      ? api.get<Page>('/v1/audit/events', { ...filter, from, to, limit: '1' }, signal)
      : undefined,
  ]);
  if (all?.ok) list.total = all.data.total_count;
  if (!starts.ok) {
    list.problem = starts.problem;
    return;
  }
  const { events, checkpoint } = starts.data;
  const { verdicts } = await verifyRecords(events, checkpoint, trust, signal);
  const byId = new Map(list.tasks.map((task) => [task.id, task]));
  for (const [position, { record, disclosures = [] }] of events.entries()) {
    const { event } = discloseRecord(record, disclosures);
    const task = byId.get(event.task?.id ?? '');
    const verdict = verdicts[position];
    if (!task || !verdict || event.event_type !== 'TASK_INITIATED') continue;
    task.goal = event.payload.goal;
    task.verdict = verdict;
    if (!verdict.verified) list.altered++;
  }
}
