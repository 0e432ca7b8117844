import bidiFactory, { type Bidi } from 'bidi-js';
import type { Phrase } from '../../../core/narrative/phrase.ts';
import type { Face, Fonts } from './fonts.ts';

/** How a text looks. */
export interface TextStyle {
  size: number;
  bold?: boolean;
  colour: string;
  /** Of words that stand for a value that is not there. */
  quiet: string;
}

/** A piece of a line in one face, as it is drawn from left to right. */
export interface Run {
  face: Face;
  colour: string;
  text: string;
  width: number;
}

export interface TextLine {
  runs: Run[];
  width: number;
}

/** A paragraph, broken into lines. */
export interface Paragraph {
  lines: TextLine[];
  /** What it says in the order in which it is read, where lines show another order; else undefined. */
  reading?: string;
}

// A CommonJS module is the function itself; its types speak of the ES module.
const bidi = (bidiFactory as unknown as () => Bidi)();
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
// Each value stands for itself: what is right to left in it moves nothing around it (FIRST STRONG ISOLATE).
const ISOLATE = '\u2068';
const END_ISOLATE = '\u2069';
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const NO_BREAK_BEFORE = /[\p{Pe}\p{Pf}.,:;!?、。，．：；！？ー々]/u;
const BREAK_AFTER = /[\s\-‐–—/]/u;

interface Character {
  text: string;
  face: Face;
  colour: string;
  level: number;
}

/** `phrase`, broken into lines of at most `width` points. A line feed in a value ends its line. */
export function paragraphOf(phrase: Phrase, style: TextStyle, width: number, fonts: Fonts): Paragraph {
  const text = phrase.map(textOf).join('');
  const lines = partsByLine(phrase).flatMap((parts) => linesOf(parts, style, width, fonts));
  return RIGHT_TO_LEFT.test(text) ? { lines, reading: text } : { lines };
}

function textOf(part: Phrase[number]): string {
  if (typeof part === 'string') return part;
  return 'value' in part ? part.value : part.withheld;
}

function partsByLine(phrase: Phrase): Phrase[] {
  const lines: Phrase[number][][] = [[]];
  for (const part of phrase) {
    const [first = '', ...others] = textOf(part).split('\n');
    lines.at(-1)?.push(withText(part, first));
    for (const other of others) lines.push([withText(part, other)]);
  }
  return lines;
}

function withText(part: Phrase[number], text: string): Phrase[number] {
  if (typeof part === 'string') return text;
  return 'value' in part ? { value: text } : { withheld: text };
}

function linesOf(parts: Phrase, style: TextStyle, width: number, fonts: Fonts): TextLine[] {
  const characters = charactersOf(parts, style, fonts);
  const lines: TextLine[] = [];
  let start = 0;
  let at = 0;
  let used = 0;
  for (const end of breaksOf(characters)) {
    const token = characters.slice(at, end);
    const wide = widthOf(trimmed(token), style.size, fonts);
    if (used > 0 && used + wide > width) {
      lines.push(drawn(characters.slice(start, at), style.size, fonts));
      start = at;
      used = 0;
    }
    // A word that is longer than a line is cut where the line ends.
    if (wide > width) {
      for (let cut = at; cut < end; cut++) {
        const one = widthOf(characters.slice(cut, cut + 1), style.size, fonts);
        if (used > 0 && used + one > width) {
          lines.push(drawn(characters.slice(start, cut), style.size, fonts));
          start = cut;
          used = 0;
        }
        used += one;
      }
    } else used += widthOf(token, style.size, fonts);
    at = end;
  }
  lines.push(drawn(characters.slice(start), style.size, fonts));
  return lines;
}

