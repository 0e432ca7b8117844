/** What could be read of an object that a model wrote. */
export interface ReadObject {
  value: Record<string, unknown>;
  /** The text ended within it. */
  truncated: boolean;
}

/** Where the text could be cut, and what would then have to be closed. */
interface SafeCut {
  length: number;
  open: string;
}

/**
 * Reads the object that starts at `start` as a model may have written it: line breaks within strings, commas before
 * closing brackets, an end that is missing. One pass; what `JSON.parse` does not take in the end is undefined.
 */
export function readObjectAt(text: string, start: number): ReadObject | undefined {
  let out = '';
  let open = '';
  let inString = false;
  let cut: SafeCut | undefined;
  for (let position = start; position < text.length; position++) {
    const character = text[position] ?? '';
    if (inString) {
      if (character === '\\') {
        out += character + (text[position + 1] ?? '');
        position++;
      } else if (character === '"') {
        out += character;
        inString = false;
      } else out += escaped(character);
      continue;
    }
    if (character === '"') inString = true;
    if (character === ',') cut = { length: out.length, open };
    if (character === '{') open += '}';
    if (character === '[') open += ']';
    if (character === '}' || character === ']') {
      if (!open.endsWith(character)) return undefined;
      open = open.slice(0, -1);
      out = withoutTrailingComma(out);
    }
    out += character;
    if (open === '') return parsed(out, false);
  }
  // A text that ends behind a backslash has escaped nothing.
  const whole = inString ? `${out.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, '')}"` : withoutTrailingComma(out);
  return (
    parsed(whole + reversed(open), true) ??
    (cut && parsed(out.slice(0, cut.length) + reversed(cut.open), true))
  );
}

function escaped(character: string): string {
  return character < ' ' ? JSON.stringify(character).slice(1, -1) : character;
}

function withoutTrailingComma(text: string): string {
  return text.replace(/,\s*$/, '');
}

function reversed(open: string): string {
  return [...open].reverse().join('');
}

/** `text` begins with a bracket that opens an object, so whatever JSON it is, it is one. */
function parsed(text: string, truncated: boolean): ReadObject | undefined {
  try {
    return { value: JSON.parse(text), truncated };
  } catch {
    return undefined;
  }
}
