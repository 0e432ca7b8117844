import type { Block } from '../../../core/report/block.ts';
import type { Lettering, Shape } from '../../../core/report/picture.ts';
import type { TextStyle } from './paragraph.ts';
import { INK, type Sheet } from './sheet.ts';

const LETTERS: Readonly<Record<Lettering, [size: number, bold: boolean, colour: string]>> = {
  title: [18, true, INK.text],
  label: [13, true, INK.text],
  kind: [11, false, INK.text],
  frame: [11, false, INK.quiet],
  legend: [11, false, INK.text],
};
const HEAD = { length: 7, half: 3.5 };
const DASH = [7, 4] as const;

/** Draws a picture on a page of its own, turned where it is wider than high, as large as the page allows. */
export function drawFigure(sheet: Sheet, { picture, alt }: Extract<Block, { kind: 'figure' }>): void {
  const { doc } = sheet;
  const { x, y, width, height } = sheet.wholePage(picture.width > picture.height);
  const scale = Math.min(width / picture.width, height / picture.height);
  const bbox = [x, y, x + picture.width * scale, y + picture.height * scale] as const;
  sheet.content(
    'Figure',
    () => {
      doc.save();
      doc.translate(x, y).scale(scale);
      for (const shape of picture.shapes) draw(sheet, shape);
      doc.restore();
    },
    { alt, bbox },
  );
}

function draw(sheet: Sheet, shape: Shape): void {
  const { doc } = sheet;
  switch (shape.kind) {
    case 'box': {
      const { x, y, width, height, radius, fill, stroke, dashed = false } = shape;
      doc.roundedRect(x, y, width, height, radius).lineWidth(1);
      if (dashed) doc.dash(DASH[0], { space: DASH[1] });
      else doc.undash();
      if (fill === undefined) doc.stroke(stroke);
      else doc.fillAndStroke(fill, stroke);
      doc.undash();
      break;
    }
    case 'text':
      drawText(sheet, shape);
      break;
    case 'arrow':
      drawArrow(sheet, shape);
      break;
  }
}

function drawText(sheet: Sheet, { x, y, text, as }: Extract<Shape, { kind: 'text' }>): void {
  const [size, bold, colour] = LETTERS[as];
  const style: TextStyle = { size, bold, colour, quiet: INK.quiet };
  const [line] = sheet.paragraph([{ value: text }], style, Number.POSITIVE_INFINITY).lines;
  if (line) sheet.line(line, style, x, y);
}

function drawArrow(sheet: Sheet, { from, to, colour, width }: Extract<Shape, { kind: 'arrow' }>): void {
  const [[x1, y1], [x2, y2]] = [from, to];
  const bend = (x2 - x1) / 2;
  const back = x2 - Math.sign(bend) * HEAD.length;
  sheet.doc
    .moveTo(x1, y1)
    .bezierCurveTo(x1 + bend, y1, x2 - bend, y2, back, y2)
    .lineWidth(width)
    .stroke(colour);
  sheet.doc.polygon([back, y2 - HEAD.half], [x2, y2], [back, y2 + HEAD.half]).fill(colour);
}
