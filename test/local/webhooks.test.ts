import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { eventIdSchema } from '../../core/event/ids.ts';
import { verifyDelivery } from '../../core/receipt/verify-delivery.ts';
import { ControlTable } from '../../lambdas/adapters/dynamo-control.ts';
import { DynamoDeliveryStates } from '../../lambdas/adapters/dynamo-deliveries.ts';
import { operatorConfig } from './support/aws.ts';
import { deployedFunctions } from './support/deployed-stack.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';

const madeSchema = z.looseObject({ webhook_id: z.string(), secret: z.string() });
const messageSchema = z.looseObject({
  type: z.string(),
  data: z.looseObject({ from_index: z.int(), events: z.array(z.looseObject({ log_index: z.int() })) }),
});
/** What the receiver that answers has got, but for tests. */
const messages = () =>
  received
    .map(({ body }) => messageSchema.parse(JSON.parse(body)))
    .filter(({ type }) => type === 'audit.records');

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const acme = localTenant('acme');
const token = acme.tokens.admin;
const received: Received[] = [];
const servers: Server[] = [];
const made: string[] = [];

/** A receiver on this machine: the one answers 204, the other takes the request and says nothing, ever. */
async function receiver(answers: boolean): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (!answers) return;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({ headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/audit`;
}

async function endpoint(url: string): Promise<z.infer<typeof madeSchema>> {
  const { status, body, text } = await call(acme, 'POST', '/v1/audit/webhooks', { token, body: { url } });
  expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  const endpointMade = madeSchema.parse(body);
  made.push(endpointMade.webhook_id);
  return endpointMade;
}

let secret: string;

beforeAll(async () => {
  await endpoint(await receiver(false));
  ({ secret } = await endpoint(await receiver(true)));
  // The emulator runs one dispatcher at a time: the event shall find it at rest, knowing both endpoints.
  await call(acme, 'POST', `/v1/audit/webhooks/${made[1]}/test`, { token });
  await eventually(() => expect(received.some(({ body }) => body.includes('audit.test'))).toBe(true));
}, 60_000);

afterAll(async () => {
  for (const id of made) await call(acme, 'DELETE', `/v1/audit/webhooks/${id}`, { token });
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
}, 60_000);

test('a record is delivered within seconds, signed and proven, beside an endpoint that never answers', async () => {
  const sent = plainEvent(uniqueName('hook'), { agent: { id: 'hook-agent', version: '1' } });
  const posted = await call(acme, 'POST', '/v1/audit/events', {
    token: acme.tokens.writer,
    body: { events: [sent] },
  });
  expect(posted.status).toBe(202);
  const { headers, body } = await eventually(() => {
    const found = received.find((message) => message.body.includes(sent.event_id));
    if (!found) throw new Error(`${received.length} messages came, none with the event`);
    return found;
  });
  expect(new Webhook(secret).verify(body, headers)).toBeDefined();
  expect(() => new Webhook(secret).verify(body.replace('hook-agent', 'good-agent'), headers)).toThrow();
  expect(await verifyDelivery(JSON.parse(body), acme.verifier_key)).toMatchObject({ verified: true });
}, 60_000);

test('the delivery log says what came of it, and of the endpoint that does not answer', async () => {
  const outcomes = async (id: string | undefined) => {
    const { body } = await call(acme, 'GET', `/v1/audit/webhooks/${id}/deliveries`, { token });
    const { deliveries } = z
      .object({ deliveries: z.array(z.looseObject({ outcome: z.string() })) })
      .parse(body);
    if (deliveries.length === 0) throw new Error('nothing was tried yet');
    return [...new Set(deliveries.map(({ outcome }) => outcome))];
  };
  expect(await eventually(() => outcomes(made[1]))).toContain('delivered');
  expect(await eventually(() => outcomes(made[0]), { timeout: 45_000 })).toContain('failed');
}, 60_000);

test('the sweep of the deployed function finds what a lost wake-up left', async () => {
  const deliverer = (await deployedFunctions(acme)).find(
    ({ name, description }) =>
      name.startsWith('AuditTrail-acme-') && description.startsWith('deliver-webhooks'),
  );
  const id = eventIdSchema.parse(made[1]);
  const dynamo = new DynamoDBClient(operatorConfig(acme));
  const lambda = new LambdaClient(operatorConfig(acme));
  try {
    const control = new ControlTable(
      DynamoDBDocumentClient.from(dynamo),
      deliverer?.variables['CONTROL_TABLE'] ?? '',
    );
    const states = new DynamoDeliveryStates(control);
    // The endpoint as it would stand if the worker that was woken for its last record had died, and its message with it.
    const holder = uniqueName('test');
    const claimed = await eventually(async () => {
      const [now, until] = [Date.now(), Date.now() + 60_000];
      const found = await states.claim(id, { holder, now, until });
      if (!found?.state) throw new Error('a worker has the endpoint');
      return found.state;
    });
    const [left = -1] = messages().flatMap(({ data }) => data.events.map(({ log_index }) => log_index));
    expect(left).toBeLessThan(claimed.cursor);
    const before = messages().length;
    await states.save(id, { ...claimed, cursor: left, acknowledged: left }, { holder, until: 0 });
    const Payload = Buffer.from(
      JSON.stringify({ Records: [{ body: JSON.stringify({ 'detail-type': 'Scheduled Event' }) }] }),
    );
    const answer = await lambda.send(new InvokeCommand({ FunctionName: deliverer?.name, Payload }));
    expect(answer.FunctionError).toBeUndefined();
    const again = await eventually(() => {
      const found = messages()
        .slice(before)
        .find(({ data }) => data.from_index === left);
      if (!found) throw new Error('nothing came again');
      return found;
    });
    expect(await verifyDelivery(again, acme.verifier_key)).toMatchObject({ verified: true });
  } finally {
    dynamo.destroy();
    lambda.destroy();
  }
}, 60_000);
