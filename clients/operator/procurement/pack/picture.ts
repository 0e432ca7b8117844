import type { Picture, Shape } from '../../../../core/report/picture.ts';
import { COLUMNS, type Edge, FLOWS, type Flow, type Graph, type Node } from './graph.ts';

const BOX = { width: 170, height: 46 };
const GAP = { column: 124, row: 34 };
const MARGIN = { left: 30, top: 126, bottom: 74 };
/** How far the outer frame is from the boxes, how far the inner one lies within it, and the height of their titles. */
const FRAME = 30;
const INSET = 10;
const TITLE = 22;
const LEGEND = 190;

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
export function pictureOf({ nodes, edges }: Graph, { title, account, stack }: Boundaries): Picture {
  const placed = place(nodes);
  const width = MARGIN.left * 2 + COLUMNS.length * BOX.width + (COLUMNS.length - 1) * GAP.column;
  const height = Math.max(...placed.map(({ y }) => y)) + BOX.height + MARGIN.bottom;
  const inside = placed.filter(({ column }) => column !== 'outside');
  const left = Math.min(...inside.map(({ x }) => x)) - FRAME;
  const frame = (depth: number, text: string, stroke: string, dashed: boolean): Shape[] => {
    const inset = depth * INSET;
    const [x, y] = [left + inset, MARGIN.top - 2 * TITLE - 24 + depth * TITLE];
    const size = {
      width: width - left - MARGIN.left + FRAME - 2 * inset,
      height: height - MARGIN.bottom + 30 - inset - y,
    };
    return [
      { kind: 'box', x, y, ...size, radius: 8, stroke, dashed },
      { kind: 'text', x: x + 10, y: y + 16, text, as: 'frame' },
    ];
  };
  return {
    title,
    width,
    height,
    shapes: [
      { kind: 'text', x: MARGIN.left, y: 28, text: title, as: 'title' },
      ...frame(0, `Trust boundary: ${account}`, '#555555', true),
      ...frame(1, `Trust boundary: ${stack}`, '#999999', false),
      ...edges.flatMap((edge) => arrow(edge, placed)),
      ...placed.flatMap(box),
      ...FLOWS.flatMap((flow, number) => legend(flow, MARGIN.left + number * LEGEND, height - 16)),
    ],
  };
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

function box({ x, y, label, kind, column }: Placed): Shape[] {
  const fill = column === 'outside' ? '#f1f3f5' : column === 'functions' ? '#e8f0fa' : '#fbf7ea';
  return [
    { kind: 'box', x, y, ...BOX, radius: 6, fill, stroke: '#5b6470' },
    { kind: 'text', x: x + 10, y: y + 20, text: label, as: 'label' },
    { kind: 'text', x: x + 10, y: y + 36, text: kind, as: 'kind' },
  ];
}

function arrow({ from, to, flow, actions }: Edge, placed: readonly Placed[]): Shape[] {
  const [a, b] = [placed.find(({ id }) => id === from), placed.find(({ id }) => id === to)];
  if (!a || !b) return [];
  const [x1, x2] = a.x <= b.x ? [a.x + BOX.width, b.x - 3] : [a.x, b.x + BOX.width + 3];
  // Flows of a pair lie beside one another.
  const middle = BOX.height / 2 + (FLOWS.indexOf(flow) - 1.5) * 8;
  return [
    {
      kind: 'arrow',
      from: [x1, a.y + middle],
      to: [x2, b.y + middle],
      colour: COLOURS[flow],
      width: 1.3,
      says: `${a.label} → ${b.label}: ${actions.join(', ')}`,
    },
  ];
}

function legend(flow: Flow, x: number, y: number): Shape[] {
  return [
    { kind: 'arrow', from: [x, y - 4], to: [x + 28, y - 4], colour: COLOURS[flow], width: 2 },
    { kind: 'text', x: x + 36, y, text: MEANS[flow], as: 'legend' },
  ];
}