/** The characters of a line in the order in which they are read; what no face draws is written out. */
function charactersOf(parts: Phrase, style: TextStyle, fonts: Fonts): Character[] {
  const { bold = false } = style;
  const characters: Character[] = [];
  let before: Face | undefined;
  const add = (text: string, colour: string) => {
    for (const character of text) {
      const face = fonts.faceOf(character, bold, before);
      if (face === undefined) {
        add(`\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`, colour);
        continue;
      }
      characters.push({ text: character, face, colour, level: 0 });
      before = face;
    }
  };
  const isolates: number[] = [];
  for (const part of parts) {
    isolates.push(characters.length);
    add(textOf(part), typeof part !== 'string' && 'withheld' in part ? style.quiet : style.colour);
  }
  if (RIGHT_TO_LEFT.test(characters.map(({ text }) => text).join(''))) setLevels(characters, parts, isolates);
  return characters;
}

function setLevels(characters: Character[], parts: Phrase, starts: readonly number[]): void {
  let text = '';
  const positions: number[] = [];
  parts.forEach((part, number) => {
    const isolated = typeof part !== 'string';
    if (isolated) text += ISOLATE;
    for (let at = starts[number] ?? 0; at < (starts[number + 1] ?? characters.length); at++) {
      positions.push(text.length);
      text += characters[at]?.text ?? '';
    }
    if (isolated) text += END_ISOLATE;
  });
  const { levels } = bidi.getEmbeddingLevels(text, 'ltr');
  for (const [at, character] of characters.entries()) character.level = levels[positions[at] ?? 0] ?? 0;
}

/** Where a line may end: after spaces and dashes, and beside Chinese, Japanese and Korean characters. */
function* breaksOf(characters: readonly Character[]): Iterable<number> {
  for (let at = 1; at < characters.length; at++) {
    const [before = '', after = ''] = [characters[at - 1]?.text, characters[at]?.text];
    if (/\s/u.test(after) || NO_BREAK_BEFORE.test(after)) continue;
    if (BREAK_AFTER.test(before) || CJK.test(before) || CJK.test(after)) yield at;
  }
  if (characters.length > 0) yield characters.length;
}

/** A line as it is drawn: without the spaces at its end, in visual order (UAX #9, L2). */
function drawn(characters: readonly Character[], size: number, fonts: Fonts): TextLine {
  const runs: (Run & { level: number })[] = [];
  for (const { text, face, colour, level } of trimmed(characters)) {
    const last = runs.at(-1);
    if (last && last.face === face && last.colour === colour && last.level === level) last.text += text;
    else runs.push({ text, face, colour, level, width: 0 });
  }
  const visual = inVisualOrder(runs).map(({ text, face, colour, level }) => {
    const shown = level % 2 === 1 ? mirrored(text) : text;
    // The shaper turns what is of a right-to-left script; what it does not turn, and should, is turned here.
    const turned = RIGHT_TO_LEFT.test(text) === (level % 2 === 1) ? shown : [...shown].reverse().join('');
    return { face, colour, text: turned, width: fonts.widthOf(turned, face, size) };
  });
  return { runs: visual, width: visual.reduce((sum, run) => sum + run.width, 0) };
}

function inVisualOrder<T extends { level: number }>(runs: readonly T[]): T[] {
  const order = [...runs];
  const highest = Math.max(0, ...order.map(({ level }) => level));
  for (let level = highest; level >= 1; level--) {
    for (let at = 0; at < order.length; at++) {
      if ((order[at]?.level ?? 0) < level) continue;
      let end = at;
      while ((order[end]?.level ?? 0) >= level) end++;
      order.splice(at, end - at, ...order.slice(at, end).reverse());
      at = end;
    }
  }
  return order;
}

function mirrored(text: string): string {
  return [...text].map((character) => bidi.getMirroredCharacter(character) ?? character).join('');
}

function trimmed(characters: readonly Character[]): readonly Character[] {
  let end = characters.length;
  while (end > 0 && /\s/u.test(characters[end - 1]?.text ?? '')) end--;
  return characters.slice(0, end);
}

function widthOf(characters: readonly Character[], size: number, fonts: Fonts): number {
  let width = 0;
  for (let at = 0; at < characters.length; ) {
    const { face } = characters[at] as Character;
    let end = at;
    let text = '';
    while (characters[end]?.face === face) text += characters[end++]?.text ?? '';
    width += fonts.widthOf(text, face, size);
    at = end;
  }
  return width;
}
