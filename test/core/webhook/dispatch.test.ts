import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { AuditError } from '../../../core/errors.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { verifyDelivery } from '../../../core/receipt/verify-delivery.ts';
import { answer, type Receive, WebhookWorld } from './webhook-world.ts';

const HOOK = 'https://hooks.example/a';
const SLOW = 'https://slow.example/b';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const indices = (bodies: { data: { events: { log_index: number }[] } }[]) =>
  bodies.flatMap(({ data }) => data.events.map(({ log_index }) => log_index));

test('records go out in the order of the log, signed, and each message verifies by itself', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK);
  await world.append(3);
  await world.append(2);
  expect(await world.dispatch()).toBeUndefined();
  const [request] = world.heard.get(HOOK) ?? [];
  const [body] = world.bodies(HOOK);
  expect(indices([body])).toEqual([0, 1, 2, 3, 4]);
  expect(body).toMatchObject({
    type: 'audit.records',
    data: { endpoint_id: endpoint.endpointId, tenant_id: 'acme', from_index: 0, next_index: 5 },
  });
  const { verifierKey = '' } = world.intake.cloud.head ?? {};
  expect(await verifyPage(body.data, verifierKey)).toMatchObject({ verified: true });
  expect(JSON.stringify(body)).not.toContain('disclosures');
  const secret = world.secrets.secrets.get(`${endpoint.endpointId}/1`) ?? '';
  expect(request?.headers['webhook-id']).toBe(`${endpoint.endpointId}_1_0_5`);
  expect(() =>
    // The world's clock is not this machine's, and the library goes by the machine's.
    new Webhook(secret).verify(request?.body ?? '', { ...request?.headers }),
  ).toThrow(/timestamp/);
  expect(world.attempts(endpoint)).toMatchObject([
    {
      message: 'records',
      from_index: 0,
      next_index: 5,
      records: 5,
      attempt: 1,
      outcome: 'delivered',
      status: 204,
    },
  ]);
  await world.dispatch();
  expect(world.heard.get(HOOK)).toHaveLength(1); // nothing is due, so nothing is sent
});

test('an endpoint gets what it asked for, and indices show that nothing is missing between', async () => {
  const world = await WebhookWorld.open();
  await world.append(2);
  const endpoint = await world.endpoint(HOOK, { filter: { event_type: ['TASK_FAILED'] } });
  await world.append(3);
  await world.dispatch();
  expect(world.heard.get(HOOK)).toBeUndefined();
  expect(world.state(endpoint)).toMatchObject({ cursor: 5, acknowledged: 2 });
  await world.append(1, { event_type: 'TASK_FAILED', initiator: undefined, payload: { reason: 'no stock' } });
  await world.append(1);
  await world.dispatch();
  const [{ data }] = world.bodies(HOOK);
  expect(data).toMatchObject({ from_index: 2, next_index: 7, events: [{ log_index: 5 }] });
});

test('a failed message is sent again as it was, with the same id, while newer records wait', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK, { receive: () => answer(500) });
  await world.append(2);
  const wakeAt = (await world.dispatch()) ?? 0;
  expect(wakeAt - world.now).toBeGreaterThanOrEqual(5_000);
  expect(wakeAt - world.now).toBeLessThanOrEqual(5_500);
  await world.append(3);
  await world.dispatch();
  expect(world.heard.get(HOOK)).toHaveLength(1); // it waits
  world.receive(HOOK, () => answer(200));
  world.intake.now = wakeAt;
  await world.dispatch();
  const [first, second, third] = world.heard.get(HOOK) ?? [];
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
  expect(JSON.parse(third?.body ?? '').data).toMatchObject({ from_index: 2, next_index: 5 });
  expect(world.attempts(endpoint)).toMatchObject([
    { outcome: 'failed', problem: 'status', status: 500, attempt: 1, next_attempt_at: expect.any(String) },
    { outcome: 'delivered', attempt: 2 },
    { outcome: 'delivered', attempt: 1 },
  ]);
});

