import { AuditError } from '../../../core/errors.ts';
import { findTask, queryTasks } from '../../../core/query/tasks.ts';
import { routeOf } from '../../shared/http/operation.ts';
import { getTask, listTasks } from '../operations/tasks.ts';
import type { ReadApi } from '../ports.ts';

/** `GET /v1/audit/tasks` and `/v1/audit/tasks/{task_id}`. */
export function taskRoutes({ reader }: Pick<ReadApi, 'reader'>) {
  return [
    routeOf(listTasks, async ({ query: { order, limit, cursor, ...filter } }) => {
      const page = await queryTasks(await reader(), filter, { order, limit, cursor });
      return { status: 200, body: page, gives: { count: page.tasks.length } };
    }),
    routeOf(getTask, async ({ params: { task_id } }) => {
      const task = await findTask(await reader(), task_id);
      if (!task) throw new AuditError('not_found', 'There is no event of this task in the log.');
      return { status: 200, body: task, gives: { count: 1 } };
    }),
  ];
}
