import { expect, test } from '@jest/globals';
import {
  Agent,
  type Model,
  type ModelResponse,
  Runner,
  RunState,
  type StreamEvent,
  tool,
  Usage,
} from '@openai/agents';
import { z } from 'zod';
import { auditRunner } from '../../../../clients/sdk/adapters/openai-agents.ts';
import { sequenceOf } from '../../../support/event-sequence.ts';
import { allOf, memoryTrail } from '../memory-transport.ts';
import { goldenTypes, TypesGiven } from './types-given.ts';

const given = new TypesGiven();

type Line = Extract<StreamEvent, { type: 'response_done' }>['response']['output'][number];

const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };

/** The framework's own interface of a model, with its lines written down. */
class Scripted implements Model {
  readonly #lines: Line[][];

  constructor(...lines: Line[][]) {
    this.#lines = lines;
  }

  #next(): Line[] {
    const line = this.#lines.shift();
    if (!line) throw new Error('the model is silent');
    return line;
  }

  async getResponse(): Promise<ModelResponse> {
    return { usage: new Usage(usage), output: this.#next() };
  }

  async *getStreamedResponse(): ReturnType<Model['getStreamedResponse']> {
    yield { type: 'response_started' };
    yield { type: 'response_done', response: { id: 'r', usage, output: this.#next() } };
  }
}

const say = (text: string): Line => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});
const think = (text: string): Line => ({
  type: 'reasoning',
  content: [{ type: 'input_text', text }],
});
const call = (callId: string, name: string, input: object): Line => ({
  type: 'function_call',
  callId,
  name,
  arguments: JSON.stringify(input),
  status: 'completed',
});

const order = z.object({ order: z.string() });
const lookUp = tool({
  name: 'look_up',
  description: 'Looks an order up.',
  parameters: order,
  execute: async ({ order: id }) => {
    if (id === '0') throw new Error('no such order');
    return `order ${id}: 42.50 EUR`;
  },
});
const refund = tool({
  name: 'refund',
  description: 'Pays a refund.',
  parameters: order,
  needsApproval: true,
  execute: async ({ order: id }) => `refunded ${id}`,
});
const guardrail = (name: string, tripwireTriggered = false) => ({
  name,
  execute: async () => ({ tripwireTriggered, outputInfo: tripwireTriggered ? 'about the weather' : null }),
});
const asked = 'Please refund order 4711.';

function open(options: Parameters<typeof memoryTrail>[0] = {}) {
  const { trail, transport, problems } = memoryTrail(options);
  const runner = auditRunner(new Runner(), trail, { user_id: 'u-17', approver: 'u-2' });
  const sequence = async () => {
    await trail.flush();
    expect(problems).toEqual([]);
    return sequenceOf(given.note(transport.events()));
  };
  return { trail, transport, runner, sequence };
}

function desk(last: Line[]) {
  const refunds = new Agent({
    name: 'refunds',
    model: new Scripted(
      [
        think('I have to see the order first.'),
        call('c1', 'look_up', { order: '4711' }),
        call('c2', 'look_up', { order: '0' }),
      ],
      [call('c3', 'refund', { order: '4711' })],
      last,
    ),
    tools: [lookUp, refund],
    outputGuardrails: [guardrail('polite')],
  });
  return new Agent({
    name: 'triage',
    model: new Scripted([say('Refunds can do that.'), call('h1', 'transfer_to_refunds', {})]),
    handoffs: [refunds],
    inputGuardrails: [guardrail('on_topic')],
  });
}

