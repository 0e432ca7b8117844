import { type Phrase, say } from '../../../core/narrative/phrase.ts';
import type { Block } from '../../../core/report/block.ts';
import { drawFigure } from './figure.ts';
import { drawMoment } from './moment.ts';
import type { TextStyle } from './paragraph.ts';
import { INK, MARGIN, type Sheet } from './sheet.ts';
import { drawFacts, drawTable } from './table.ts';

/** Text of a report; `colour` for those of its words that mean something by it. */
function textStyle(size: number, colour: string = INK.text, bold = false): TextStyle {
  return { size, colour, bold, quiet: INK.quiet };
}

const HEADINGS = { 1: [17, 10, 0], 2: [12.5, 5, 14], 3: [10, 3, 8] } as const;
const TONES = { plain: INK.text, quiet: INK.quiet, good: INK.good, bad: INK.bad } as const;
const BODY = 9.5;
const BLANK_HEIGHT = 34;

/** Draws a block at the cursor. */
export function drawBlock(sheet: Sheet, block: Block): void {
  switch (block.kind) {
    case 'title':
      drawTitle(sheet, block.text, block.subtitle);
      break;
    case 'heading':
      drawHeading(sheet, block);
      break;
    case 'paragraph':
      drawParagraph(sheet, block.text, textStyle(BODY, TONES[block.tone ?? 'plain'], block.tone === 'good'));
      break;
    case 'list':
      drawList(sheet, block.items, textStyle(BODY, TONES[block.tone ?? 'plain']));
      break;
    case 'facts':
      drawFacts(sheet, block.facts);
      break;
    case 'table':
      drawTable(sheet, block);
      break;
    case 'verbatim':
      drawVerbatim(sheet, block.text);
      break;
    case 'moment':
      drawMoment(sheet, block);
      break;
    case 'figure':
      drawFigure(sheet, block);
      break;
    case 'blanks':
      drawBlanks(sheet, block.labels);
      break;
  }
}

function drawTitle(sheet: Sheet, text: Phrase, subtitle: Phrase): void {
  sheet.y += 60;
  const [large, small] = [textStyle(28, INK.text, true), textStyle(12, INK.quiet)];
  sheet.write('H1', sheet.paragraph(text, large), large, { after: 4 });
  sheet.write('P', sheet.paragraph(subtitle, small), small, { after: 22 });
  sheet.artifact(() => sheet.doc.rect(MARGIN, sheet.y, 64, 3).fillColor(INK.mark).fill());
  sheet.y += 22;
}

function drawHeading(sheet: Sheet, { level, text, bookmark }: Extract<Block, { kind: 'heading' }>): void {
  const [size, after, before] = HEADINGS[level];
  if (level === 1) sheet.breakPage();
  const style = textStyle(size, INK.text, true);
  const paragraph = sheet.paragraph(text, style);
  sheet.need(sheet.heightOf(paragraph, style) + before + 48); // not alone at the end of a page
  if (sheet.y > MARGIN) sheet.y += before;
  if (bookmark !== undefined) sheet.bookmark(bookmark);
  sheet.write(`H${level}`, paragraph, style, { after });
}

function drawParagraph(sheet: Sheet, text: Phrase, style: TextStyle): void {
  sheet.write('P', sheet.paragraph(text, style), style, { after: 6 });
}

function drawList(sheet: Sheet, items: readonly Phrase[], style: TextStyle): void {
  const indent = 12;
  sheet.element('L', (list) => {
    for (const item of items) {
      const paragraph = sheet.paragraph(item, style, sheet.width - indent);
      sheet.need(style.size * 1.4);
      sheet.element(
        'LI',
        (entry) => {
          const top = sheet.y;
          const bullet = sheet.paragraph(say`•`, style).lines;
          sheet.content('Lbl', () => sheet.lines(bullet, style, MARGIN), { parent: entry });
          sheet.y = top;
          sheet.write('LBody', paragraph, style, { parent: entry, x: MARGIN + indent, after: 3 });
        },
        { parent: list },
      );
    }
  });
  sheet.y += 4;
}

/** In the one face that there is, on a ground of its own, cut where a line would be too long. */
function drawVerbatim(sheet: Sheet, text: string): void {
  const style = textStyle(8);
  const pad = 7;
  const phrase = [{ value: text.replace(/\n+$/, '') }];
  const paragraph = sheet.paragraph(phrase, style, sheet.width - 2 * pad);
  const height = sheet.heightOf(paragraph, style) + 2 * pad;
  sheet.need(height);
  sheet.artifact(() => sheet.doc.rect(MARGIN, sheet.y, sheet.width, height).fillColor('#f1f4f8').fill());
  sheet.y += pad;
  sheet.write('P', paragraph, style, { x: MARGIN + pad, after: pad + 8 });
}

function drawBlanks(sheet: Sheet, labels: readonly string[]): void {
  sheet.need(BLANK_HEIGHT + 12);
  const style = textStyle(7.5, INK.quiet);
  const gap = 12;
  const width = (sheet.width - gap * (labels.length - 1)) / labels.length;
  const base = sheet.y + BLANK_HEIGHT;
  sheet.artifact(() => {
    labels.forEach((_, at) => {
      const x = MARGIN + at * (width + gap);
      sheet.doc
        .moveTo(x, base)
        .lineTo(x + width, base)
        .lineWidth(0.6)
        .strokeColor(INK.quiet)
        .stroke();
    });
  });
  labels.forEach((label, at) => {
    sheet.y = base + 2;
    const paragraph = sheet.paragraph([label], style, width);
    sheet.write('P', paragraph, style, { x: MARGIN + at * (width + gap) });
  });
  sheet.y = base + 16;
}
