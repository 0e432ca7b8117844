import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Span } from '../../../core/otel/span.ts';
import { toEvents } from '../../../core/otel/to-events.ts';
import { recordedSpans, span } from './spans.ts';

const AGENT = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'clerk' };
const TOOL = {
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'refund',
  'gen_ai.tool.call.id': 'call-1',
};
const FAILED = { failed: true, message: 'no such order' };

const eventsOf = (...spans: Span[]) => toEvents(spans).events.map(({ event }) => event);
const typesOf = (...spans: Span[]) => eventsOf(...spans).map(({ event_type }) => event_type);

test.each(['langgraph', 'crewai', 'autogen'])(
  'spans of %s make the same ids in whatever order and however often they come',
  (name) => {
    const spans = recordedSpans(name);
    const ids = (given: Span[]) => toEvents(given).events.map(({ event }) => event.event_id);
    const whole = ids(spans);
    expect(new Set(whole).size).toBe(whole.length);
    fc.assert(
      fc.property(fc.shuffledSubarray(spans, { minLength: spans.length }), (shuffled) => {
        expect(ids([...shuffled, ...spans])).toEqual(whole);
      }),
      { seed: 4711, numRuns: 20 },
    );
  },
);

test('spans that come one by one, the root last, still belong to one task', () => {
  const spans = [span(3, 2, TOOL), span(2, 1, { 'gen_ai.operation.name': 'chat' }), span(1, 0, AGENT)];
  const apart = spans.flatMap((one) => eventsOf(one));
  expect(new Set(apart.map(({ task }) => task?.id))).toEqual(new Set([spans[0]?.traceId]));
  expect(apart.map(({ event_id }) => event_id).sort()).toEqual(
    eventsOf(...spans)
      .map((e) => e.event_id)
      .sort(),
  );
});

test('a task whose root never comes keeps what did come', () => {
  expect(typesOf(span(3, 2, TOOL))).toEqual(['TOOL_CALLED', 'TOOL_RESULT_RECEIVED']);
});

