import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { verifyPage } from '../../core/receipt/verify.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';

const madeSchema = z.looseObject({ webhook_id: z.string(), secret: z.string() });
const messageSchema = z.looseObject({ type: z.string(), data: z.unknown() });

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
  const { data } = messageSchema.parse(JSON.parse(body));
  expect(await verifyPage(data, acme.verifier_key)).toMatchObject({ verified: true });
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
