import { expect, test } from '@jest/globals';
import { answer, WebhookWorld } from './webhook-world.ts';

const HOOK = 'https://hooks.example/a';
const OTHER = 'https://other.example/b';

async function halted(world: WebhookWorld): Promise<void> {
  await world.intake.intake.log.heads.halt('commit/00000000000000000000: two versions');
}

test('a halted log is told to every endpoint, whatever it asked for, and once', async () => {
  const world = await WebhookWorld.open();
  await world.endpoint(HOOK, { filter: { event_type: ['TASK_FAILED'] } });
  await world.endpoint(OTHER, { receiver: { kind: 'ocsf', signature: 'v1' } });
  await world.append(1);
  await world.dispatch();
  world.intake.now += 1_000;
  await halted(world);
  await world.dispatch();
  await world.dispatch();
  const told = world.bodies(HOOK).filter(({ type }) => type === 'audit.integrity_alert');
  expect(told).toMatchObject([
    { data: { tenant_id: 'acme', size: 1, reason: expect.stringContaining('two versions') } },
  ]);
  expect(world.bodies(OTHER).at(-1)).toMatchObject([
    { class_uid: 2004, severity_id: 5, message: expect.stringContaining('two versions') },
  ]);
  expect(world.heard.get(OTHER)).toHaveLength(2);
});

test('it is a record too, once the log goes on: its event waits in the queue, once for one fault', async () => {
  const world = await WebhookWorld.open();
  await halted(world);
  await world.dispatch();
  world.intake.now += 60_000;
  await world.dispatch();
  expect(world.recorded).toMatchObject([
    { event_type: 'INTEGRITY_ALERT', payload: { target: { type: 'log' }, after: { size: 0 } } },
  ]);
  expect(world.observed).toMatchObject([{ kind: 'integrity' }]);
});

test('one whose event could not be put into the queue is said again', async () => {
  const world = await WebhookWorld.open();
  await halted(world);
  const { record } = world.dispatcher;
  world.dispatcher.record = async () => {
    throw new Error('no queue');
  };
  await expect(world.dispatch()).rejects.toThrow('no queue');
  world.dispatcher.record = record;
  await world.dispatch();
  expect(world.recorded).toHaveLength(1);
});

test('an endpoint that was down hears of it when it comes back; one that was made later does not', async () => {
  const world = await WebhookWorld.open();
  await world.endpoint(HOOK, { receive: () => answer(500) });
  world.intake.now += 1;
  await halted(world);
  const wakeAt = await world.dispatch();
  world.receive(HOOK, () => answer(200));
  world.intake.now = wakeAt ?? 0;
  await world.endpoint(OTHER);
  await world.dispatch();
  const [first, second] = world.heard.get(HOOK) ?? [];
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(world.heard.get(HOOK)).toHaveLength(2);
  expect(world.heard.get(OTHER)).toBeUndefined();
});

test('a record that is not the one that was hashed is not given out: all endpoints are told, and it is recorded', async () => {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(HOOK);
  await world.endpoint(OTHER, { filter: { event_type: ['TASK_FAILED'] } });
  await world.append(2);
  for (const item of world.intake.cloud.items.values()) {
    if (item.pk.startsWith('E#')) item.h = new Uint8Array(32);
  }
  world.intake.now += 1;
  await world.dispatch();
  expect(world.heard.get(HOOK)).toBeUndefined();
  expect(world.observed).toMatchObject([
    { kind: 'integrity' },
    { kind: 'fault', endpointId: endpoint.endpointId },
  ]);
  expect(world.recorded).toMatchObject([{ event_type: 'INTEGRITY_ALERT' }]);
  await world.dispatch();
  for (const url of [HOOK, OTHER])
    expect(world.bodies(url)).toMatchObject([{ type: 'audit.integrity_alert' }]);
});
