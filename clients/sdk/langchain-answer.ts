import type { LLMResult } from '@langchain/core/outputs';
import type { Answer } from './adapted-run.ts';
import { contentText, memberOf } from './adapted-text.ts';

/** What a model of LangChain answered, whose content is text or parts. */
export function answerOf({ generations }: LLMResult): Answer {
  const generation = generations[0]?.[0];
  const message = memberOf(generation, 'message');
  const content = memberOf(message, 'content');
  const usage = memberOf(message, 'usage_metadata');
  const calls = memberOf(message, 'tool_calls');
  const parts = Array.isArray(content) ? content : [];
  const reasoning = parts
    .map((part) => memberOf(part, 'reasoning') ?? memberOf(part, 'thinking'))
    .filter((text) => typeof text === 'string');
  const count = (name: string) => {
    const value = memberOf(usage, name);
    return typeof value === 'number' ? value : undefined;
  };
  const counted = {
    input: count('input_tokens'),
    output: count('output_tokens'),
    total: count('total_tokens'),
  };
  const tokens = Object.fromEntries(Object.entries(counted).filter(([, value]) => value !== undefined));
  return {
    text: contentText(content) || (generation?.text ?? ''),
    reasoning,
    actions: Array.isArray(calls) ? calls.map((call) => String(memberOf(call, 'name'))) : [],
    ...(Object.keys(tokens).length > 0 && { tokens }),
  };
}
