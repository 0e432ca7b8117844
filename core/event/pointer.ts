import { AuditError } from '../errors.ts';

/** Tokens of an RFC 6901 JSON Pointer; undefined where `pointer` is none. */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON Pointer (RFC 6901) of `tokens`. */
export function formatPointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const SHOWN_TOKEN = 64;

/** As `formatPointer`, for people: tokens come from the sender, so long ones are cut and control characters escaped. */
export function showPointer(tokens: readonly (string | number)[]): string {
  return formatPointer(tokens.map((token) => showName(String(token))));
}

/** A member name for people: cut and with control characters escaped. */
export function showName(name: string): string {
  const cut = name.length > SHOWN_TOKEN ? `${name.slice(0, SHOWN_TOKEN)}…` : name;
  return JSON.stringify(cut.toWellFormed()).slice(1, -1);
}

function child(value: unknown, token: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
  return Object.hasOwn(value, token) ? Reflect.get(value, token) : undefined;
}

/** The value at `tokens`; undefined where there is none. */
export function valueAt(root: unknown, tokens: readonly string[]): unknown {
  return tokens.reduce(child, root);
}

/** Puts `value` where `tokens`, which must lead to a value below the root, point to. Changes `root`. */
export function replaceAt(root: unknown, tokens: readonly string[], value: unknown): void {
  const parent = valueAt(root, tokens.slice(0, -1));
  const last = tokens.at(-1);
  if (
    typeof parent !== 'object' ||
    parent === null ||
    last === undefined ||
    child(parent, last) === undefined
  ) {
    throw new AuditError('invalid_request', 'there is nothing to replace', { field: formatPointer(tokens) });
  }
  Reflect.set(parent, last, value);
}

/** The tokens of every value that `pattern`, in which `*` stands for any member or element, points to. */
export function expandPattern(root: unknown, pattern: readonly string[]): string[][] {
  let found: { tokens: string[]; value: unknown }[] = [{ tokens: [], value: root }];
  for (const step of pattern) {
    found = found.flatMap(({ tokens, value }) => {
      const names = step === '*' && typeof value === 'object' && value !== null ? Object.keys(value) : [step];
      return names.flatMap((name) => {
        const below = child(value, name);
        return below === undefined ? [] : [{ tokens: [...tokens, name], value: below }];
      });
    });
  }
  return found.map(({ tokens }) => tokens);
}