test('an agent within an agent is a child task; an agent below a web request is not', () => {
  const nested = eventsOf(
    span(1, 0, AGENT),
    span(2, 1, TOOL),
    span(3, 2, { ...AGENT, 'gen_ai.agent.name': 'checker' }),
  );
  expect(nested.map(({ task }) => task?.parent_id !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
  const web = eventsOf(span(1, 0, { 'http.request.method': 'POST' }), span(2, 1, AGENT));
  expect(web.map(({ event_type, task }) => [event_type, task?.parent_id])).toEqual([
    ['TASK_INITIATED', undefined],
    ['TASK_COMPLETED', undefined],
  ]);
});

test('two instrumentations that wrap one call make one pair, with what each of them knows', () => {
  const outer = span(2, 1, {
    'openinference.span.kind': 'TOOL',
    'tool.name': 'refund',
    'input.value': '{"order":"7"}',
  });
  const [called, result, ...more] = eventsOf(outer, span(3, 2, TOOL));
  expect(more).toEqual([]);
  expect(called).toMatchObject({ causation: { call_id: 'call-1' }, payload: { input: { order: '7' } } });
  expect(result).toMatchObject({ event_type: 'TOOL_RESULT_RECEIVED', causation: { call_id: 'call-1' } });
});

test('an error ends a task as failed, a cancellation as cancelled, a call as what it was', () => {
  expect(typesOf(span(1, 0, AGENT, { status: FAILED }))).toEqual(['TASK_INITIATED', 'TASK_FAILED']);
  expect(typesOf(span(1, 0, { ...AGENT, 'error.type': 'CancelledError' }, { status: FAILED }))).toEqual([
    'TASK_INITIATED',
    'TASK_CANCELLED',
  ]);
  const statusOf = (type: string) =>
    eventsOf(span(2, 1, { ...TOOL, 'error.type': type }, { status: FAILED }))[1]?.payload;
  expect(statusOf('ValueError')).toMatchObject({
    status: 'error',
    error: { code: 'ValueError', message: 'no such order' },
  });
  expect(statusOf('TimeoutError')).toMatchObject({ status: 'timeout' });
});

test('an agent that ended because its model asked for tools that nobody ran has only paused', () => {
  const paused = { ...AGENT, 'gen_ai.response.finish_reasons': ['tool-calls'] };
  expect(typesOf(span(1, 0, paused))).toEqual(['TASK_INITIATED', 'TASK_SUSPENDED']);
  const asked = span(1, 0, AGENT, {
    events: [
      { at: span(1, 0, {}).end, name: 'gen_ai.agent.paused', attributes: { 'gen_ai.agent.pause.id': 'p1' } },
    ],
  });
  expect(typesOf(asked)).toEqual(['TASK_INITIATED', 'HUMAN_ESCALATION_TRIGGERED', 'TASK_SUSPENDED']);
});

test('tokens stand on the end of a task where its own span states them, and on messages otherwise', () => {
  const usage = { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 5 };
  const previous = { 'gen_ai.usage.prompt_tokens': 10, 'gen_ai.usage.completion_tokens': 5 };
  const tokens = { input: 10, output: 5 };
  expect(eventsOf(span(1, 0, { ...AGENT, ...usage }))[1]?.payload).toMatchObject({ tokens });
  const [, message, end] = eventsOf(
    span(1, 0, AGENT),
    span(2, 1, { 'gen_ai.operation.name': 'chat', ...previous }),
  );
  expect(message).toMatchObject({ event_type: 'MESSAGE_EXCHANGED', payload: { tokens } });
  expect(end?.payload).not.toHaveProperty('tokens');
});

test('reasons come from reasoning parts, stated blocks, plans, guardrails and evaluations', () => {
  const parts = [
    { type: 'reasoning', content: 'It is within thirty days.' },
    {
      type: 'text',
      content: '```json\n{"reasoning_summary":"Rule 7 fits.","policy_references":["RP-7"]}\n```',
    },
  ];
  const chat = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts }]),
  };
  const evaluated = span(
    3,
    1,
    {},
    {
      events: [
        {
          at: span(3, 1, {}).end,
          name: 'gen_ai.evaluation.result',
          attributes: { 'gen_ai.evaluation.name': 'Tone', 'gen_ai.evaluation.score.label': 'pass' },
        },
      ],
    },
  );
  const decisions = eventsOf(
    span(2, 1, chat),
    evaluated,
    span(
      4,
      1,
      { 'openinference.span.kind': 'GUARDRAIL', 'output.value': 'tripwire_triggered=true' },
      { name: 'no-pii' },
    ),
    span(5, 1, { 'gen_ai.operation.name': 'plan', 'output.value': 'First look, then refund.' }),
  ).filter(({ event_type }) => event_type === 'DECISION_POINT');
  expect(
    decisions.map(({ payload }) => [
      payload['source'],
      payload['reasoning_summary'],
      payload['policy_references'],
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['stated', 'Rule 7 fits.', ['RP-7']],
      ['extracted', 'It is within thirty days.', undefined],
      ['extracted', 'Tone: pass', ['Tone']],
      ['extracted', 'tripwire_triggered=true', ['no-pii']],
      ['extracted', 'First look, then refund.', undefined],
    ]),
  );
});

test('a model that calls record_decision has decided, not called a tool', () => {
  const args = {
    reasoning_summary: 'Rule 7 fits.',
    options_considered: ['Refund - SELECTED'],
    policy_references: [],
  };
  const call = span(2, 1, {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'record_decision',
    'gen_ai.tool.call.arguments': JSON.stringify(args),
  });
  expect(eventsOf(call)).toMatchObject([
    { event_type: 'DECISION_POINT', payload: { selected_action: 'Refund' } },
  ]);
});