test('an outage of a day loses nothing, and nothing comes twice', async () => {
  const world = await WebhookWorld.open();
  const until = world.now + DAY;
  await world.endpoint(HOOK, {
    receive: () => (world.now < until ? { answered: false, problem: 'timeout' } : answer(200)),
  });
  for (let hour = 0; hour < 24; hour++) {
    await world.append(5);
    await world.runUntil(world.now + HOUR);
  }
  const before = world.heard.get(HOOK)?.length ?? 0;
  await world.runUntil(world.now + DAY);
  const delivered = world.bodies(HOOK).slice(before);
  expect(indices(delivered)).toEqual(Array.from({ length: 120 }, (_, index) => index));
});

test('after three days of failures an endpoint is disabled, with a record; enabled again, it goes on where it stood', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK, { receive: () => answer(503) });
  await world.append(4);
  const began = world.now;
  await world.runUntil(began + 5 * DAY);
  expect(world.attempts(endpoint)).toHaveLength(10);
  expect(world.state(endpoint)).toMatchObject({ disabled: { reason: 'failed_for_days' }, cursor: 0 });
  const { at = 0 } = world.state(endpoint)?.disabled ?? {};
  expect(at - began).toBeGreaterThan(3 * DAY);
  expect(world.recorded).toMatchObject([
    {
      event_type: 'WEBHOOK_CHANGED',
      payload: {
        target: { id: endpoint.endpointId },
        after: { state: 'disabled', status: 503, undelivered_from: 0 },
      },
    },
  ]);
  expect(world.observed).toEqual([
    { kind: 'disabled', endpointId: endpoint.endpointId, reason: 'failed_for_days' },
  ]);
  world.receive(HOOK, () => answer(200));
  await world.dispatch();
  expect(world.heard.get(HOOK)).toHaveLength(10);
  await world.change(endpoint, { generation: 2 });
  await world.dispatch();
  expect(indices(world.bodies(HOOK).slice(10))).toEqual([0, 1, 2, 3]);
});

test('410 disables at once; 3xx is a failure, and so is a receiver that refuses us', async () => {
  const world = await WebhookWorld.open();
  const gone = await world.endpoint(HOOK, { receive: () => answer(410) });
  const moved = await world.endpoint('https://moved.example/', { receive: () => answer(301) });
  const forbidden = await world.endpoint('https://forbids.example/', { receive: () => answer(403) });
  await world.append(1);
  await world.dispatch();
  expect(world.state(gone)).toMatchObject({ disabled: { reason: 'gone' } });
  expect(world.recorded).toMatchObject([{ payload: { reason: expect.stringContaining('410') } }]);
  expect(world.attempts(moved)).toMatchObject([{ problem: 'redirect', status: 301 }]);
  expect(world.attempts(forbidden)).toMatchObject([{ problem: 'credentials_refused', status: 403 }]);
});

test('Retry-After is honoured', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK, { receive: () => answer(429, '', '3600') });
  await world.append(1);
  await world.dispatch();
  expect(world.state(endpoint)?.nextAttemptAt).toBe(world.now + HOUR);
});

test('an endpoint that never answers keeps no other waiting', async () => {
  const world = await WebhookWorld.open();
  let release = () => {};
  const never = new Promise<void>((resolve) => {
    release = resolve;
  });
  await world.endpoint(SLOW, {
    receive: async () => {
      await never;
      return { answered: false, problem: 'timeout' };
    },
  });
  const good = await world.endpoint(HOOK);
  await world.append(1);
  const first = world.dispatch(); // waits for the slow one
  for (let round = 0; round < 3; round++) {
    while (!world.attempts(good)[round]) await new Promise(setImmediate);
    await world.append(1);
    await world.dispatch(); // another worker: the slow endpoint is taken, the good one is not
  }
  expect(indices(world.bodies(HOOK))).toEqual([0, 1, 2, 3]);
  expect(world.heard.get(SLOW)).toHaveLength(1);
  release();
  await first;
});

test('what became final while a worker had the endpoint is delivered by that worker', async () => {
  const world = await WebhookWorld.open();
  let appended = false;
  await world.endpoint(HOOK, {
    receive: async () => {
      if (!appended) {
        appended = true;
        await world.append(2);
        await world.dispatch(); // the wake-up of that batch finds the endpoint taken, and goes away
      }
      return answer(200);
    },
  });
  await world.append(1);
  await world.dispatch();
  expect(indices(world.bodies(HOOK))).toEqual([0, 1, 2]);
});

