import type { JsonValue } from '../event/values.ts';
import { jsonOf, listOf, nameOf, objectOf, textOf } from './attributes.ts';
import { langgraph } from './kind.ts';
import type { Span } from './span.ts';
import type { Placed } from './trace.ts';

/** A run that stopped to wait for somebody. It is neither an end nor a failure, whatever its spans look like. */
export interface Pause {
  /** What is asked, where the span says it. */
  question?: string;
  /** Pairs the question with its answer. */
  callId?: string;
}

const INTERRUPT = /(?:^|\.)(?:Graph|Node)Interrupt$/;
const MAX_DEPTH = 64;

/** The pause that this span itself tells of. */
export function pauseOf(span: Span): Pause | undefined {
  const interrupt = span.events.find(
    ({ name, attributes }) =>
      name === 'exception' && INTERRUPT.test(textOf(attributes, 'exception.type') ?? ''),
  );
  if (interrupt) return { ...questionOf(textOf(interrupt.attributes, 'exception.message')), ...joined(span) };
  const paused = span.events.find(({ name }) => name === 'gen_ai.agent.paused');
  if (paused) {
    const id = nameOf(paused.attributes, 'gen_ai.agent.pause.id');
    const reason = textOf(paused.attributes, 'gen_ai.agent.pause.reason');
    return {
      ...joined(span),
      ...(id !== undefined && { callId: id }),
      ...(reason !== undefined && { question: reason }),
    };
  }
  const state = textOf(span.attributes, 'a2a.task.state', 'gen_ai.agent.state') ?? '';
  if (/input[-_]required$/i.test(state)) return joined(span);
  if (objectOf(jsonOf(span.attributes, 'output.value'))['__interrupt__'] !== undefined) return joined(span);
  return undefined;
}

/**
 * Whether an outermost span ended only because its run waits: it says so, one of its inner spans does, or its model
 * asked for tools that nobody ran.
 */
export function endedInPause(placed: Placed): Pause | undefined {
  return pauseOf(placed.span) ?? pauseWithin(placed, 0) ?? unansweredCall(placed.span);
}

function pauseWithin({ children }: Placed, depth: number): Pause | undefined {
  if (depth > MAX_DEPTH) return undefined;
  for (const child of children) {
    const pause = pauseOf(child.span) ?? pauseWithin(child, depth + 1);
    if (pause) return pause;
  }
  return undefined;
}

function unansweredCall(span: Span): Pause | undefined {
  const reasons = listOf(span.attributes['gen_ai.response.finish_reasons']).map(String);
  if (reasons.length > 0 && reasons.every((reason) => /^tool[-_]calls?$/.test(reason))) return joined(span);
  const last = objectOf(listOf(objectOf(jsonOf(span.attributes, 'output.value'))['messages']).at(-1));
  const { type, tool_calls: calls } = { ...last, ...objectOf(last['data']) };
  return type === 'ai' && listOf(calls).length > 0 ? joined(span) : undefined;
}

/**
 * A plain `resume` does not say which interrupt it answers, so all of a thread share one id, and are paired in order.
 */
function joined(span: Span): Pause {
  const { thread } = langgraph(span);
  return { callId: thread ?? span.traceId };
}

/** LangGraph prints its interrupts as Python does: `(Interrupt(value=…, id='…'),)`. */
function questionOf(message: string | undefined): Pick<Pause, 'question'> {
  if (message === undefined) return {};
  const [, value] = /Interrupt\(value=(.*?)(?:, (?:id|resumable|ns|when)=|\)[,)])/s.exec(message) ?? [];
  const text = value ?? message;
  const [, , asked] = /['"](?:question|prompt|message)['"]: (['"])(.*?)\1[,}]/s.exec(text) ?? [];
  return { question: asked ?? text.replace(/^(['"])(.*)\1$/s, '$2') };
}

/** What a person answered, where the run is the resumption of one that waited; undefined where it is not. */
export function resumptionOf(span: Span): { answer: JsonValue; callId: string } | undefined {
  const resumed = span.events.find(({ name }) => name === 'gen_ai.agent.resumed');
  const callId = joined(span).callId ?? span.traceId;
  if (resumed) {
    const id = nameOf(resumed.attributes, 'gen_ai.agent.pause.id');
    return { answer: null, callId: id ?? callId };
  }
  const command = objectOf(jsonOf(span.attributes, 'input.value'));
  const isCommand = ['graph', 'update', 'resume', 'goto'].every((name) => Object.hasOwn(command, name));
  if (!isCommand || command['resume'] === null) return undefined;
  return { answer: command['resume'] ?? null, callId };
}

/** The outcome of an answer in the words of HUMAN_DECISION_RECORDED. */
export function decisionIn(answer: JsonValue): 'approved' | 'rejected' | 'changed' {
  const text =
    typeof answer === 'string' ? answer : textOf(objectOf(answer), 'type', 'decision', 'action', 'answer');
  const word = (text ?? String(answer)).trim().toLowerCase();
  if (/^(approved?|accept(ed)?|yes|y|ok|true|allow(ed)?)$/.test(word)) return 'approved';
  if (/^(reject(ed)?|den(y|ied)|no|n|false|decline[d]?|ignore)$/.test(word)) return 'rejected';
  return 'changed';
}