const UP_TO_THE_PAUSE = [
  `task 1 | TASK_INITIATED | ${asked}`,
  'task 1 | MESSAGE_EXCHANGED | Refunds can do that. | 15 tokens',
  'task 1 | TOOL_CALLED | a call | agent refunds',
  'task 2 in task 1 | TASK_INITIATED | refunds | Take over as refunds',
  'task 2 in task 1 | MESSAGE_EXCHANGED | refunds | 15 tokens',
  'task 2 in task 1 | DECISION_POINT | refunds | I have to see the order first.',
  'task 2 in task 1 | TOOL_CALLED | refunds | c1 | tool look_up',
  'task 2 in task 1 | TOOL_CALLED | refunds | c2 | tool look_up',
  'task 2 in task 1 | TOOL_RESULT_RECEIVED | refunds | c1 | ok | order 4711: 42.50 EUR',
  'task 2 in task 1 | TOOL_RESULT_RECEIVED | refunds | c2 | error',
  'task 2 in task 1 | MESSAGE_EXCHANGED | refunds | 15 tokens',
  'task 2 in task 1 | POLICY_EVALUATED | refunds',
  'task 2 in task 1 | HUMAN_ESCALATION_TRIGGERED | refunds | approval of c3 | {"tool":"refund","input":{"order":"4711"}}',
  'task 2 in task 1 | TASK_SUSPENDED | refunds',
  'task 1 | TASK_SUSPENDED',
];

const end = (text: string) => [
  `task 2 in task 1 | MESSAGE_EXCHANGED | refunds | ${text} | 15 tokens`,
  'task 2 in task 1 | POLICY_EVALUATED | refunds',
  'task 2 in task 1 | TASK_COMPLETED | refunds',
  `task 1 | TOOL_RESULT_RECEIVED | a call | ok | ${text}`,
  'task 1 | TASK_COMPLETED | 60 tokens',
];

test('a hand-off, parallel tools, one that fails, guardrails, an approval, and its answer as the same tasks', async () => {
  const { runner, sequence } = open();
  const agent = desk([say('Refunded.')]);
  const { state, interruptions } = await runner.run(agent, asked);
  expect(await sequence()).toEqual(UP_TO_THE_PAUSE);
  for (const interruption of interruptions) state.approve(interruption);
  // As an application would, that keeps the state until the answer comes.
  await runner.run(agent, await RunState.fromString(agent, state.toString()));
  expect((await sequence()).slice(UP_TO_THE_PAUSE.length)).toEqual([
    'task 2 in task 1 | HUMAN_DECISION_RECORDED | refunds | approval of c3 | approved',
    'task 1 | TASK_RESUMED',
    'task 2 in task 1 | TASK_RESUMED | refunds',
    'task 2 in task 1 | TOOL_CALLED | refunds | c3 | tool refund',
    'task 2 in task 1 | TOOL_RESULT_RECEIVED | refunds | c3 | ok | refunded 4711',
    ...end('Refunded.'),
  ]);
});

test('a tool that a person rejected is not called, and the run goes on to its end', async () => {
  const { runner, sequence } = open();
  const agent = desk([say('Then not.')]);
  const { state, interruptions } = await runner.run(agent, asked);
  for (const interruption of interruptions) state.reject(interruption);
  await runner.run(agent, state);
  expect((await sequence()).slice(UP_TO_THE_PAUSE.length)).toEqual([
    'task 2 in task 1 | HUMAN_DECISION_RECORDED | refunds | approval of c3 | rejected',
    'task 1 | TASK_RESUMED',
    'task 2 in task 1 | TASK_RESUMED | refunds',
    ...end('Then not.'),
  ]);
});

test('a guardrail that stops the run is a policy that blocked, and the task has failed', async () => {
  const { runner, sequence } = open();
  const agent = new Agent({
    name: 'a',
    model: new Scripted([say('x')]),
    inputGuardrails: [guardrail('on_topic', true)],
  });
  await expect(runner.run(agent, asked)).rejects.toThrow('guardrail');
  expect((await sequence()).filter((line) => !line.includes('MESSAGE'))).toEqual([
    `task 1 | TASK_INITIATED | ${asked}`,
    'task 1 | POLICY_EVALUATED | about the weather',
    'task 1 | TASK_FAILED | A guardrail stopped the run.',
  ]);
});

