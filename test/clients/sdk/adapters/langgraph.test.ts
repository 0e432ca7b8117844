import { expect, test } from '@jest/globals';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import {
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import { auditGraph } from '../../../../clients/sdk/adapters/langgraph.ts';
import { sequenceOf } from '../../../support/event-sequence.ts';
import { memoryTrail } from '../memory-transport.ts';

const order = z.object({ order: z.string() });
const lookUp = tool(
  async ({ order: id }) => {
    if (id === '0') throw new Error('no such order');
    return `order ${id}: 42.50 EUR`;
  },
  { name: 'look_up', description: 'Looks an order up.', schema: order },
);
const refund = tool(
  async ({ order: id }) =>
    interrupt({ question: `Refund ${id}?` }) === 'approved' ? 'refunded' : 'not refunded',
  { name: 'refund', description: 'Pays a refund.', schema: order },
);
const call = (id: string, name: string, value: string) => ({ id, name, args: { order: value } });

function graphOf(lines: AIMessage[]) {
  return new StateGraph(MessagesAnnotation)
    .addNode('agent', async () => {
      const line = lines.shift();
      if (!line) throw new Error('the model is silent');
      return { messages: [line] };
    })
    .addNode('tools', new ToolNode([lookUp, refund]))
    .addEdge(START, 'agent')
    .addConditionalEdges('agent', ({ messages }) => {
      const last = messages.at(-1);
      return last instanceof AIMessage && last.tool_calls?.length ? 'tools' : END;
    })
    .addEdge('tools', 'agent')
    .compile({ checkpointer: new MemorySaver() });
}

function open(lines: AIMessage[]) {
  const { trail, transport, problems } = memoryTrail();
  const config = {
    callbacks: [auditGraph(trail, { user_id: 'u-17', approver: 'u-2' })],
    configurable: { thread_id: 't-1' },
  };
  const sequence = async () => {
    await trail.flush();
    expect(problems).toEqual([]);
    return sequenceOf(transport.events());
  };
  return { graph: graphOf(lines), config, sequence };
}

const asked = { messages: [new HumanMessage('Please refund order 4711.')] };

test('parallel tools, one that fails, a pause, and its resumption as the same task', async () => {
  const { graph, config, sequence } = open([
    new AIMessage({ content: '', tool_calls: [call('c1', 'look_up', '4711'), call('c2', 'look_up', '0')] }),
    new AIMessage({ content: '', tool_calls: [call('c3', 'refund', '4711')] }),
    new AIMessage('Refunded.'),
  ]);
  await graph.invoke(asked, config);
  const paused = await sequence();
  await graph.invoke(new Command({ resume: 'approved' }), config);
  const all = await sequence();
  expect([...paused].sort()).toEqual(
    [
      'task 1 | TASK_INITIATED | Please refund order 4711.',
      'task 1 | TOOL_CALLED | c1 | tool look_up',
      'task 1 | TOOL_CALLED | c2 | tool look_up',
      'task 1 | TOOL_RESULT_RECEIVED | c1 | ok | order 4711: 42.50 EUR',
      'task 1 | TOOL_RESULT_RECEIVED | c2 | error',
      'task 1 | TOOL_CALLED | c3 | tool refund',
      'task 1 | HUMAN_ESCALATION_TRIGGERED | a call | {"question":"Refund 4711?"}',
      'task 1 | TASK_SUSPENDED',
    ].sort(),
  );
  expect(all.slice(paused.length)).toEqual([
    'task 1 | HUMAN_DECISION_RECORDED | a call | approved',
    'task 1 | TASK_RESUMED',
    'task 1 | TOOL_RESULT_RECEIVED | c3 | ok | refunded',
    'task 1 | TASK_COMPLETED',
  ]);
});

test('a graph that is streamed is recorded like one that is invoked', async () => {
  const { graph, config, sequence } = open([new AIMessage('Nothing to do.')]);
  for await (const _ of await graph.stream(asked, config)) void _;
  expect(await sequence()).toEqual([
    'task 1 | TASK_INITIATED | Please refund order 4711.',
    'task 1 | TASK_COMPLETED',
  ]);
});

test('tools of a graph within a graph belong to the task of the outer one', async () => {
  const lines = [
    new AIMessage({ content: '', tool_calls: [call('c1', 'look_up', '7')] }),
    new AIMessage('Seen.'),
  ];
  const { config, sequence } = open([]);
  const outer = new StateGraph(MessagesAnnotation)
    .addNode('inner', graphOf(lines))
    .addEdge(START, 'inner')
    .addEdge('inner', END)
    .compile();
  await outer.invoke(asked, config);
  expect(await sequence()).toEqual([
    'task 1 | TASK_INITIATED | Please refund order 4711.',
    'task 1 | TOOL_CALLED | c1 | tool look_up',
    'task 1 | TOOL_RESULT_RECEIVED | c1 | ok | order 7: 42.50 EUR',
    'task 1 | TASK_COMPLETED',
  ]);
});

test('a graph that throws has failed', async () => {
  const { graph, config, sequence } = open([]);
  await expect(graph.invoke(asked, config)).rejects.toThrow('the model is silent');
  expect((await sequence()).map((line) => line.split(' | ')[1])).toEqual(['TASK_INITIATED', 'TASK_FAILED']);
});
