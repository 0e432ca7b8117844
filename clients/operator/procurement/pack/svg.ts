import { escapeHtml } from '../../../../core/narrative/visible.ts';
import type { Picture, Shape } from '../../../../core/report/picture.ts';

type Arrow = Extract<Shape, { kind: 'arrow' }>;

const STYLE =
  'text{font-family:Helvetica,Arial,sans-serif;fill:#1b1f24}.title{font-size:18px;font-weight:bold}' +
  '.label{font-size:13px;font-weight:bold}.kind,.frame,.legend{font-size:11px}.frame{font-style:italic}';

/** A picture as SVG, which calls for nothing from elsewhere. Names in it are escaped. */
export function toSvg({ title, width, height, shapes }: Picture): string {
  const colours = [...new Set(shapes.flatMap((shape) => (shape.kind === 'arrow' ? [shape.colour] : [])))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}">`,
    `<style>${STYLE}</style>`,
    '<rect width="100%" height="100%" fill="#ffffff" />',
    `<defs>${colours.map(arrowHead).join('')}</defs>`,
    ...shapes.map(drawn),
    '</svg>',
    '',
  ].join('\n');
}

function drawn(shape: Shape): string {
  switch (shape.kind) {
    case 'box': {
      const { x, y, width, height, radius, fill = 'none', stroke, dashed = false } = shape;
      const dash = dashed ? ' stroke-dasharray="7 4"' : '';
      return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" stroke="${stroke}"${dash} />`;
    }
    case 'text':
      return `<text x="${shape.x}" y="${shape.y}" class="${shape.as}">${escapeHtml(shape.text)}</text>`;
    case 'arrow':
      return arrow(shape);
  }
}

function arrow({ from: [x1, y1], to: [x2, y2], colour, width, says }: Arrow): string {
  const bend = (x2 - x1) / 2;
  return (
    `<path d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="0.75" marker-end="url(#${headOf(colour)})">` +
    `${says === undefined ? '' : `<title>${escapeHtml(says)}</title>`}</path>`
  );
}

function arrowHead(colour: string): string {
  return `<marker id="${headOf(colour)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="${colour}" /></marker>`;
}

function headOf(colour: string): string {
  return `head-${colour.slice(1)}`;
}