test('a worker that was too slow writes nothing any more, and the message comes again with its id', async () => {
  const world = await WebhookWorld.open();
  let late = true;
  const endpoint = await world.endpoint(HOOK, {
    receive: async () => {
      if (late) {
        late = false;
        world.intake.now += 2 * 60_000; // beyond the lease
        await world.dispatch();
      }
      return answer(200);
    },
  });
  await world.append(2);
  await world.dispatch();
  const ids = (world.heard.get(HOOK) ?? []).map(({ headers }) => headers['webhook-id']);
  expect(ids).toEqual([ids[0], ids[0]]);
  expect(world.state(endpoint)).toMatchObject({ cursor: 2, delivered: 2 });
});

test('a long log is delivered in messages of a hundred, and gone on with by another worker', async () => {
  const world = await WebhookWorld.open();
  for (let batch = 0; batch < 5; batch++) await world.append(60);
  const endpoint = await world.endpoint(HOOK, {
    from: 0,
    receive: () => {
      world.intake.now += 20_000;
      return answer(200);
    },
  });
  expect(await world.dispatch(30_000)).toBe(world.now);
  expect(world.state(endpoint)?.cursor).toBe(200);
  await world.dispatch();
  expect(world.bodies(HOOK).map(({ data }) => data.events.length)).toEqual([100, 100, 100]);
});

test('a receiver that finds a message too large gets smaller ones, down to a single record', async () => {
  const world = await WebhookWorld.open();
  await world.append(9);
  const limited = (most: number) => (request: { body: string }) =>
    answer(JSON.parse(request.body).data.events.length > most ? 413 : 200);
  const endpoint = await world.endpoint(HOOK, { from: 0, receive: limited(2) });
  const tiny = await world.endpoint(SLOW, { from: 0, receive: limited(0) });
  await world.dispatch();
  expect(world.state(endpoint)).toMatchObject({ cursor: 9, delivered: 9 });
  expect(world.attempts(tiny).at(-1)).toMatchObject({ records: 1, problem: 'too_large', outcome: 'failed' });
});

test('a replay sends again from an index, under new ids', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK);
  await world.append(4);
  await world.dispatch();
  const replayed = await world.change(endpoint, { generation: 2, start: { generation: 2, at: 1 } });
  await world.dispatch();
  const [, again] = world.heard.get(HOOK) ?? [];
  expect(indices(world.bodies(HOOK).slice(1))).toEqual([1, 2, 3]);
  expect(again?.headers['webhook-id']).toBe(`${endpoint.endpointId}_2_1_4`);
  await world.change(replayed, { generation: 3 }); // another change does not replay once more
  await world.dispatch();
  expect(world.heard.get(HOOK)).toHaveLength(2);
});

describe('what was purged before it could be delivered', () => {
  /** Of a log of six records those below `below` are gone, as a purge leaves it. */
  async function purged(below: number, receive?: Receive) {
    const world = await WebhookWorld.open();
    const endpoint = await world.endpoint(HOOK, { from: 0, ...(receive && { receive }) });
    await world.append(6);
    const { cloud } = world.intake;
    if (cloud.head) cloud.head = { ...cloud.head, purged: { below, recordedBefore: world.now } };
    for (const [key, item] of cloud.items) if (Number(item['i']) < below) cloud.items.delete(key);
    return { world, endpoint };
  }
  const shown = (body: { data: { events: { log_index: number }[] } }) => ({
    ...body.data,
    events: body.data.events.map(({ log_index }) => log_index),
  });

  test('is left out, and the message that speaks for its range says so, however often it is sent', async () => {
    const { world, endpoint } = await purged(4, () => answer(500));
    const wakeAt = await world.dispatch();
    await world.append(1); // it is not in the message that was fixed
    world.receive(HOOK, () => answer(200));
    world.intake.now = wakeAt ?? 0;
    await world.dispatch();
    const [first, second, third] = world.bodies(HOOK);
    expect(shown(first)).toMatchObject({ from_index: 0, next_index: 6, purged_below: 4, events: [4, 5] });
    expect(second).toEqual(first);
    const ids = world.heard.get(HOOK)?.map(({ headers }) => headers['webhook-id']) ?? [];
    expect(ids[1]).toBe(ids[0]);
    expect(shown(third)).toMatchObject({ from_index: 6, next_index: 7, events: [6] });
    expect(third.data).not.toHaveProperty('purged_below');
    expect(world.state(endpoint)).toMatchObject({ cursor: 7, acknowledged: 7, failures: 0 });
    expect(await verifyDelivery(first, world.intake.cloud.head?.verifierKey ?? '')).toMatchObject({
      verified: true,
    });
  });

  test('keeps nobody waiting, also where nothing else is left', async () => {
    const { world, endpoint } = await purged(6);
    expect(await world.dispatch()).toBeUndefined();
    expect(world.heard.get(HOOK)).toBeUndefined();
    expect(world.state(endpoint)).toMatchObject({ cursor: 6, acknowledged: 0 });
    await world.append(1);
    await world.dispatch();
    expect(world.bodies(HOOK).map(shown)).toMatchObject([
      { from_index: 0, next_index: 7, purged_below: 6, events: [6] },
    ]);
  });

  test('begins a replay behind it', async () => {
    const { world, endpoint } = await purged(2);
    await world.dispatch();
    await world.change(endpoint, { generation: 2, start: { generation: 2, at: 0 } });
    await world.dispatch();
    expect(world.bodies(HOOK).map(shown)).toMatchObject([
      { from_index: 0, purged_below: 2, events: [2, 3, 4, 5] },
      { from_index: 0, purged_below: 2, events: [2, 3, 4, 5] },
    ]);
  });
});

