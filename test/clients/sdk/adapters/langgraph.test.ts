import { expect, test } from '@jest/globals';
import { Document } from '@langchain/core/documents';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { tool } from '@langchain/core/tools';
import { FakeRetriever } from '@langchain/core/utils/testing';
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
import { goldenTypes, TypesGiven } from './types-given.ts';

const given = new TypesGiven();

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
    return sequenceOf(given.note(transport.events()));
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

test('a node that is tried again, and the call that it makes again', async () => {
  const { config, sequence } = open([]);
  let failures = 2;
  const node = new ToolNode([
    tool(
      async () => {
        if (failures-- > 0) throw new Error('busy');
        return 'seen';
      },
      { name: 'look_up', description: 'Looks an order up.', schema: order },
    ),
  ]);
  node.handleToolErrors = false;
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('tools', node, {
      retryPolicy: { maxAttempts: 3, initialInterval: 1, jitter: false, logWarning: false },
    })
    .addEdge(START, 'tools')
    .addEdge('tools', END)
    .compile();
  const call1 = new AIMessage({ content: 'I look.', tool_calls: [call('c1', 'look_up', '7')] });
  await graph.invoke({ messages: [call1] }, config);
  expect(await sequence()).toEqual([
    'task 1 | TASK_INITIATED | I look.',
    'task 1 | TOOL_CALLED | c1 | tool look_up',
    'task 1 | TOOL_RESULT_RECEIVED | c1 | error',
    'task 1 | TOOL_CALLED | c1 attempt 2 | tool look_up',
    'task 1 | TOOL_RESULT_RECEIVED | c1 attempt 2 | error',
    'task 1 | TOOL_CALLED | c1 attempt 3 | tool look_up',
    'task 1 | TOOL_RESULT_RECEIVED | c1 attempt 3 | ok | seen',
    'task 1 | TASK_COMPLETED',
  ]);
});

test('what a model says, decides and costs, and what a retriever finds', async () => {
  const { config, sequence } = open([]);
  const block = JSON.stringify({
    reasoning_summary: 'Within 30 days.',
    options_considered: ['Refund - SELECTED'],
  });
  const answer = new AIMessage(block);
  Object.assign(answer, { usage_metadata: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } });
  const model = fakeModel().respond(answer);
  const retriever = new FakeRetriever({ output: [new Document({ pageContent: 'RP-7' })] });
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('policy', async (_state, config) => {
      await retriever.invoke('refunds', config);
      return {};
    })
    .addNode('agent', async ({ messages }, config) => ({ messages: [await model.invoke(messages, config)] }))
    .addEdge(START, 'policy')
    .addEdge('policy', 'agent')
    .addEdge('agent', END)
    .compile();
  await graph.invoke(asked, config);
  expect(await sequence()).toEqual([
    'task 1 | TASK_INITIATED | Please refund order 4711.',
    'task 1 | DATA_ACCESSED',
    `task 1 | MESSAGE_EXCHANGED | ${block} | 15 tokens`,
    'task 1 | DECISION_POINT | Within 30 days.',
    'task 1 | TASK_COMPLETED',
  ]);
});

test('a graph that throws has failed', async () => {
  const { graph, config, sequence } = open([]);
  await expect(graph.invoke(asked, config)).rejects.toThrow('the model is silent');
  expect((await sequence()).map((line) => line.split(' | ')[1])).toEqual(['TASK_INITIATED', 'TASK_FAILED']);
});

test('the runs above give these types of events', () => {
  expect(given.sorted()).toEqual(goldenTypes()['langgraph-js']);
});
