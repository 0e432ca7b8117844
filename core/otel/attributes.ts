import { checkValue } from '../event/json.ts';
import { LIMITS } from '../event/limits.ts';
import type { JsonValue } from '../event/values.ts';
import type { Attributes } from './span.ts';

/** What an event may take over whole; deeper or wider values stay text. */
const EMBEDDED = { depth: LIMITS.depth - 8, keys: LIMITS.keys / 2 };

/** The first of `names` that is there as text or number, as text; never empty. */
export function textOf(attributes: Attributes, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

/** As `textOf`, cut to the length of an id or a name. */
export function nameOf(attributes: Attributes, ...names: readonly string[]): string | undefined {
  const text = textOf(attributes, ...names);
  return text === undefined ? undefined : toName(text);
}

/** `text` as an id or a name: at most as long as those may be, and whole. */
export function toName(text: string): string {
  return text.length > LIMITS.id ? `${text.slice(0, LIMITS.id - 1).toWellFormed()}…` : text.toWellFormed();
}

/** The first of `names` that is a whole number of at least 0. */
export function countOf(attributes: Attributes, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Number(attributes[name] ?? Number.NaN);
    if (Number.isSafeInteger(value) && value >= 0) return value;
  }
  return undefined;
}

/** The first of `names` that is there: JSON in text is read where it is JSON that an event can hold. */
export function jsonOf(attributes: Attributes, ...names: readonly string[]): JsonValue | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (value !== undefined && value !== null && value !== '') return readJson(value);
  }
  return undefined;
}

/** Text as the JSON that it holds, where an event can hold that; everything else as it is. */
export function readJson(value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  if (!/^\s*[[{"]/.test(value) || value.length > LIMITS.eventBytes) return value;
  try {
    const parsed = JSON.parse(value) as JsonValue;
    return checkValue(parsed, EMBEDDED) === undefined ? parsed : value;
  } catch {
    return value;
  }
}

/** `value` as an object, parsed where it is text. */
export function objectOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  const read = value === undefined ? undefined : readJson(value);
  return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : {};
}

/** `value` as a list, parsed where it is text. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  const read = value === undefined ? undefined : readJson(value);
  return Array.isArray(read) ? read : [];
}

/** OpenInference's flattened lists: `<prefix>.<n>.<rest>` as one object an element, in order. */
export function flattened(attributes: Attributes, prefix: string): Readonly<Record<string, JsonValue>>[] {
  const elements: Record<string, JsonValue>[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const [, digits = '', rest = ''] = /^(\d{1,4})\.(.+)$/.exec(name.slice(prefix.length + 1)) ?? [];
    if (rest === '') continue;
    const element = elements[Number(digits)] ?? {};
    element[rest] = value;
    elements[Number(digits)] = element;
  }
  return elements.filter((element) => element !== undefined);
}
