import type { JsonValueLimits } from './json.ts';

/**
 * The RFC 8785 text of a value that `JSON.parse` gave, where a short way to it is certain: all members stand in order, so
 * `JSON.stringify` writes just that text (RFC 8785 takes numbers and strings from ECMAScript). Undefined where it is not:
 * then `checkValue` and `canonicalBytes` say what it is. Whatever this gives, they would have taken, with the same text.
 */
export function canonicalTextOf(value: unknown, limits: JsonValueLimits): string | undefined {
  const walk = { keys: limits.keys, values: MAX_VALUES, ordered: true };
  return isPlain(value, limits.depth, walk) ? JSON.stringify(value) : undefined;
}

/**
 * Whether `text` is what `JSON.stringify` makes of `value`, which `JSON.parse` made of it, and `value` is within `limits`.
 * Then no member stands in it twice, and reading it a second time, slowly and with suspicion, would find nothing.
 */
export function isPlainText(text: string, value: unknown, limits: JsonValueLimits): boolean {
  const walk = { keys: limits.keys, values: MAX_VALUES, ordered: false };
  return isPlain(value, limits.depth, walk) && JSON.stringify(value) === text;
}

const MAX_VALUES = 100_000;

/** What may still come, and whether members must stand in the order of RFC 8785 (UTF-16 code units). */
interface Walk {
  keys: number;
  values: number;
  ordered: boolean;
}

function isPlain(value: unknown, depth: number, walk: Walk): boolean {
  if (--walk.values < 0) return false;
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'boolean':
      return true;
    case 'number':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0);
    case 'object':
      if (value === null) return true;
      if (depth === 0) return false;
      return Array.isArray(value) ? isPlainArray(value, depth, walk) : isPlainObject(value, depth, walk);
    default:
      return false;
  }
}

function isPlainArray(value: readonly unknown[], depth: number, walk: Walk): boolean {
  for (const element of value) if (!isPlain(element, depth - 1, walk)) return false;
  return true;
}

function isPlainObject(value: object, depth: number, walk: Walk): boolean {
  let before: string | undefined;
  for (const name of Object.keys(value)) {
    if (--walk.keys < 0 || name === '__proto__' || !name.isWellFormed()) return false;
    if (walk.ordered && before !== undefined && name <= before) return false;
    before = name;
    if (!isPlain((value as Record<string, unknown>)[name], depth - 1, walk)) return false;
  }
  return true;
}
