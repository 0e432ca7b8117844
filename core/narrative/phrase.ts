import { isCommitted } from '../event/values.ts';
import { visible } from './visible.ts';

/**
 * A piece of a sentence. Words are the catalogue's own; a value comes from an event, is already made visible, and is
 * escaped and set apart by whoever writes it out. What was withheld is told, and never looks like a value.
 */
export type Part = string | { readonly value: string } | { readonly withheld: string };

/** A sentence, or a piece of one. */
export type Phrase = readonly Part[];

/** Values longer than this are cut, and say so: the record holds them whole. */
const LONGEST_VALUE = 4_000;

/** A sentence with pieces in it; strings among them are words, so values must come as `value`. */
export function say(
  words: TemplateStringsArray,
  ...pieces: readonly (Phrase | string | number | undefined)[]
): Phrase {
  const parts: Part[] = [];
  for (const [position, text] of words.entries()) {
    if (text !== '') parts.push(text);
    const piece = pieces[position];
    if (typeof piece === 'string' || typeof piece === 'number') parts.push(String(piece));
    else if (piece) parts.push(...piece);
  }
  return parts;
}

/** Several phrases with `between` them; what is undefined or empty is left out. */
export function join(phrases: readonly (Phrase | undefined)[], between: string): Phrase {
  const there = phrases.filter((phrase): phrase is Phrase => phrase !== undefined && phrase.length > 0);
  return there.flatMap((phrase, position) => (position === 0 ? phrase : [between, ...phrase]));
}

/** Text of an event, on one line. */
export function value(text: string): Phrase {
  return [{ value: cut(visible(text.replace(/\s+/g, ' ').trim())) }];
}

/** Text of an event with its own line breaks. */
export function block(text: string): Phrase {
  return [{ value: cut(visible(text.trim(), { lines: true })) }];
}

/** The sentence as plain text. */
export function plain(phrase: Phrase): string {
  return phrase
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'value' in part ? part.value : part.withheld;
    })
    .join('');
}

/** Names that say no more than that something was answered. */
const ANSWERS = new Set(['answer', 'content', 'message', 'output', 'result', 'text']);

/** How a JSON value reads: text as it is, an object as `name: value; name: value`, anything deeper as JSON. */
export function inWords(given: unknown, withheld: string): Phrase {
  if (isCommitted(given)) return [{ withheld }];
  if (typeof given === 'string') return block(given);
  if (typeof given !== 'object' || given === null) return value(String(given));
  if (Array.isArray(given) && given.every((item) => typeof item !== 'object'))
    return value(given.map(String).join(', '));
  const members = Object.entries(given);
  const [only] = members;
  if (members.length === 1 && only && ANSWERS.has(only[0])) return inWords(only[1], withheld);
  const flat = members.length <= 8 && members.every(([, member]) => isFlat(member));
  if (Array.isArray(given) || !flat) return value(JSON.stringify(given));
  return join(
    members.map(([name, member]) => [...value(name), ': ', ...inWords(member, withheld)]),
    '; ',
  );
}

function isFlat(member: unknown): boolean {
  return typeof member !== 'object' || member === null || isCommitted(member);
}

function cut(text: string): string {
  if (text.length <= LONGEST_VALUE) return text;
  const end = text.charCodeAt(LONGEST_VALUE - 1) >= 0xd800 ? LONGEST_VALUE - 1 : LONGEST_VALUE;
  return `${text.slice(0, end)} […]`;
}
