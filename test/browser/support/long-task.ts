import { join } from 'node:path';
import type { Route } from 'playwright-core';
import { mintEventId } from '../../../core/event/ids.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import { rotateKey } from '../../../core/sequencer/rotate-key.ts';
import { BundledFiles } from '../../../lambdas/adapters/bundled-files.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { event } from '../../core/narrative/records.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../../lambdas/shared/api-client.ts';
import { ApiWorld } from '../../lambdas/shared/api-world.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { memoryTerms } from '../../support/memory-log.ts';

const BATCH = 1_000;
/** Where `bundleConsole` puts it. */
const CONSOLE = join(import.meta.dirname, '..', '..', '..', 'dist', 'lambdas', 'read-api', 'console');

/** Hands the log over to another key: what follows is signed by that one alone. */
async function rotate({ log }: FilledLog): Promise<void> {
  const next = new MemoryCloud(new Uint8Array(32).fill(7)).signer();
  Object.assign(log, { signers: [...log.signers, next] });
  const act = { actor: 'ada', requestId: 'r-1', deadline: Number.MAX_SAFE_INTEGER };
  const rotation = await rotateKey(memoryTerms(log), act);
  if (rotation.outcome !== 'rotated') throw new Error('the key was not rotated');
}

/**
 * The API of a tenant in memory whose log changed its key after the first thousand records, and holds one task of `count` events, signed as every log is: the real writer, the
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
    if (first === 0) await rotate(log);
  }
  world.now = log.now;
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => log.reader,
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: new BundledFiles(CONSOLE),
  });
  const call = clientOf(routes, world.terms);
  const token = await world.token([...SCOPES]);
  /** Answers what a page asks: the API, whoever asks, and the console's files, where they were bundled. */
  const answer = async (route: Route): Promise<void> => {
    const { pathname, searchParams } = new URL(route.request().url());
    const path = pathname.slice(Math.max(0, pathname.search(/\/(v1|console)\//)));
    const { status, headers, bytes } = await call('GET', path, {
      token,
      query: Object.fromEntries(searchParams),
    });
    await route.fulfill({ status, body: bytes, headers: textsOf(headers) });
  };
  return { answer };
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
