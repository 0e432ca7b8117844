import { mintEventId } from '../../../core/event/ids.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { event } from '../../core/narrative/records.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../../lambdas/shared/api-client.ts';
import { ApiWorld } from '../../lambdas/shared/api-world.ts';

const BATCH = 1_000;

/**
 * The API of a tenant in memory whose log holds one task of `count` events, signed as every log is: the real writer, the
 * real routes, no cloud. Sending so many through the local cloud would take minutes.
 */
export async function longTask(count: number) {
  const world = new ApiWorld();
  const log = await FilledLog.open(51);
  const step = (seq: number) => {
    const common = {
      event_id: mintEventId(log.now, log.random),
      occurred_at: new Date(log.now + seq).toISOString(),
      task: { id: 'task-long', seq },
    };
    if (seq === 0) return event('TASK_INITIATED', { goal: 'Reconcile a year of invoices' }, common);
    if (seq === count - 1) return event('TASK_COMPLETED', { output: 'Reconciled' }, common);
    const causation = { call_id: `call-${Math.ceil(seq / 2)}` };
    return seq % 2 === 1
      ? event(
          'TOOL_CALLED',
          { tool: { name: 'invoices.get' }, input: { invoice: seq } },
          { ...common, causation },
        )
      : event(
          'TOOL_RESULT_RECEIVED',
          { status: 'ok', result_summary: `Invoice ${seq} matches.` },
          { ...common, causation },
        );
  };
  for (let first = 0; first < count; first += BATCH) {
    const size = Math.min(BATCH, count - first);
    const start = log.now;
    await log.appendEvents(Array.from({ length: size }, (_, position) => step(first + position)));
    log.now = start; // all events of the task count from one moment
  }
  world.now = log.now;
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => log.reader,
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: { find: () => undefined },
  });
  return { call: clientOf(routes, world.terms), token: await world.token([...SCOPES]) };
}
