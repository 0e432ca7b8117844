import { decisionOfCall } from '../decision/extract.ts';
import { countOf, jsonOf, nameOf, objectOf, textOf, toName } from './attributes.ts';
import { durationOf, errorOf, type Told } from './frame.ts';
import { pauseOf } from './pause.ts';
import type { Span } from './span.ts';
import { type Placed, twinOf, withTwins } from './trace.ts';

/** A tool's call and its result; a question to a person where the call waits for one; a decision where it states one. */
export function toolEvents(placed: Placed): Told[] {
  if (twinOf(placed)) return []; // the outer span tells of it
  const span = withTwins(placed);
  const { attributes } = span;
  const pause = pauseOf(span);
  // The call runs again, from its start, once the answer is there: that run has the call and the result.
  if (pause) return [escalation(span, pause)];
  const target = nameOf(attributes, 'gen_ai.transfer.target.name');
  const name = toolName(span);
  const input = inputOf(span);
  const stated = decisionOfCall(name, input);
  if (stated) return [{ type: 'DECISION_POINT', role: 'decision', at: span.start, payload: { ...stated } }];
  const callId =
    textOf(attributes, 'gen_ai.tool.call.id', 'tool_call.id', 'tool.id') ?? resultCallId(span) ?? span.spanId;
  const attempt = countOf(attributes, 'tool.run_attempts');
  const server = nameOf(attributes, 'mcp.server.name', 'server.address');
  const version = nameOf(attributes, 'gen_ai.tool.version', 'tool.version');
  return [
    {
      type: 'TOOL_CALLED',
      role: 'tool call',
      at: span.start,
      callId,
      payload: {
        tool: {
          name,
          kind: target === undefined ? kindOfTool(span) : 'agent',
          ...(server !== undefined && { server }),
          ...(version !== undefined && { version }),
        },
        ...(input !== undefined && { input }),
        ...(attempt !== undefined && attempt > 1 && { attempt }),
      },
    },
    { type: 'TOOL_RESULT_RECEIVED', role: 'tool result', at: span.end, callId, payload: resultOf(span) },
  ];
}

/** The question that a span puts to a person. */
export function escalation(span: Span, pause: { question?: string; callId?: string }): Told {
  return {
    type: 'HUMAN_ESCALATION_TRIGGERED',
    role: 'escalation',
    at: span.end,
    callId: pause.callId,
    payload: {
      reason: 'The run waits for a person.',
      ...(pause.question !== undefined && { question: pause.question }),
      ...(pause.callId !== undefined && { resume_token: toName(pause.callId) }),
    },
  };
}

function toolName({ attributes, name }: Span): string {
  return (
    nameOf(attributes, 'gen_ai.tool.name', 'tool.name', 'traceloop.entity.name', 'tool_call.function.name') ??
    (toName(name) || 'unknown')
  );
}

function inputOf({ attributes }: Span) {
  return jsonOf(
    attributes,
    'gen_ai.tool.call.arguments',
    'input.value',
    'tool.parameters',
    'tool_call.function.arguments',
    'traceloop.entity.input',
  );
}

function kindOfTool({ attributes }: Span): 'mcp' | 'agent' | 'memory' | 'tool' {
  if (textOf(attributes, 'mcp.method.name') !== undefined) return 'mcp';
  if (textOf(attributes, 'gen_ai.tool.type') === 'agent') return 'agent';
  return 'tool';
}

/** LangChain's result of a tool is a message that names the call. */
function resultCallId(span: Span): string | undefined {
  const output = objectOf(jsonOf(span.attributes, 'output.value'));
  return textOf({ ...output, ...objectOf(output['data']), ...objectOf(output['kwargs']) }, 'tool_call_id');
}

function resultOf(span: Span): Record<string, unknown> {
  const latency_ms = durationOf(span);
  if (span.status.failed) {
    const error = errorOf(span);
    const status = /timeout/i.test(error.code ?? '')
      ? 'timeout'
      : /cancel/i.test(error.code ?? '')
        ? 'cancelled'
        : 'error';
    return { status, error, latency_ms };
  }
  const output = jsonOf(
    span.attributes,
    'gen_ai.tool.call.result',
    'output.value',
    'traceloop.entity.output',
  );
  if (output === undefined) return { status: 'ok', latency_ms };
  const message = objectOf(output);
  const { content, status } = { ...message, ...objectOf(message['data']), ...objectOf(message['kwargs']) };
  const text =
    typeof content === 'string' ? content : typeof output === 'string' ? output : JSON.stringify(output);
  return { status: status === 'error' ? 'error' : 'ok', result_summary: text, latency_ms };
}
