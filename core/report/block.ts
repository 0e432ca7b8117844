import type { Fact, Tone } from '../narrative/entry.ts';
import type { Phrase } from '../narrative/phrase.ts';
import type { Picture } from './picture.ts';

/**
 * A report as a reader meets it, block by block, without a word on what it looks like. Whoever lays it out keeps the
 * order, and draws nothing that is not in a block.
 */
export type Block =
  /** A level 1 begins a page. `bookmark` is its name in the list of contents. */
  | { kind: 'heading'; level: 1 | 2 | 3; text: Phrase; bookmark?: string }
  | { kind: 'title'; text: Phrase; subtitle: Phrase }
  | { kind: 'paragraph'; text: Phrase; tone?: 'plain' | 'quiet' | 'good' | 'bad' }
  | { kind: 'facts'; facts: readonly Fact[] }
  | { kind: 'list'; items: readonly Phrase[]; tone?: 'plain' | 'bad' }
  /** The first column is text; the others are, where `numbers`, right-aligned. `shares`: all are text, this wide for one another. */
  | {
      kind: 'table';
      head: readonly string[];
      rows: readonly (readonly Phrase[])[];
      numbers: boolean;
      shares?: readonly number[];
    }
  /** Octets as they are, line by line: a signed note, a command. */
  | { kind: 'verbatim'; text: string }
  /** What happened at one moment of a task. */
  | { kind: 'moment'; tone: Tone; text: Phrase; when: string; lines: readonly Line[] }
  /** On a page of its own. `alt` tells who can't see it what it shows. */
  | { kind: 'figure'; picture: Picture; alt: string }
  /** A line to be filled in by hand, with what belongs there below it. */
  | { kind: 'blanks'; labels: readonly string[] };

/** Something under a moment: a reason in full, an option, a fact. */
export type Line =
  | { kind: 'quote'; text: Phrase }
  | { kind: 'option'; text: Phrase; outcome: string; selected: boolean }
  | { kind: 'fact'; label: string; text: Phrase };
