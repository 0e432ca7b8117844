import type { Model, ModelResponse } from '@openai/agents';
import { contentText, memberOf, textOf } from './adapted-text.ts';

/** As much of a model's answer as is recorded. */
export interface Heard {
  output: readonly { type?: string | undefined }[];
  usage: Pick<ModelResponse['usage'], 'inputTokens' | 'outputTokens' | 'totalTokens'>;
}

const heard = new WeakMap<Model, Set<(response: Heard) => void>>();

/**
 * Lets `listener` hear what `model` answers, before whoever asked it does. The framework tells nobody else: its hooks
 * know of tools alone, and only OpenAI's own models write their answers into traces.
 */
export function listenTo(model: Model, listener: (response: Heard) => void): Model {
  const known = heard.get(model);
  if (known) {
    known.add(listener);
    return model;
  }
  if (!Object.isExtensible(model)) return model; // nothing can be put before it, and the agent goes on
  const listeners = new Set([listener]);
  heard.set(model, listeners);
  const tell = (response: Heard) => {
    for (const listen of listeners) listen(response);
  };
  const { getResponse, getStreamedResponse } = model;
  model.getResponse = async (request) => {
    const response = await getResponse.call(model, request);
    tell(response);
    return response;
  };
  model.getStreamedResponse = async function* (request) {
    for await (const event of getStreamedResponse.call(model, request)) {
      if (event.type === 'response_done') tell(event.response);
      yield event;
    }
  };
  return model;
}

/** The text of an item of a model's answer, where it is a message; of what it thought, where it is reasoning. */
export function itemsOf(output: readonly unknown[], type: 'message' | 'reasoning'): string[] {
  return output
    .filter((item) => memberOf(item, 'type') === type)
    .map((item) => contentText(memberOf(item, 'content')) || contentText(memberOf(item, 'rawContent')))
    .filter((text) => text !== '');
}

/** What the run was asked: its input, or the last message of a user in it. */
export function goalOf(input: unknown): string {
  const given = memberOf(input, '_originalInput') ?? input;
  const asked = Array.isArray(given)
    ? given.findLast((item: unknown) => memberOf(item, 'role') === 'user')
    : undefined;
  const content = memberOf(asked, 'content');
  const text = typeof given === 'string' ? given : contentText(content) || textOf(content ?? '');
  return text.trim() || 'not stated';
}