test('a run that is streamed is recorded like one that is not', async () => {
  const { runner, sequence } = open();
  const agent = new Agent({
    name: 'a',
    model: new Scripted([call('c1', 'look_up', { order: '7' })], [say('Seen.')]),
    tools: [lookUp],
  });
  const result = await runner.run(agent, asked, { stream: true });
  for await (const _ of result.toTextStream()) void _;
  await result.completed;
  expect(await sequence()).toEqual([
    `task 1 | TASK_INITIATED | ${asked}`,
    'task 1 | MESSAGE_EXCHANGED | 15 tokens',
    'task 1 | TOOL_CALLED | c1 | tool look_up',
    'task 1 | TOOL_RESULT_RECEIVED | c1 | ok | order 7: 42.50 EUR',
    'task 1 | MESSAGE_EXCHANGED | Seen. | 15 tokens',
    'task 1 | TASK_COMPLETED | 30 tokens',
  ]);
});

test('runs at the same time on one runner are kept apart, models by name are heard, and an error is a failure', async () => {
  const { trail, transport } = open();
  const model = new Scripted([say('Done.')]);
  const modelProvider = { getModel: () => model };
  const runner = auditRunner(new Runner({ modelProvider }), trail, (context) => ({
    user_id: String(context),
  }));
  const [done, failed] = ['u-1', 'u-2'].map((context) =>
    runner.run(new Agent({ name: context, model: 'scripted' }), asked, { context }),
  );
  await done;
  await expect(failed).rejects.toThrow('the model is silent');
  await trail.flush();
  const byUser = (user: string) =>
    transport
      .events()
      .filter(({ initiator }) => initiator?.user_id === user)
      .map(({ event_type }) => event_type);
  expect(byUser('u-1')).toEqual(['TASK_INITIATED', 'MESSAGE_EXCHANGED', 'TASK_COMPLETED']);
  expect(byUser('u-2')).toEqual(['TASK_INITIATED', 'TASK_FAILED']);
});

test.each([true, false])('a run that is called off was cancelled (streamed: %p)', async (stream) => {
  const { runner, sequence } = open();
  const abort = new AbortController();
  const model = new Scripted([call('c1', 'leave', {})], [say('Done.')]);
  const leave = tool({
    name: 'leave',
    description: 'Leaves.',
    parameters: z.object({}),
    execute: async () => {
      abort.abort(new Error('the user left'));
      return 'left';
    },
  });
  const agent = new Agent({ name: 'a', model, tools: [leave] });
  const { signal } = abort;
  if (stream) await (await runner.run(agent, asked, { stream, signal })).completed;
  else await expect(runner.run(agent, asked, { signal })).rejects.toThrow();
  const all = await sequence();
  expect([all[0], all.at(-1)]).toEqual([`task 1 | TASK_INITIATED | ${asked}`, 'task 1 | TASK_CANCELLED']);
});

test('a provider keeps what is private to it, and a frozen model is asked though nobody hears it', async () => {
  class Provider {
    readonly #model = Object.freeze(new Scripted([say('Done.')]));
    getModel = () => this.#model;
    close() {
      return this.#model;
    }
  }
  const { trail, transport } = open();
  const provider = new Provider();
  const runner = auditRunner(new Runner({ modelProvider: provider }), trail, { user_id: 'u-17' });
  expect((runner.config.modelProvider as Provider).close()).toBe(provider.getModel());
  await runner.run(new Agent({ name: 'a', model: 'scripted' }), asked);
  await trail.flush();
  const types = transport.events().map(({ event_type }) => event_type);
  expect(types).toEqual(['TASK_INITIATED', 'TASK_COMPLETED']);
});

test('where a strict trail cannot record the run, it does not begin', async () => {
  const { trail, transport, runner } = open({
    strict: true,
    onError: () => undefined,
    retry: { attempts: 1 },
  });
  trail.startTask({ goal: 'fill', user_id: 'u' });
  transport.answers.push((events) => allOf(events, { outcome: 'retry', reason: 'down' }));
  await expect(trail.flush()).rejects.toThrow('could not be sent');
  const agent = new Agent({ name: 'a', model: new Scripted([say('Done.')]) });
  await expect(runner.run(agent, asked)).rejects.toThrow('does not take events');
});

test('the runs above give these types of events', () => {
  expect(given.sorted()).toEqual(goldenTypes()['openai-agents']);
});
