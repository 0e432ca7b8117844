import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { AuditTrail } from '../../clients/sdk/audit-trail.ts';
import type { Call } from '../../clients/sdk/call.ts';
import type { Completion, Failure, PayloadInput, TaskStart, ToolCall } from '../../clients/sdk/inputs.ts';
import type { Task } from '../../clients/sdk/task.ts';
import type { EventId } from '../../core/event/ids.ts';
import type { JsonValue } from '../../core/event/values.ts';

/**
 * Published runs of tau-bench (github.com/sierra-research/tau-bench, MIT): an agent of an airline's customer service,
 * with tools, in conversation with a simulated customer. They lie beside the repository; nothing depends on them.
 */
const RUNS = fileURLToPath(new URL('../../../shared/data/tau-bench/airline-runs.ndjson', import.meta.url));

const toolCallSchema = z.object({ function: z.object({ name: z.string(), arguments: z.string() }) });
const turnSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: z.string() }),
  z.object({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z.array(toolCallSchema).default([]),
  }),
  z.object({ role: z.literal('tool'), name: z.string(), content: z.string() }),
]);
const runSchema = z.object({
  task_id: z.int(),
  trial: z.int(),
  /** 1 where the run left the airline's database as the task demands, else 0. */
  reward: z.number(),
  info: z.object({ task: z.object({ user_id: z.string(), instruction: z.string() }) }),
  traj: z.array(turnSchema),
});

/** One run: what was wanted, what was said and done, and whether it was right. */
export type TauRun = z.infer<typeof runSchema>;

/** All runs, or undefined where the data is not there. */
export function readTauRuns(): TauRun[] | undefined {
  if (!existsSync(RUNS)) return undefined;
  const lines = readFileSync(RUNS, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => runSchema.parse(JSON.parse(line)));
}

/** One call of the SDK. Results name no call: they answer the oldest that waits for one. */
export type Step =
  | { call: 'startTask'; with: TaskStart }
  | { call: 'message'; with: PayloadInput<'MESSAGE_EXCHANGED'> }
  | { call: 'toolCalled'; with: ToolCall }
  | { call: 'result'; summary: string }
  | { call: 'error'; message: string }
  | { call: 'complete'; with: Completion }
  | { call: 'fail'; with: Failure };

/** The tools of the benchmark that change its database, or hand the customer over. */
const SIDE_EFFECT = /^(?:book|cancel|update|send|transfer)_/;
const TOOL_ERROR = /^Error/;

/** What an agent with the SDK would have called in `run`: every message, every tool call and its result, and the end. */
export function stepsOf(run: TauRun): Step[] {
  const { user_id, instruction } = run.info.task;
  const labels = { benchmark_task: String(run.task_id), trial: String(run.trial) };
  return [
    { call: 'startTask', with: { goal: instruction, user_id, labels } },
    ...run.traj.flatMap(stepsOfTurn),
    outcomeOf(run),
  ];
}

function stepsOfTurn(turn: TauRun['traj'][number]): Step[] {
  if (turn.role === 'user') return [{ call: 'message', with: { role: 'user', content: turn.content } }];
  if (turn.role === 'tool') {
    return TOOL_ERROR.test(turn.content)
      ? [{ call: 'error', message: turn.content }]
      : [{ call: 'result', summary: turn.content }];
  }
  const said: Step[] =
    turn.content === null ? [] : [{ call: 'message', with: { role: 'assistant', content: turn.content } }];
  const called = turn.tool_calls.map(({ function: { name, arguments: input } }): Step => {
    const tool = { name, kind: 'tool' as const, side_effect: SIDE_EFFECT.test(name) };
    return { call: 'toolCalled', with: { tool, input: JSON.parse(input) as JsonValue } };
  });
  return [...said, ...called];
}

function outcomeOf({ reward, traj }: TauRun): Step {
  const last = traj.findLast(({ role }) => role === 'assistant');
  const output = last?.content ?? 'no last word';
  if (reward === 1) return { call: 'complete', with: { output } };
  const reason = 'the database of the airline was not left as the task demands';
  return { call: 'fail', with: { reason, last_known_state: output } };
}

/** Plays `steps` on `trail`, one a turn of the generator, which yields the id of the step's event. */
export function* play(steps: readonly Step[], trail: AuditTrail): Generator<EventId, void> {
  let task: Task | undefined;
  const waiting: Call[] = [];
  for (const step of steps) {
    if (step.call === 'startTask') {
      task = trail.startTask(step.with);
      yield task.eventId;
      continue;
    }
    if (!task) throw new Error('a run begins with startTask');
    switch (step.call) {
      case 'message':
        yield task.message(step.with);
        break;
      case 'toolCalled': {
        const call = task.toolCalled(step.with);
        waiting.push(call);
        yield call.eventId;
        break;
      }
      case 'result':
        yield oldest(waiting).result({ summary: step.summary });
        break;
      case 'error':
        yield oldest(waiting).error(step.message);
        break;
      case 'complete':
        yield task.complete(step.with);
        break;
      case 'fail':
        yield task.fail(step.with);
        break;
    }
  }
}

function oldest(waiting: Call[]): Call {
  const call = waiting.shift();
  if (!call) throw new Error('a result without a call');
  return call;
}
