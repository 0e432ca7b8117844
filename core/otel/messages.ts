import type { JsonValue } from '../event/values.ts';
import { flattened, jsonOf, listOf, objectOf, readJson, textOf } from './attributes.ts';
import type { Attributes } from './span.ts';

/** A message of a model's input or output, in either convention's words. */
export interface ModelMessage {
  role: string;
  /** Text that was said; empty where it only called tools. */
  text: string;
  /** What the model thought, where the provider shows it. */
  reasoning: string[];
  toolCalls: { id?: string; name: string; arguments: JsonValue }[];
}

/** What a model was given: GenAI's list of messages with parts, or OpenInference's flattened one. */
function inputMessages(attributes: Attributes): ModelMessage[] {
  return read(attributes, 'gen_ai.input.messages', 'llm.input_messages', 'gen_ai.prompt');
}

/** What a model answered. */
export function outputMessages(attributes: Attributes): ModelMessage[] {
  return read(attributes, 'gen_ai.output.messages', 'llm.output_messages', 'gen_ai.completion');
}

function read(
  attributes: Attributes,
  current: string,
  openInference: string,
  previous: string,
): ModelMessage[] {
  const parts = listOf(attributes[current]).map((message) => ofParts(objectOf(message)));
  if (parts.length > 0) return parts;
  const flat = flattened(attributes, openInference).map((message) => ofOpenInference(message));
  return flat.length > 0 ? flat : flattened(attributes, previous).map((message) => ofPrevious(message));
}

/** `{role, parts: [{type: text | reasoning | tool_call, …}]}` of the GenAI conventions. */
function ofParts(message: Readonly<Record<string, JsonValue>>): ModelMessage {
  const parts = listOf(message['parts']).map((part) => objectOf(part));
  const texts = (...types: string[]) =>
    parts
      .filter((part) => types.includes(textOf(part, 'type') ?? ''))
      .flatMap((part) => textOf(part, 'content', 'text') ?? []);
  const content = message['content'];
  return {
    role: textOf(message, 'role') ?? 'assistant',
    text: [...texts('text'), ...(typeof content === 'string' ? [content] : [])].join('\n'),
    reasoning: texts('reasoning', 'thinking'),
    toolCalls: parts
      .filter((part) => part['type'] === 'tool_call')
      .map((part) => toolCall(textOf(part, 'id'), textOf(part, 'name'), part['arguments'])),
  };
}

function ofOpenInference(message: Readonly<Record<string, JsonValue>>): ModelMessage {
  const contents = flattened(message, 'message.contents');
  const texts = contents.flatMap((part) =>
    textOf(part, 'message_content.type') === 'reasoning' ? [] : (textOf(part, 'message_content.text') ?? []),
  );
  const plain = textOf(message, 'message.content');
  return {
    role: textOf(message, 'message.role') ?? 'assistant',
    text: [...(plain === undefined ? [] : [plain]), ...texts].join('\n'),
    reasoning: contents.flatMap((part) =>
      textOf(part, 'message_content.type') === 'reasoning'
        ? (textOf(part, 'message_content.text') ?? [])
        : [],
    ),
    toolCalls: flattened(message, 'message.tool_calls').map((call) =>
      toolCall(
        textOf(call, 'tool_call.id'),
        textOf(call, 'tool_call.function.name'),
        call['tool_call.function.arguments'],
      ),
    ),
  };
}

/** `gen_ai.prompt.<n>.content`, from before there were parts. */
function ofPrevious(message: Readonly<Record<string, JsonValue>>): ModelMessage {
  return {
    role: textOf(message, 'role') ?? 'assistant',
    text: textOf(message, 'content') ?? '',
    reasoning: [],
    toolCalls: flattened(message, 'tool_calls').map((call) =>
      toolCall(textOf(call, 'id'), textOf(call, 'name'), call['arguments']),
    ),
  };
}

function toolCall(id: string | undefined, name: string | undefined, given: JsonValue | undefined) {
  return {
    ...(id !== undefined && { id }),
    name: name ?? 'unknown',
    arguments: given === undefined ? null : readJson(given),
  };
}

const GOAL_NAMES = [
  'task',
  'goal',
  'input',
  'query',
  'question',
  'prompt',
  'topic',
  'description',
  'content',
];

/** What a run was asked for, in the words of whoever asked: the last that a user said, or the input itself. */
export function goalOf(attributes: Attributes): string | undefined {
  const asked = inputMessages(attributes).findLast(({ role, text }) => role === 'user' && text !== '');
  if (asked) return asked.text;
  const tasks = listOf(attributes['crew_tasks']).flatMap(
    (task) => textOf(objectOf(task), 'description') ?? [],
  );
  if (tasks.length > 0) return tasks.join('\n');
  const input = jsonOf(attributes, 'input.value', 'traceloop.entity.input', 'gen_ai.prompt');
  return input === undefined ? undefined : goalIn(input, 0);
}

/** AutoGen writes its messages into input as Python prints them: `id='…' source='user' … content='…' type='TextMessage'`. */
function contentOf(text: string): string {
  const [, , content] = /^id='.*? content=(['"])(.*)\1 type='/s.exec(text) ?? [];
  return content ?? text;
}

function goalIn(value: JsonValue, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : contentOf(value);
  if (typeof value !== 'object' || value === null || depth > 6) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : goalIn(value.at(-1) ?? null, depth + 1);
  for (const name of [...GOAL_NAMES, 'messages', 'data', 'kwargs', 'inputs']) {
    const inner = Object.hasOwn(value, name) ? goalIn(value[name] ?? null, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