test('access to data is told of without the query', () => {
  const query = "SELECT * FROM orders WHERE email = 'ana@example.com'";
  const [read] = eventsOf(
    span(2, 1, { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': query }),
  );
  expect(read).toMatchObject({
    event_type: 'DATA_ACCESSED',
    payload: {
      operation: 'read',
      store: { system: 'postgresql', name: 'shop' },
      query_digest: expect.stringMatching(/^sha256:/),
    },
  });
  expect(JSON.stringify(read)).not.toContain('ana@');
  const previous = { 'db.system': 'mysql', 'db.name': 'shop', 'db.statement': 'delete from orders' };
  expect(eventsOf(span(2, 1, previous))[0]?.payload).toMatchObject({ operation: 'delete' });
});

test('a handover is a call of an agent', () => {
  const [called] = eventsOf(span(2, 1, { ...TOOL, 'gen_ai.transfer.target.name': 'checker' }));
  expect(called?.payload).toMatchObject({ tool: { kind: 'agent' } });
});

test('spans that are none are named, with what is wrong, and harm no neighbour', () => {
  const bad = [
    span(1, 0, AGENT, { traceId: '00' }),
    span(2, 0, AGENT, { spanId: '0'.repeat(16) }),
    span(3, 0, AGENT, { end: 0 }),
  ];
  const { events, malformed } = toEvents([...bad, span(4, 0, AGENT)]);
  expect(malformed.map(({ span: position }) => position)).toEqual([0, 1, 2]);
  expect(events).toHaveLength(2);
});

test('parents that run in a circle end', () => {
  expect(typesOf(span(1, 2, AGENT), span(2, 1, TOOL))).toHaveLength(4);
});

test('a value that no event could hold is left out with its length', () => {
  const [start] = eventsOf(span(1, 0, { ...AGENT, 'input.value': 'x'.repeat(300_000) }));
  expect(start?.payload['input']).toBe('left out: 300002 bytes, more than an event takes');
});

test.each([
  ['INSERT INTO orders', 'write'],
  ['DROP TABLE orders', 'delete'],
  ['(select 1)', 'read'],
  ['42', 'read'],
])('a database span of %s is a %s, with its table and its rows', (query, operation) => {
  const attributes = { 'db.system.name': 'mysql', 'db.query.text': query, 'db.collection.name': 'orders' };
  expect(eventsOf(span(2, 1, { ...attributes, 'db.response.returned_rows': '3' }))[0]?.payload).toMatchObject(
    {
      operation,
      store: { kind: 'database', system: 'mysql', name: 'mysql' },
      resource: 'orders',
      record_count: 3,
    },
  );
});

test('documents that were retrieved are named and counted, a memory is told from them', () => {
  const documents = {
    'retrieval.documents.0.document.id': 'policy-7',
    'retrieval.documents.0.document.content': 'secret text',
    'retrieval.documents.1.document.id': 'policy-9',
  };
  const [found] = eventsOf(
    span(2, 1, { 'openinference.span.kind': 'RETRIEVER', 'input.value': 'refunds?', ...documents }),
  );
  expect(found).toMatchObject({
    event_type: 'DATA_ACCESSED',
    payload: {
      operation: 'read',
      store: { kind: 'documents', name: 'span 2' },
      resource: 'policy-7, policy-9',
      record_count: 2,
      query_digest: expect.stringMatching(/^sha256:/),
    },
  });
  expect(JSON.stringify(found)).not.toMatch(/secret text|refunds\?/);
  const memory = {
    'gen_ai.operation.name': 'search_memory',
    'gen_ai.memory.store.name': 'preferences',
    'gen_ai.retrieval.documents.count': 4,
  };
  expect(eventsOf(span(2, 1, memory))[0]?.payload).toEqual({
    operation: 'read',
    store: { kind: 'memory', name: 'preferences' },
    record_count: 4,
  });
});

test('messages are read as OpenInference writes them, and as they were written before there were parts', () => {
  const openInference = {
    'openinference.span.kind': 'LLM',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.content': 'I look it up.',
    'llm.output_messages.0.message.contents.0.message_content.type': 'reasoning',
    'llm.output_messages.0.message.contents.0.message_content.text': 'The order is needed first.',
    'llm.output_messages.0.message.contents.1.message_content.type': 'text',
    'llm.output_messages.0.message.contents.1.message_content.text': 'One moment.',
    'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'call-1',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'record_decision',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments':
      '{"reasoning_summary":"Rule 7 fits.","policy_references":["RP-7"]}',
  };
  const events = eventsOf(span(2, 1, openInference));
  expect(events.map(({ payload }) => payload['reasoning_summary'] ?? payload['content'])).toEqual(
    expect.arrayContaining(['The order is needed first.', 'I look it up.\nOne moment.']),
  );
  const previous = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.completion.0.role': 'assistant',
    'gen_ai.completion.0.content': 'Refunded.',
    'gen_ai.completion.0.tool_calls.0.id': 'call-2',
    'gen_ai.completion.0.tool_calls.0.name': 'record_decision',
    'gen_ai.completion.0.tool_calls.0.arguments': '{"reasoning_summary":"Rule 9 fits."}',
  };
  expect(
    eventsOf(span(2, 1, previous)).map(({ payload }) => payload['reasoning_summary'] ?? payload['content']),
  ).toEqual(['Refunded.']);
});

test.each<[string, Record<string, string>, string | undefined]>([
  [
    'tasks of a crew',
    { crew_tasks: '[{"description":"Find it."},{"description":"Pay it."}]' },
    'Find it.\nPay it.',
  ],
  [
    'a list of messages',
    { 'input.value': '{"messages":[{"content":"old"},{"content":"Refund 7"}]}' },
    'Refund 7',
  ],
  [
    'AutoGen’s own text',
    { 'input.value': "id='1' source='user' content='Refund 7' type='TextMessage'" },
    'Refund 7',
  ],
  ['an empty text', { 'input.value': ' ' }, undefined],
  ['numbers', { 'input.value': '{"task":7}' }, undefined],
  ['an empty list', { 'input.value': '[]' }, undefined],
  ['text that is no JSON', { 'input.value': '{broken' }, '{broken'],
])('the goal is read from %s', (_, attributes, goal) => {
  const [start] = eventsOf(span(1, 0, { ...AGENT, ...attributes }));
  expect(start?.payload['goal']).toBe(goal ?? start?.payload['goal']);
  if (goal === undefined) expect(start?.payload['goal']).not.toBe(attributes['input.value']);
});

test('a run that was resumed with another answer has its request changed', () => {
  const resumed = (value: string) =>
    eventsOf(
      span(1, 0, {
        ...AGENT,
        'input.value': JSON.stringify({ graph: null, update: null, resume: value, goto: [] }),
      }),
    );
  const decisions = ['approve', 'no', 'only half of it'].map(
    (answer) =>
      resumed(answer).find(({ event_type }) => event_type === 'HUMAN_DECISION_RECORDED')?.payload['decision'],
  );
  expect(decisions).toEqual(['approved', 'rejected', 'changed']);
  const paused = span(1, 0, AGENT, {
    events: [
      {
        at: span(1, 0, {}).start,
        name: 'gen_ai.agent.resumed',
        attributes: { 'gen_ai.agent.pause.id': 'p-1' },
      },
    ],
  });
  expect(eventsOf(paused).map(({ causation }) => causation?.call_id)).toContain('p-1');
});

test('tools of an MCP server, calls that name themselves in their result, and calls that were cancelled', () => {
  const mcp = { ...TOOL, 'mcp.method.name': 'tools/call', 'gen_ai.tool.call.id': '' };
  const [called, result] = eventsOf(
    span(
      2,
      1,
      { ...mcp, 'output.value': '{"kwargs":{"tool_call_id":"call-9"}}' },
      { status: { failed: true, message: 'stopped' }, events: [exception('CancelledError')] },
    ),
  );
  expect(called?.payload).toMatchObject({ tool: { kind: 'mcp' } });
  expect(result).toMatchObject({ payload: { status: 'cancelled' } });
});

const exception = (type: string) => ({
  at: span(1, 0, {}).start,
  name: 'exception',
  attributes: { 'exception.type': type, 'exception.message': 'stopped' },
});

test('a tool that has no name of its own goes by the span’s, and else is unknown', () => {
  const nameless = { 'gen_ai.operation.name': 'execute_tool' };
  const called = (name: string) => eventsOf(span(2, 1, nameless, { name }))[0]?.payload['tool'];
  expect([called('look up'), called('')]).toMatchObject([
    { name: expect.stringMatching(/look/) },
    { name: 'unknown' },
  ]);
});
