import { RECORD_DECISION } from '../decision/block.ts';
import { extractDecisions } from '../decision/extract.ts';
import { parseTimestamp } from '../event/time.ts';
import { jsonOf, nameOf, objectOf, readJson, textOf } from './attributes.ts';
import type { Told } from './frame.ts';
import { outputMessages } from './messages.ts';
import type { Span } from './span.ts';
import { tokensOf } from './task-events.ts';

/** What a model said, and the decisions that its answer states or shows. */
export function modelEvents(span: Span): Told[] {
  const at = span.end;
  if (span.status.failed) return [];
  const messages = outputMessages(span.attributes);
  const said = messages.map(({ text }) => text).filter((text) => text !== '');
  const tokens = tokensOf(span);
  const stated = said.flatMap((text) => extractDecisions(text));
  const thought = messages.flatMap(({ reasoning }) => reasoning).filter((text) => text.trim() !== '');
  const action = messages
    .flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name))
    .filter((name) => name !== RECORD_DECISION);
  return [
    ...(said.length > 0 || tokens
      ? [
          {
            type: 'MESSAGE_EXCHANGED' as const,
            role: 'message',
            at,
            payload: {
              role: 'assistant',
              channel: 'model',
              content: said.length > 0 ? said.join('\n') : null,
              ...(tokens && { tokens }),
            },
          },
        ]
      : []),
    ...stated.map(
      (decision, index): Told => ({
        type: 'DECISION_POINT',
        role: `decision ${index}`,
        at,
        payload: { ...decision },
      }),
    ),
    ...thought.map((text, index) => reasoned(at, text, action, `reasoning ${index}`)),
  ];
}

/** A plan that an agent made before it acted. */
export function planEvents(span: Span): Told[] {
  const { attributes, end: at } = span;
  const said = outputMessages(attributes).map(({ text }) => text);
  const output = jsonOf(attributes, 'output.value', 'gen_ai.plan', 'gen_ai.output.text');
  const text =
    said.join('\n') ||
    (output === undefined ? '' : typeof output === 'string' ? output : JSON.stringify(output));
  return text.trim() === '' ? [] : [reasoned(at, text, [], 'plan')];
}

/**
 * AutoGen's runtime passes an agent's thoughts on as messages. One message goes to several receivers, each with a span
 * of its own; the one to the group's manager is taken.
 */
export function messageEvents(span: Span): Told[] {
  const receiver = textOf(span.attributes, 'recipient_agent_class') ?? '';
  if (!/Manager$|Orchestrator$/.test(receiver)) return [];
  const message = objectOf(objectOf(readJson(span.attributes['message'] ?? null))['message']);
  const thought = textOf(message, 'content');
  if (message['type'] !== 'ThoughtEvent' || thought === undefined) return [];
  const created = parseTimestamp(textOf(message, 'created_at') ?? '');
  const at = created !== undefined && created <= span.start ? created : span.start;
  return [reasoned(at, thought, [], 'thought', nameOf(message, 'source'))];
}

function reasoned(at: number, text: string, action: readonly string[], role: string, by?: string): Told {
  return {
    type: 'DECISION_POINT',
    role,
    at,
    payload: {
      reasoning_summary: by === undefined ? text : `${by}: ${text}`,
      selected_action: action.length > 0 ? `Call ${action.join(', ')}` : 'none',
      source: 'extracted',
    },
  };
}
