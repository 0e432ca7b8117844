import { fromUtf8 } from '../encoding.ts';
import type { PostAnswer } from './push.ts';

/** The JSON of an answer, undefined where it is none. What is in it is a stranger's: a schema has to read it. */
export function answerJson(answer: PostAnswer): unknown {
  if (!answer.answered) return undefined;
  try {
    return JSON.parse(fromUtf8(answer.body)) as unknown;
  } catch {
    return undefined; // neither UTF-8 nor JSON is promised
  }
}
