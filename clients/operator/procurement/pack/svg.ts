import { escapeHtml } from '../../../../core/narrative/visible.ts';
import { COLUMNS, type Edge, FLOWS, type Flow, type Graph, type Node } from './graph.ts';

const BOX = { width: 170, height: 46 };
const GAP = { column: 124, row: 34 };
const MARGIN = { left: 30, top: 126, bottom: 74 };
/** How far the outer frame is from the boxes, how far the inner one lies within it, and the height of their titles. */
const FRAME = 30;
const INSET = 10;
const TITLE = 22;

const COLOURS: Readonly<Record<Flow, string>> = {
  sends: '#1f5f99',
  reads: '#2e7d4f',
  writes: '#a3361c',
  keys: '#7a6a1f',
};
const MEANS: Readonly<Record<Flow, string>> = {
  sends: 'sends to',
  reads: 'is read by',
  writes: 'writes',
  keys: 'uses the key or secret',
};

/** Names of the boundaries, for the frames around them. */
export interface Boundaries {
  readonly title: string;
  readonly account: string;
  readonly stack: string;
}

interface Placed extends Node {
  readonly x: number;
  readonly y: number;
}

/** The graph as a picture: columns from outside to the keys, and a frame around each trust boundary. */
export function drawGraph({ nodes, edges }: Graph, { title, account, stack }: Boundaries): string {
  const placed = place(nodes);
  const width = MARGIN.left * 2 + COLUMNS.length * BOX.width + (COLUMNS.length - 1) * GAP.column;
  const height = Math.max(...placed.map(({ y }) => y)) + BOX.height + MARGIN.bottom;
  const inside = placed.filter(({ column }) => column !== 'outside');
  const left = Math.min(...inside.map(({ x }) => x)) - FRAME;
  const frame = (depth: number, text: string, stroke: string) => {
    const inset = depth * INSET;
    const top = MARGIN.top - 2 * TITLE - 24 + depth * TITLE;
    return (
      `<rect x="${left + inset}" y="${top}" width="${width - left - MARGIN.left + FRAME - 2 * inset}" ` +
      `height="${height - MARGIN.bottom + 30 - inset - top}" rx="8" fill="none" ${stroke} />` +
      `<text x="${left + inset + 10}" y="${top + 16}" class="frame">${escapeHtml(text)}</text>`
    );
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}">`,
    '<style>text{font-family:Helvetica,Arial,sans-serif;fill:#1b1f24}.title{font-size:18px;font-weight:bold}.label{font-size:13px;font-weight:bold}.kind,.frame,.legend{font-size:11px}.frame{font-style:italic}</style>',
    '<rect width="100%" height="100%" fill="#ffffff" />',
    `<defs>${FLOWS.map(arrowHead).join('')}</defs>`,
    `<text x="${MARGIN.left}" y="28" class="title">${escapeHtml(title)}</text>`,
    frame(0, `Trust boundary: ${account}`, 'stroke="#555555" stroke-dasharray="7 4"'),
    frame(1, `Trust boundary: ${stack}`, 'stroke="#999999"'),
    ...edges.map((edge) => arrow(edge, placed)),
    ...placed.map(box),
    ...FLOWS.map((flow, number) => legend(flow, MARGIN.left + number * 190, height - 16)),
    '</svg>',
    '',
  ].join('\n');
}

function place(nodes: readonly Node[]): Placed[] {
  const rows = COLUMNS.map((column) => nodes.filter((node) => node.column === column));
  const tallest = Math.max(...rows.map(({ length }) => length));
  return rows.flatMap((column, number) =>
    column.map((node, row) => ({
      ...node,
      x: MARGIN.left + number * (BOX.width + GAP.column),
      y: MARGIN.top + slot(row, column.length, tallest),
    })),
  );
}

/** Rows of a shorter column are spread over the height of the tallest. */
function slot(row: number, count: number, tallest: number): number {
  return Math.round((((row + 0.5) * tallest) / count - 0.5) * (BOX.height + GAP.row));
}

function box({ x, y, label, kind, column }: Placed): string {
  const fill = column === 'outside' ? '#f1f3f5' : column === 'functions' ? '#e8f0fa' : '#fbf7ea';
  return (
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${fill}" stroke="#5b6470" />` +
    `<text x="${x + 10}" y="${y + 20}" class="label">${escapeHtml(label)}</text>` +
    `<text x="${x + 10}" y="${y + 36}" class="kind">${escapeHtml(kind)}</text>`
  );
}

function arrow({ from, to, flow, actions }: Edge, placed: readonly Placed[]): string {
  const [a, b] = [placed.find(({ id }) => id === from), placed.find(({ id }) => id === to)];
  if (!a || !b) return '';
  const forward = a.x <= b.x;
  const [x1, x2] = forward ? [a.x + BOX.width, b.x - 3] : [a.x, b.x + BOX.width + 3];
  // Flows of a pair lie beside one another.
  const shift = (FLOWS.indexOf(flow) - 1.5) * 8;
  const [y1, y2] = [a.y + BOX.height / 2 + shift, b.y + BOX.height / 2 + shift];
  const bend = (x2 - x1) / 2;
  return (
    `<path d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" stroke="${COLOURS[flow]}" stroke-width="1.3" stroke-opacity="0.75" marker-end="url(#${flow})">` +
    `<title>${escapeHtml(`${a.label} → ${b.label}: ${actions.join(', ')}`)}</title></path>`
  );
}

function arrowHead(flow: Flow): string {
  return `<marker id="${flow}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="${COLOURS[flow]}" /></marker>`;
}

function legend(flow: Flow, x: number, y: number): string {
  return (
    `<path d="M${x} ${y - 4} h28" stroke="${COLOURS[flow]}" stroke-width="2" marker-end="url(#${flow})" />` +
    `<text x="${x + 36}" y="${y}" class="legend">${MEANS[flow]}</text>`
  );
}
