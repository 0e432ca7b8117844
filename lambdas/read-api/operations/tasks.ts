import { z } from 'zod';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import { count, short, timestamp } from '../../../core/event/values.ts';
import { OUTCOMES, taskFilterSchema } from '../../../core/query/tasks.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { cursorSchema, inOrder, limitSchema } from '../../shared/http/query-parameters.ts';
import { nextCursor } from './events.ts';

const taskSchema = z
  .strictObject({
    task_id: short(),
    outcome: z.enum(OUTCOMES).meta({ description: 'By the last end in the log; open: there is none.' }),
    started_at: timestamp().optional().meta({ description: 'Absent where the start is not in the log.' }),
    ended_at: timestamp().optional(),
    duration_ms: count()
      .optional()
      .meta({ description: 'From start to end, by the times that the agent gave.' }),
    first_event_at: timestamp(),
    last_event_at: timestamp(),
    agent_id: short().optional(),
    user_id: short().optional(),
    parent_id: short().optional(),
    session_id: short().optional(),
    event_count: count(),
    counts: z.partialRecord(z.enum(EVENT_TYPES as [string, ...string[]]), count()).meta({
      description: 'Events by type.',
    }),
    seq_gaps: z
      .strictObject({ missing: count(), ranges: z.array(z.strictObject({ from: count(), to: count() })) })
      .meta({
        description:
          'Numbers that no event has, of those that each agent instance counts from 0: what was lost before the log. ' +
          'At most 100 ranges are shown; `missing` counts them all.',
      }),
  })
  .meta({ id: 'TaskSummary', description: 'What the log says of a task, without its events.' });

const EXAMPLE = {
  task_id: 'task-refund-4711',
  outcome: 'completed',
  started_at: '2026-11-24T09:30:00.000Z',
  ended_at: '2026-11-24T09:30:41.200Z',
  duration_ms: 41_200,
  first_event_at: '2026-11-24T09:30:00.000Z',
  last_event_at: '2026-11-24T09:30:41.200Z',
  agent_id: 'refund-agent',
  user_id: 'user-2041',
  event_count: 11,
  counts: {
    TASK_INITIATED: 1,
    TOOL_CALLED: 4,
    TOOL_RESULT_RECEIVED: 4,
    DECISION_POINT: 1,
    TASK_COMPLETED: 1,
  },
  seq_gaps: { missing: 1, ranges: [{ from: 7, to: 7 }] },
};

export const listTasks = {
  id: 'listTasks',
  leaves: { accessTo: 'tasks' },
  tag: 'Tasks',
  method: 'GET',
  path: '/v1/audit/tasks',
  scopes: ['events:read'],
  summary: 'Tasks by agent, user, outcome and time',
  description:
    'A task is listed once, at its start, or at its end where its start is not in the log; with an `outcome` other than ' +
    'open, at its last end. Order and `from`, `to` and `agent_id` go by that event; `user_id` is the one on whose ' +
    'account it was started. Of what is rare a page may be shorter than `limit`, or empty: the cursor goes on. A walk ' +
    'from cursor to cursor is a snapshot.',
  query: inOrder(
    z.strictObject({
      ...taskFilterSchema.shape,
      order: z.enum(['newest', 'oldest']).default('newest'),
      limit: limitSchema,
      cursor: cursorSchema,
    }),
  ),
  answers: {
    200: {
      description: 'A page of tasks.',
      schema: z.strictObject({ tasks: z.array(taskSchema), next_cursor: nextCursor }),
      example: { tasks: [EXAMPLE], next_cursor: null },
    },
  },
} as const satisfies Operation;

export const getTask = {
  id: 'getTask',
  leaves: { accessTo: 'task' },
  tag: 'Tasks',
  method: 'GET',
  path: '/v1/audit/tasks/{task_id}',
  scopes: ['events:read'],
  summary: 'One task',
  params: z.strictObject({ task_id: short() }),
  answers: { 200: { description: 'What the log says of it.', schema: taskSchema, example: EXAMPLE } },
  problems: ['not_found'],
} as const satisfies Operation;
