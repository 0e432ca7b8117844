import { expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { auditMcpClient } from '../../../../clients/sdk/adapters/mcp.ts';
import { sequenceOf } from '../../../support/event-sequence.ts';
import { allOf, memoryTrail } from '../memory-transport.ts';
import { goldenTypes, TypesGiven } from './types-given.ts';

const given = new TypesGiven();

const order = { order: z.string() };
const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** A real server, and how often it paid. */
function shop() {
  const server = new McpServer({ name: 'shop', version: '2.1.0' });
  const paid: string[] = [];
  const reads = { inputSchema: order, annotations: { readOnlyHint: true } };
  server.registerTool('look_up', reads, async ({ order: id }) => {
    if (id === '0') throw new Error('no such order');
    return said(`order ${id}: 42.50 EUR`);
  });
  server.registerTool('never', reads, () => new Promise(() => undefined));
  server.registerTool(
    'refund',
    { inputSchema: order, annotations: { readOnlyHint: false } },
    async ({ order: id }) => {
      const { action } = await server.server.elicitInput({
        message: `Refund ${id}?`,
        requestedSchema: { type: 'object', properties: { note: { type: 'string' } } },
      });
      if (action !== 'accept') return said('not refunded');
      paid.push(id);
      return said(`refunded ${id}`);
    },
  );
  server.registerResource('policy', 'shop://policy', {}, async ({ href }) => ({
    contents: [{ uri: href, text: 'Up to 100 EUR within 30 days.' }],
  }));
  return { server, paid };
}

async function open(
  action: 'accept' | 'decline' = 'accept',
  options: Parameters<typeof memoryTrail>[0] = {},
) {
  const { trail, transport, problems } = memoryTrail(options);
  const task = trail.startTask({ goal: 'Refund order 4711', user_id: 'u-17' });
  const { server, paid } = shop();
  const client = auditMcpClient(
    new Client({ name: 'refunds', version: '1.0.0' }, { capabilities: { elicitation: {} } }),
    () => task,
  );
  client.setRequestHandler(ElicitRequestSchema, async () => ({
    action,
    ...(action === 'accept' && { content: { note: 'fine' } }),
  }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  const events = async () => {
    await trail.flush();
    expect(problems).toEqual([]);
    return given.note(transport.events().slice(1));
  };
  return { trail, transport, task, client, paid, events };
}

const use = (client: Client, name: string, id: string) => client.callTool({ name, arguments: { order: id } });

test('tools at the same time, one that fails, a resource, and a question of the server to the person', async () => {
  const { client, events } = await open();
  await client.listTools();
  await client.readResource({ uri: 'shop://policy' });
  await Promise.all([use(client, 'look_up', '4711'), use(client, 'look_up', '0')]);
  await use(client, 'refund', '4711');
  const all = await events();
  expect(sequenceOf(all)).toEqual([
    'task 1 | DATA_ACCESSED',
    'task 1 | TOOL_CALLED | a call | mcp look_up',
    'task 1 | TOOL_CALLED | a call | mcp look_up',
    'task 1 | TOOL_RESULT_RECEIVED | a call | error',
    'task 1 | TOOL_RESULT_RECEIVED | a call | ok | order 4711: 42.50 EUR',
    'task 1 | TOOL_CALLED | a call | mcp refund',
    'task 1 | HUMAN_ESCALATION_TRIGGERED | a call | Refund 4711?',
    'task 1 | HUMAN_DECISION_RECORDED | a call | approved',
    'task 1 | TOOL_RESULT_RECEIVED | a call | ok | refunded 4711',
  ]);
  expect(all[0]?.payload).toEqual({
    operation: 'read',
    store: { kind: 'mcp', name: 'shop' },
    resource: 'shop://policy',
    record_count: 1,
  });
  expect(all[5]?.payload).toEqual({
    tool: { name: 'refund', kind: 'mcp', server: 'shop', version: '2.1.0', side_effect: true },
    input: { order: '4711' },
  });
});

test('a person who declines has rejected', async () => {
  const { client, events, paid } = await open('decline');
  await use(client, 'refund', '4711');
  expect(sequenceOf(await events())).toContain('task 1 | HUMAN_DECISION_RECORDED | a call | rejected');
  expect(paid).toEqual([]);
});

test('a call that takes too long has timed out, one that is called off was cancelled', async () => {
  const { client, events } = await open();
  const never = { name: 'never', arguments: { order: '1' } };
  await expect(client.callTool(never, undefined, { timeout: 1 })).rejects.toThrow('timed out');
  await expect(client.callTool(never, undefined, { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(sequenceOf(await events()).filter((line) => line.includes('RESULT'))).toEqual([
    'task 1 | TOOL_RESULT_RECEIVED | a call | timeout',
    'task 1 | TOOL_RESULT_RECEIVED | a call | cancelled',
  ]);
});

test('where a strict trail cannot record a call, the server does not hear of it', async () => {
  const options = { strict: true, onError: () => undefined, retry: { attempts: 1 } };
  const { client, trail, transport, task, paid } = await open('accept', options);
  await trail.flush();
  transport.answers.push((events) => allOf(events, { outcome: 'retry', reason: 'down' }));
  task.message({ role: 'user', content: 'Please.' });
  await expect(trail.flush()).rejects.toThrow('could not be sent');
  await expect(use(client, 'refund', '4711')).rejects.toThrow('does not take events');
  expect(paid).toEqual([]);
});

test('the runs above give these types of events', () => {
  expect(given.sorted()).toEqual(goldenTypes()['mcp']);
});
