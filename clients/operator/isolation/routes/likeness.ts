import type { Answer } from './http.ts';

/** Headers that differ from answer to answer whatever was asked: times, ids, what is left of a quota. */
const VOLATILE =
  /^(date|age|connection|keep-alive|transfer-encoding|content-length|server|via|x-request-id|x-amzn?-.*|ratelimit.*|x-ratelimit.*|retry-after)$/;

/** The head of the log moves on by itself, also by records of reads; where it stands tells nothing of what was asked. */
const CHECKPOINT = /"checkpoint":"(?:[^"\\]|\\.)*"/g;

/**
 * `answer` without what may differ between two answers that tell the same: the request's id, and the texts of `asked`,
 * which the caller knows since it sent them. Two refusals that are alike give the caller nothing to tell them apart by.
 */
export function likeness({ status, headers, text }: Answer, asked: readonly string[] = []): string {
  const kept = Object.entries(headers)
    .filter(([name]) => !VOLATILE.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const requestId = headers['x-request-id'];
  let shown = text.replaceAll(CHECKPOINT, '"checkpoint":"…"');
  for (const [value, name] of [
    ...(requestId ? [[requestId, '<request id>'] as const] : []),
    ...asked.map((value) => [value, '<asked>'] as const),
  ]) {
    shown = shown.replaceAll(value, name);
  }
  return [String(status), ...kept.map(([name, value]) => `${name}: ${value}`), '', shown].join('\n');
}

/** The first line in which two likenesses differ, for a person to read. */
export function difference(one: string, other: string): string {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const at = left.findIndex((line, position) => line !== right[position]);
  const position = at < 0 ? left.length : at;
  return `"${left[position] ?? ''}" against "${right[position] ?? ''}"`.slice(0, 500);
}
