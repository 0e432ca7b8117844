import { fromUtf8, utf8 } from '../encoding.ts';
import { showPointer } from './pointer.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What a text may hold; `depth` and `keys` count over the whole text. */
export interface JsonTextLimits {
  /** UTF-8 bytes. */
  bytes: number;
  /** Nested objects and arrays, the outermost being level 1. */
  depth: number;
  /** Object members at all levels together. */
  keys: number;
}

/**
 * Parses JSON of a sender that is not trusted. Length, depth, number of members and repeated members are judged on
 * the text, without recursion, before `JSON.parse` sees it. The values are judged by `checkValue`.
 */
export function parseJsonText(
  input: string | Uint8Array,
  limits: JsonTextLimits,
): { ok: true; value: unknown } | Refusal {
  // A UTF-16 code unit is at least one byte of UTF-8, so the length comes before any work on the text.
  if (input.length > limits.bytes) return refuse('message_too_large');
  let text: string;
  if (typeof input === 'string') {
    if (utf8(input).length > limits.bytes) return refuse('message_too_large');
    text = input;
  } else {
    try {
      text = fromUtf8(input);
    } catch {
      return refuse('message_not_json');
    }
  }
  const refusal = new Scan(text, limits).run();
  if (refusal) return refusal;
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refuse('message_not_json'); // the engine's message quotes the text, which may be personal data
  }
}

/** An open object (with its members so far) or array. */
interface Frame {
  members: Set<string> | undefined;
  /** The member or element that is being read. */
  at: string | number;
}

/**
 * One pass over the text that knows brackets, strings and colons. It does not check the grammar: what it
 * misunderstands is not JSON, and `JSON.parse` refuses it afterwards.
 */
class Scan {
  readonly #text: string;
  readonly #limits: JsonTextLimits;
  readonly #frames: Frame[] = [];
  #keys = 0;

  constructor(text: string, limits: JsonTextLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  run(): Refusal | undefined {
    for (let position = 0; position < this.#text.length; position++) {
      const character = this.#text[position];
      if (character === '"') {
        const end = this.#endOfString(position);
        const refusal = this.#member(position, end);
        if (refusal) return refusal;
        position = end;
      } else if (character === '{' || character === '[') {
        this.#frames.push({
          members: character === '{' ? new Set() : undefined,
          at: character === '{' ? '' : 0,
        });
        if (this.#frames.length > this.#limits.depth) {
          return refuse('too_deep', `${this.#where()}: expected at most ${this.#limits.depth} levels`);
        }
      } else if (character === '}' || character === ']') {
        this.#frames.pop();
      } else if (character === ',') {
        const frame = this.#frames.at(-1);
        if (frame && typeof frame.at === 'number') frame.at++;
      }
    }
    return undefined;
  }

  /** Position of the closing quote, or the end of the text. */
  #endOfString(open: number): number {
    let position = open + 1;
    while (position < this.#text.length && this.#text[position] !== '"') {
      position += this.#text[position] === '\\' ? 2 : 1;
    }
    return position;
  }

  /** Takes note of the string from `open` to `end` where it names a member. */
  #member(open: number, end: number): Refusal | undefined {
    const frame = this.#frames.at(-1);
    if (!frame?.members) return undefined;
    let next = end + 1;
    while (/[\t\n\r ]/.test(this.#text[next] ?? '')) next++;
    if (this.#text[next] !== ':') return undefined;

    const name = memberName(this.#text.slice(open, end + 1));
    if (name === undefined) return refuse('message_not_json');
    frame.at = name;
    if (++this.#keys > this.#limits.keys) {
      return refuse('too_many_keys', `${this.#where()}: expected at most ${this.#limits.keys} members`);
    }
    if (frame.members.has(name)) return refuse('key_duplicate', `${this.#where()}: expected once`);
    frame.members.add(name);
    return undefined;
  }

  #where(): string {
    return showPointer(this.#frames.slice(0, MAX_SHOWN_DEPTH).map((frame) => frame.at)) || 'the text';
  }
}

const MAX_SHOWN_DEPTH = 40;

function memberName(literal: string): string | undefined {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return undefined;
  }
}
