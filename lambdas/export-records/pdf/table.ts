import type { Fact } from '../../../core/narrative/entry.ts';
import type { Phrase } from '../../../core/narrative/phrase.ts';
import type { Block } from '../../../core/report/block.ts';
import type { Paragraph, TextStyle } from './paragraph.ts';
import { type Element, INK, MARGIN, type Sheet } from './sheet.ts';

const STYLE: TextStyle = { size: 9, colour: INK.text, quiet: INK.quiet };
const LABEL: TextStyle = { size: 9, colour: INK.quiet, quiet: INK.quiet };
const SMALL: TextStyle = { size: 7, colour: INK.text, quiet: INK.quiet };
const HEAD: TextStyle = { size: 8, colour: INK.quiet, bold: true, quiet: INK.quiet };
const GAP = 10;
const PAD = 3;
const LABEL_WIDTH = 128;
const NUMBER_WIDTH = 62;

interface Cell {
  type: 'TH' | 'TD';
  scope?: 'Row' | 'Column';
  text: Phrase;
  style: TextStyle;
  right?: boolean;
}

/** What a thing is called beside what it is. */
export function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const widths = [LABEL_WIDTH, sheet.width - LABEL_WIDTH - GAP];
  sheet.element('Table', (table) => {
    for (const { label, value } of facts)
      drawRow(sheet, table, widths, [
        { type: 'TH', scope: 'Row', text: [label], style: LABEL },
        { type: 'TD', text: value, style: STYLE },
      ]);
  });
  sheet.y += 8;
}

type Table = Extract<Block, { kind: 'table' }>;

export function drawTable(sheet: Sheet, table: Table): void {
  const { head, rows, numbers, shares } = table;
  const widths = shares ? sharedWidths(shares, sheet.width) : unsharedWidths(table, sheet.width);
  const isNumber = (column: number) =>
    !shares && (numbers ? column >= (head.length > 3 ? 2 : 1) : column === 1);
  sheet.element('Table', (element) => {
    drawRow(
      sheet,
      element,
      widths,
      head.map((text, column) => ({
        type: 'TH',
        scope: 'Column',
        text: [text],
        style: HEAD,
        right: isNumber(column),
      })),
    );
    for (const row of rows) {
      drawRow(
        sheet,
        element,
        widths,
        row.map((text, column) => ({
          type: 'TD',
          text,
          style: numbers ? STYLE : SMALL, // digests, each on one line
          right: isNumber(column),
        })),
      );
      rule(sheet);
    }
  });
  sheet.y += 8;
}

function unsharedWidths({ head, numbers }: Table, width: number): number[] {
  return numbers ? numberWidths(head.length, width) : fileWidths(width);
}

function sharedWidths(shares: readonly number[], width: number): number[] {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => (share / whole) * (width - (shares.length - 1) * GAP));
}

/** Numbers narrow, at the right; a second column of text, where there are many, takes half of the rest. */
function numberWidths(columns: number, width: number): number[] {
  const texts = columns > 3 ? 2 : 1;
  const rest = width - (columns - texts) * (NUMBER_WIDTH + GAP) - (texts - 1) * GAP;
  return Array.from({ length: columns }, (_, column) => (column < texts ? rest / texts : NUMBER_WIDTH));
}

function fileWidths(width: number): number[] {
  const [name, octets] = [118, 56];
  return [name, octets, width - name - octets - 2 * GAP];
}

/** A row stays on one page where a page holds it; otherwise its cells go on over pages, one after another. */
function drawRow(sheet: Sheet, table: Element, widths: readonly number[], cells: readonly Cell[]): void {
  const drafts = cells.map(({ text, style }, at) => sheet.paragraph(text, style, widths[at] ?? 0));
  const heights = drafts.map((paragraph, at) => sheet.heightOf(paragraph, cells[at]?.style ?? STYLE));
  sheet.need(Math.max(...heights) + 2 * PAD);
  const [top, page] = [sheet.y + PAD, sheet.page];
  let bottom = top;
  sheet.element(
    'TR',
    (row) => {
      let x = MARGIN;
      drafts.forEach((paragraph, at) => {
        if (sheet.page === page) sheet.y = top;
        const cell = cells[at] as Cell;
        drawCell(sheet, row, cell, paragraph, x, widths[at] ?? 0);
        bottom = sheet.page === page ? Math.max(bottom, sheet.y) : sheet.y;
        x += (widths[at] ?? 0) + GAP;
      });
    },
    { parent: table },
  );
  sheet.y = bottom + PAD;
}

function drawCell(
  sheet: Sheet,
  row: Element,
  { type, scope, style, right }: Cell,
  paragraph: Paragraph,
  x: number,
  width: number,
): void {
  const [line] = paragraph.lines;
  const at = right && line ? x + width - line.width : x;
  sheet.write(type, paragraph, style, { parent: row, x: at, ...(scope && { scope }) });
}

function rule(sheet: Sheet): void {
  sheet.artifact(() => {
    const { doc, y, width } = sheet;
    doc
      .moveTo(MARGIN, y)
      .lineTo(MARGIN + width, y)
      .lineWidth(0.4)
      .strokeColor(INK.rule)
      .stroke();
  });
}
