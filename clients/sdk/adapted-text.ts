/** Longer texts are cut: a summary of a result is for reading, and an event has a limit (docs/formats/event.md). */
const MAX_CHARACTERS = 8_000;

/** Whatever a framework gave, as text: text as it is, all else as JSON. */
export function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonTextOf(value);
  if (text.length <= MAX_CHARACTERS) return text;
  return `${text.slice(0, MAX_CHARACTERS).toWellFormed()}… (${text.length} characters)`;
}

function jsonTextOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return String(value);
  }
}

/** What JSON text says; other text as it is. */
export function jsonOf(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The member of an object; undefined of anything else. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The text in a message's content: a string, or parts of which some hold text. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => memberOf(part, 'text'))
    .filter((text) => typeof text === 'string')
    .join('\n');
}

/** `value` as JSON has it, so that an object with a `toJSON` or a member that is undefined is no reason to refuse an event. */
export function plainOf(value: unknown): ReturnType<typeof jsonOf> {
  return value === undefined ? undefined : jsonOf(jsonTextOf(value));
}
