import { isAuditError } from '../errors.ts';
import type { EventId } from '../event/ids.ts';
import { readHead } from '../query/log-reader.ts';
import { type Alert, alertEvent, alertOfHead, makeAlert } from './alert.ts';
import { readNewest } from './batch.ts';
import type { DeliveryState } from './delivery.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';
import { pushTo } from './push-to.ts';
import { attemptLine, type News, serveEndpoint } from './serve-endpoint.ts';

const AFTER_FAULT_MS = 60_000;

/**
 * Delivers to every endpoint what is due to it, all beside one another, so that a slow one keeps no other waiting.
 * Returns when somebody should come again, in milliseconds since the Unix epoch; undefined: when there is news.
 */
export async function dispatch(deadline: number, dispatcher: Dispatcher): Promise<number | undefined> {
  const { reader, endpoints, states } = dispatcher;
  const head = await readHead(reader);
  const alert = alertOfHead(head, reader.clock.now());
  if (alert) await raise(alert, dispatcher);
  const alerts = await dispatcher.alerts.all();
  const all = await endpoints.list();
  await recordMarks(all, dispatcher);
  const standing = all.filter(({ removedAt, enabled }) => enabled && removedAt === undefined);
  const known = await states.all();
  const wakes = await Promise.all(
    standing
      .filter((endpoint) =>
        isDue(endpoint, known.get(endpoint.endpointId), { head, alerts }, reader.clock.now()),
      )
      .map((endpoint) => serve(endpoint, { head, alerts }, deadline, dispatcher)),
  );
  const times = wakes.filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Sends the newest record that the endpoint gets once more, or an empty message, whatever its state. */
export async function dispatchTest(
  endpointId: EventId,
  deliveryId: EventId,
  dispatcher: Dispatcher,
): Promise<void> {
  const { reader, log } = dispatcher;
  const endpoint = (await dispatcher.endpoints.list()).find((one) => one.endpointId === endpointId);
  if (!endpoint || endpoint.removedAt !== undefined) return;
  const head = await readHead(reader);
  const batch = await readNewest(reader, endpoint.filter, head);
  const startedAt = reader.clock.now();
  const message: Message = { kind: 'test', id: `${endpointId}_${deliveryId}`, at: startedAt, batch };
  const outcome = await pushTo(message, endpoint, undefined, dispatcher);
  const line = attemptLine(message, outcome, { startedAt, now: reader.clock.now(), attempt: 1 });
  await log.add(endpointId, { ...line, delivery_id: deliveryId });
}

/**
 * What the administration marked and could not put into the queue, a worker puts there: a change is not in force before
 * the log will hear of it, and no crash leaves an endpoint waiting for somebody to look.
 */
async function recordMarks(endpoints: readonly Endpoint[], { record }: Dispatcher): Promise<void> {
  const marks = endpoints.flatMap(({ unrecorded }) => (unrecorded === undefined ? [] : [unrecorded]));
  if (marks.length > 0) await record(marks.map((mark): unknown => JSON.parse(mark)));
}

function isDue(
  { generation }: Endpoint,
  state: DeliveryState | undefined,
  { head, alerts }: News,
  now: number,
): boolean {
  if (state?.generation !== generation) return true;
  if (state.disabled || state.nextAttemptAt > now) return false;
  return state.cursor < head.finalSize || alerts.some(({ raisedAt }) => raisedAt > state.alertedTo);
}

async function serve(
  endpoint: Endpoint,
  news: News,
  deadline: number,
  dispatcher: Dispatcher,
): Promise<number | undefined> {
  const { reader, observe } = dispatcher;
  const { endpointId } = endpoint;
  try {
    let { head } = news;
    for (;;) {
      const served = await serveEndpoint(endpoint, { ...news, head }, deadline, dispatcher);
      if (!served || served.wakeAt !== undefined) return served?.wakeAt;
      // Who came while this worker had the endpoint went away again: what became final until now is this one's to deliver.
      head = await readHead(reader);
      if (served.cursor >= head.finalSize || reader.clock.now() >= deadline) return undefined;
    }
  } catch (error) {
    if (isAuditError(error, 'integrity'))
      await raise(makeAlert(news.head.finalSize, error.message, reader.clock.now()), dispatcher);
    observe({ kind: 'fault', endpointId, error });
    return reader.clock.now() + AFTER_FAULT_MS;
  }
}

/** Keeps the alert for every endpoint, and puts its event into the queue, once. */
async function raise(alert: Alert, { alerts, record, observe, version }: Dispatcher): Promise<void> {
  const standing = await alerts.add(alert);
  if (standing.recorded) return;
  await record([alertEvent(standing, version)]);
  await alerts.recorded(standing);
  observe({ kind: 'integrity', reason: standing.reason });
}
