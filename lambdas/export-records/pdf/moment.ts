import type { Tone } from '../../../core/narrative/entry.ts';
import { join, type Phrase, say } from '../../../core/narrative/phrase.ts';
import type { Block, Line } from '../../../core/report/block.ts';
import type { TextStyle } from './paragraph.ts';
import { type Element, INK, MARGIN, type Sheet } from './sheet.ts';

const COLOURS: Readonly<Record<Tone, string>> = {
  start: INK.mark,
  plain: INK.rule,
  decision: INK.mark,
  human: INK.mark,
  data: INK.rule,
  good: INK.good,
  bad: INK.bad,
  pause: INK.rule,
};
const WORDS: Readonly<Partial<Record<Tone, string>>> = { good: INK.good, bad: INK.bad };
const INDENT = 14;
const WHEN: TextStyle = { size: 7.5, colour: INK.quiet, quiet: INK.quiet };
const LINE: TextStyle = { size: 8.5, colour: INK.text, quiet: INK.quiet };

/** A moment of a task: what happened, when, and under it the reasons, options and facts. */
export function drawMoment(
  sheet: Sheet,
  { tone, text, when, lines }: Extract<Block, { kind: 'moment' }>,
): void {
  const style: TextStyle = { size: 9.5, bold: true, colour: WORDS[tone] ?? INK.text, quiet: INK.quiet };
  const width = sheet.width - INDENT;
  const paragraph = sheet.paragraph(text, style, width);
  sheet.need(Math.min(sheet.heightOf(paragraph, style), 60) + 14);
  sheet.artifact(() => {
    sheet.doc
      .circle(MARGIN + 3, sheet.y + 6.5, 2.6)
      .fillColor(COLOURS[tone])
      .fill();
  });
  sheet.element('Sect', (moment) => {
    sheet.write('P', paragraph, style, { parent: moment, x: MARGIN + INDENT });
    sheet.write('P', sheet.paragraph([when], WHEN, width), WHEN, {
      parent: moment,
      x: MARGIN + INDENT,
      after: lines.length > 0 ? 2 : 0,
    });
    for (const line of lines) drawLine(sheet, moment, line);
  });
  sheet.y += 7;
}

function drawLine(sheet: Sheet, parent: Element, line: Line): void {
  const quote = line.kind === 'quote';
  const indent = INDENT + (quote ? 9 : 0);
  const style: TextStyle = line.kind === 'option' && line.selected ? { ...LINE, bold: true } : LINE;
  const paragraph = sheet.paragraph(phraseOf(line), style, sheet.width - indent);
  const [top, page] = [sheet.y, sheet.page];
  sheet.write(quote ? 'BlockQuote' : 'P', paragraph, style, { parent, x: MARGIN + indent, after: 2 });
  if (quote && sheet.page === page)
    sheet.artifact(() => {
      sheet.doc
        .rect(MARGIN + INDENT, top + 1, 2, sheet.y - top - 3)
        .fillColor(INK.mark)
        .fill();
    });
}

function phraseOf(line: Line): Phrase {
  switch (line.kind) {
    case 'quote':
      return line.text;
    case 'option':
      return say`${line.selected ? '✓' : '–'} ${line.text}: ${line.outcome}`;
    case 'fact':
      return join([[`${line.label}: `], line.text], '');
  }
}
