import { fromLocal } from './times.ts';

/** What stands in the fields of a form, by name; empty ones are left out. */
export function formTexts(form: HTMLFormElement | null): Readonly<Record<string, string>> {
  const filled: Record<string, string> = {};
  for (const [name, value] of new FormData(form ?? undefined))
    if (typeof value === 'string' && value.trim() !== '') filled[name] = value.trim();
  return filled;
}

/** Those of `names` that are filled in, with times (`from`, `to`, `until`) in UTC. */
export function picked(
  texts: Readonly<Record<string, string>>,
  names: readonly string[],
  timeZone: string,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const text = texts[name];
    if (text === undefined) continue;
    found[name] = name === 'from' || name === 'to' || name === 'until' ? fromLocal(text, timeZone) : text;
  }
  return found;
}
