import { describe, expect, test } from '@jest/globals';
import { attemptSchema, deliveryStateSchema, PROBLEMS } from '../../../core/webhook/delivery.ts';
import { type Endpoint, endpointSchema, secretsPath } from '../../../core/webhook/endpoint.ts';
import { answer, WebhookWorld } from './webhook-world.ts';

const HOOK = 'https://hooks.example/a';
const SPLUNK = 'https://splunk.example:8088/services/collector/event';

/** What delivering leaves: a success, a failure, a message that is taken and not yet safe, and an endpoint given up. */
async function delivered(): Promise<[string, WebhookWorld, Endpoint][]> {
  const worlds = await Promise.all(Array.from({ length: 4 }, () => WebhookWorld.open()));
  const [well, badly, half, gone] = worlds as [WebhookWorld, WebhookWorld, WebhookWorld, WebhookWorld];
  const receiver = { kind: 'splunk-hec', ack: true } as const;
  const all: [string, WebhookWorld, Endpoint][] = [
    ['delivered', well, await well.endpoint(HOOK)],
    ['failed', badly, await badly.endpoint(HOOK, { receive: () => answer(500) })],
    ['accepted', half, await half.endpoint('https://splunk.example:8088/', { receiver })],
    ['failed', gone, await gone.endpoint(HOOK, { receive: () => answer(410) })],
  ];
  half.receive(SPLUNK, () => answer(200, { text: 'Success', code: 0, ackId: 7 }));
  for (const world of worlds) {
    await world.append(2);
    await world.dispatch();
  }
  return all;
}

describe('what is stored of a delivery', () => {
  test('is of the form in which it is read back, whatever came of it', async () => {
    for (const [outcome, world, endpoint] of await delivered()) {
      const state = world.state(endpoint);
      expect(deliveryStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
      const [attempt] = world.attempts(endpoint);
      expect(attempt).toMatchObject({ outcome });
      expect(attemptSchema.parse(JSON.parse(JSON.stringify(attempt)))).toEqual(
        JSON.parse(JSON.stringify(attempt)),
      );
      expect(endpointSchema.parse(endpoint)).toEqual(endpoint);
    }
  });

  test('says what went wrong in words of ours alone, and holds nothing else', async () => {
    const [, failed] = await delivered();
    if (!failed) throw new Error('nothing failed');
    const [, world, endpoint] = failed;
    const [attempt] = world.attempts(endpoint);
    expect(PROBLEMS).toContain(attempt?.problem);
    expect(attemptSchema.safeParse({ ...attempt, problem: 'their own words' }).success).toBe(false);
    expect(attemptSchema.safeParse({ ...attempt, body: 'their answer' }).success).toBe(false);
    const state = world.state(endpoint);
    expect(deliveryStateSchema.safeParse({ ...state, cursor: -1 }).success).toBe(false);
    expect(deliveryStateSchema.safeParse({ ...state, secret: 'whsec_x' }).success).toBe(false);
  });
});

test('no tenant’s secrets lie under the path of another, also where one name begins with the other', () => {
  expect(secretsPath('acme')).toBe('/agent-audit-trail/acme/webhooks');
  expect(`${secretsPath('acme-2')}/x`.startsWith(`${secretsPath('acme')}/`)).toBe(false);
});