test('a disabled and a removed endpoint get nothing', async () => {
  const world = await WebhookWorld.open();
  await world.endpoint(HOOK, { enabled: false });
  await world.endpoint(SLOW, { removedAt: world.now });
  await world.append(1);
  await world.dispatch();
  expect(world.heard.size).toBe(0);
});

test('a change that the log has not heard of is said before anything is sent', async () => {
  const world = await WebhookWorld.open();
  const mark = { event_type: 'WEBHOOK_CHANGED', event_id: 'x', payload: {} };
  await world.endpoint(HOOK, { unrecorded: JSON.stringify(mark) });
  await world.append(1);
  world.dispatcher.record = async () => {
    throw new AuditError('unavailable', 'the internal queue does not answer');
  };
  await expect(world.dispatch()).rejects.toMatchObject({ code: 'unavailable' });
  expect(world.heard.size).toBe(0);
});

test('without its secret nothing is sent unsigned', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK);
  world.secrets.secrets.clear();
  await world.append(1);
  await world.dispatch();
  expect(world.heard.size).toBe(0);
  expect(world.attempts(endpoint)).toMatchObject([{ problem: 'secret_missing' }]);
});

test('a test sends the newest record that the endpoint gets, once, and says what came of it', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK, { enabled: false, filter: { event_type: ['TASK_INITIATED'] } });
  const empty = await world.test(endpoint);
  await world.append(2);
  world.receive(HOOK, () => answer(302));
  const refused = await world.test(endpoint);
  expect(world.bodies(HOOK)).toMatchObject([
    { type: 'audit.test', data: { events: [], from_index: 0, next_index: 0 } },
    { type: 'audit.test', data: { events: [{ log_index: 1 }], from_index: 1, next_index: 2 } },
  ]);
  expect(world.attempts(endpoint)).toMatchObject([
    { delivery_id: empty, message: 'test', outcome: 'delivered', records: 0 },
    { delivery_id: refused, message: 'test', outcome: 'failed', problem: 'redirect' },
  ]);
  expect(world.state(endpoint)).toBeUndefined();
  await world.change(endpoint, { removedAt: world.now });
  await world.test(endpoint);
  expect(world.heard.get(HOOK)).toHaveLength(2);
});

test('OCSF goes out as an array, signed like everything else', async () => {
  const world = await WebhookWorld.open();
  await world.endpoint(HOOK, { receiver: { kind: 'ocsf', signature: 'v1a' } });
  await world.append(2);
  await world.dispatch();
  expect(world.bodies(HOOK)).toMatchObject([
    [
      { class_uid: 6002, metadata: { sequence: 0 } },
      { class_uid: 6002, metadata: { sequence: 1 } },
    ],
  ]);
  expect(world.heard.get(HOOK)?.[0]?.headers['webhook-signature']).toMatch(/^v1a,/);
});
