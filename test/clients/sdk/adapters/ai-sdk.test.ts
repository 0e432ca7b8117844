import { expect, test } from '@jest/globals';
import {
  generateText,
  isStepCount,
  type ModelMessage,
  registerTelemetry,
  streamText,
  ToolLoopAgent,
  tool,
} from 'ai';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';
import { auditAiSdk } from '../../../../clients/sdk/adapters/ai-sdk.ts';
import { sequenceOf } from '../../../support/event-sequence.ts';
import { allOf, memoryTrail } from '../memory-transport.ts';
import { goldenTypes, TypesGiven } from './types-given.ts';

const given = new TypesGiven();

type Answer = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>;

const usage = {
  inputTokens: { total: 10, noCache: 8, cacheRead: 2, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
};
const say = (...content: Answer['content']): Answer => {
  const unified = content.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop';
  return { content, finishReason: { unified, raw: undefined }, usage, warnings: [] };
};
const text = (words: string) => ({ type: 'text' as const, text: words });
const call = (toolCallId: string, toolName: string, input: object) => ({
  type: 'tool-call' as const,
  toolCallId,
  toolName,
  input: JSON.stringify(input),
});

function modelOf(lines: Answer[]) {
  return new MockLanguageModelV4({
    doGenerate: async () => {
      const line = lines.shift();
      if (!line) throw new Error('the model is silent');
      return line;
    },
  });
}

const order = z.object({ order: z.string() });
const lookUp = tool({
  description: 'Looks an order up.',
  inputSchema: order,
  execute: async ({ order: id }) => {
    if (id === '0') throw new Error('no such order');
    return `order ${id}: 42.50 EUR`;
  },
});
const refund = tool({
  description: 'Pays a refund.',
  inputSchema: order,
  needsApproval: true,
  execute: async ({ order: id }) => `refunded ${id}`,
});
const tools = { look_up: lookUp, refund };
const asked = 'Please refund order 4711.';

function open(options: Parameters<typeof memoryTrail>[0] = {}) {
  const { trail, transport, problems } = memoryTrail(options);
  const telemetry = { integrations: [auditAiSdk(trail, { user_id: 'u-17', approver: 'u-2' })] };
  const sequence = async () => {
    await trail.flush();
    expect(problems).toEqual([]);
    return sequenceOf(given.note(transport.events()));
  };
  return { trail, transport, telemetry, sequence };
}

async function pausedRun(telemetry: ReturnType<typeof open>['telemetry'], last: Answer) {
  const lines = [
    say(
      { type: 'reasoning', text: 'I have to see the order first.' },
      text('I look at both.'),
      call('c1', 'look_up', { order: '4711' }),
      call('c2', 'look_up', { order: '0' }),
    ),
    say(call('c3', 'refund', { order: '4711' })),
    last,
  ];
  const agent = new ToolLoopAgent({ model: modelOf(lines), tools, telemetry });
  const messages: ModelMessage[] = [{ role: 'user', content: asked }];
  const { content, response } = await agent.generate({ messages });
  const request = content.find((part) => part.type === 'tool-approval-request');
  const answer = (approved: boolean): ModelMessage => ({
    role: 'tool',
    content: [
      { type: 'tool-approval-response', approvalId: request?.approvalId ?? '', approved, reason: 'seen' },
    ],
  });
  const resume = (approved: boolean) =>
    agent.generate({ messages: [...messages, ...response.messages, answer(approved)] });
  return resume;
}

const UP_TO_THE_PAUSE = [
  `task 1 | TASK_INITIATED | ${asked}`,
  'task 1 | MESSAGE_EXCHANGED | I look at both. | 15 tokens',
  'task 1 | DECISION_POINT | I have to see the order first.',
  'task 1 | TOOL_CALLED | c1 | tool look_up',
  'task 1 | TOOL_CALLED | c2 | tool look_up',
  'task 1 | TOOL_RESULT_RECEIVED | c2 | error',
  'task 1 | TOOL_RESULT_RECEIVED | c1 | ok | order 4711: 42.50 EUR',
  'task 1 | MESSAGE_EXCHANGED | 15 tokens',
  'task 1 | HUMAN_ESCALATION_TRIGGERED | {"tool":"refund","input":{"order":"4711"}}',
  'task 1 | TASK_SUSPENDED',
];

/** Approvals bear random ids of the framework. */
const withoutApproval = (line: string) => line.replace(/ \| aitxt-\w+/, '');

test('parallel tools, one that fails, an approval, and its answer as the same task', async () => {
  const { telemetry, sequence } = open();
  const resume = await pausedRun(telemetry, say(text('Refunded.')));
  expect((await sequence()).map(withoutApproval)).toEqual(UP_TO_THE_PAUSE);
  await resume(true);
  expect((await sequence()).map(withoutApproval).slice(UP_TO_THE_PAUSE.length)).toEqual([
    'task 1 | HUMAN_DECISION_RECORDED | approved',
    'task 1 | TASK_RESUMED',
    'task 1 | TOOL_CALLED | c3 | tool refund',
    'task 1 | TOOL_RESULT_RECEIVED | c3 | ok | refunded 4711',
    'task 1 | MESSAGE_EXCHANGED | Refunded. | 15 tokens',
    'task 1 | TASK_COMPLETED | 15 tokens',
  ]);
});

test('a tool that a person denied is not called, and the run goes on to its end', async () => {
  const { telemetry, sequence } = open();
  const resume = await pausedRun(telemetry, say(text('Then not.')));
  await resume(false);
  expect((await sequence()).map(withoutApproval).slice(UP_TO_THE_PAUSE.length)).toEqual([
    'task 1 | HUMAN_DECISION_RECORDED | rejected',
    'task 1 | TASK_RESUMED',
    'task 1 | MESSAGE_EXCHANGED | Then not. | 15 tokens',
    'task 1 | TASK_COMPLETED | 15 tokens',
  ]);
});

test('the agent of a tool is a child task, and a decision block is a decision', async () => {
  const { telemetry, sequence } = open();
  const block = JSON.stringify({
    reasoning_summary: 'Within 30 days.',
    options_considered: ['Refund - SELECTED'],
  });
  const ask = tool({
    description: 'Asks the policy agent.',
    inputSchema: order,
    execute: async () => {
      const model = modelOf([say(text(block))]);
      return (await generateText({ model, prompt: 'May it be refunded?', telemetry })).text;
    },
  });
  const model = modelOf([say(call('c1', 'ask', { order: '1' })), say(text('It may.'))]);
  await generateText({ model, tools: { ask }, stopWhen: isStepCount(4), prompt: asked, telemetry });
  expect(await sequence()).toEqual([
    `task 1 | TASK_INITIATED | ${asked}`,
    'task 1 | MESSAGE_EXCHANGED | 15 tokens',
    'task 1 | TOOL_CALLED | c1 | tool ask',
    'task 2 in task 1 | TASK_INITIATED | May it be refunded?',
    `task 2 in task 1 | MESSAGE_EXCHANGED | ${block} | 15 tokens`,
    'task 2 in task 1 | DECISION_POINT | Within 30 days.',
    'task 2 in task 1 | TASK_COMPLETED | 15 tokens',
    `task 1 | TOOL_RESULT_RECEIVED | c1 | ok | ${block}`,
    'task 1 | MESSAGE_EXCHANGED | It may. | 15 tokens',
    'task 1 | TASK_COMPLETED | 30 tokens',
  ]);
});

const streamed = () =>
  new MockLanguageModelV4({
    doStream: async () => ({
      stream: convertArrayToReadableStream([
        { type: 'text-start' as const, id: '1' },
        { type: 'text-delta' as const, id: '1', delta: 'Nothing ' },
        { type: 'text-delta' as const, id: '1', delta: 'to do.' },
        { type: 'text-end' as const, id: '1' },
        { type: 'finish' as const, finishReason: { unified: 'stop' as const, raw: undefined }, usage },
      ]),
    }),
  });

test('a run that is streamed is recorded like one that is not', async () => {
  const { telemetry, sequence } = open();
  for await (const _ of streamText({ model: streamed(), prompt: asked, telemetry }).textStream) void _;
  expect(await sequence()).toEqual([
    `task 1 | TASK_INITIATED | ${asked}`,
    'task 1 | MESSAGE_EXCHANGED | Nothing to do. | 15 tokens',
    'task 1 | TASK_COMPLETED | 15 tokens',
  ]);
});

test('a stream that is aborted is a task that was cancelled', async () => {
  const { telemetry, sequence } = open();
  const abort = new AbortController();
  const { textStream } = streamText({
    model: streamed(),
    prompt: asked,
    telemetry,
    abortSignal: abort.signal,
  });
  abort.abort(new Error('the user left'));
  for await (const _ of textStream) void _;
  expect(await sequence()).toEqual([
    `task 1 | TASK_INITIATED | ${asked}`,
    'task 1 | TASK_CANCELLED | the user left',
  ]);
});

test('a run that throws has failed', async () => {
  const { telemetry, sequence } = open();
  const run = generateText({ model: modelOf([]), prompt: asked, telemetry, maxRetries: 0 });
  await expect(run).rejects.toThrow('the model is silent');
  expect((await sequence()).map((line) => line.split(' | ')[1])).toEqual(['TASK_INITIATED', 'TASK_FAILED']);
});

test('registered once, it finds for each call on whose account it runs', async () => {
  const { trail, transport } = open();
  registerTelemetry(auditAiSdk(trail, ({ runtimeContext }) => ({ user_id: String(runtimeContext['user']) })));
  for (const user of ['u-1', 'u-2']) {
    await generateText({
      model: modelOf([say(text('Done.'))]),
      prompt: asked,
      runtimeContext: { user },
      telemetry: { includeRuntimeContext: { user: true } },
    });
  }
  await trail.flush();
  const begun = transport.events().filter(({ event_type }) => event_type === 'TASK_INITIATED');
  expect(begun.map(({ initiator }) => initiator?.user_id)).toEqual(['u-1', 'u-2']);
});

test('where a strict trail cannot record a call, the tool does not run', async () => {
  const { trail, transport, telemetry } = open({
    strict: true,
    onError: () => undefined,
    retry: { attempts: 1 },
  });
  const task = trail.startTask({ goal: 'fill', user_id: 'u' });
  transport.answers.push((events) => allOf(events, { outcome: 'retry', reason: 'down' }));
  await expect(trail.flush()).rejects.toThrow('could not be sent');
  expect(() => task.message({ role: 'user', content: 'x' })).toThrow();
  let ran = 0;
  const pay = tool({ description: 'Pays.', inputSchema: order, execute: async () => ++ran });
  const model = modelOf([say(call('c1', 'pay', { order: '1' })), say(text('Failed.'))]);
  await generateText({ model, tools: { pay }, stopWhen: isStepCount(4), prompt: asked, telemetry });
  expect(ran).toBe(0);
});

test('the runs above give these types of events', () => {
  expect(given.sorted()).toEqual(goldenTypes()['ai-sdk']);
});
