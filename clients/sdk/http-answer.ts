import { concatBytes, fromUtf8 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';

const MAX_ANSWER = 4 * 2 ** 20;

/** The text of an answer; throws `too_large` beyond 4 MiB, `malformed` where it is not UTF-8. */
export async function answerText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_ANSWER) throw new AuditError('too_large', 'the answer is longer than 4 MiB');
    parts.push(part);
  }
  return fromUtf8(concatBytes(...parts));
}

/** The JSON of an answer; undefined where it holds none. */
export async function answerJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await answerText(response));
  } catch {
    return undefined;
  }
}

/** What `Retry-After` asks for (RFC 9110, section 10.2.3), in milliseconds from `now`; undefined where it says nothing. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const at = /^\d+$/.test(value) ? now + Number(value) * 1_000 : Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
