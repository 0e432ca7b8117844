import type { Line } from './session.ts';

const COLUMNS = 104;
const ROWS = 32;
const CHARACTER = 7.85;
const ROW = 18;
const MARGIN = 16;
const BAR = 30;
/** How long the end stays before it begins anew. */
const END_MS = 8_000;

/**
 * Lines of a terminal as a film in one SVG: text and style sheet alone, no script, so it plays wherever a picture is shown.
 * Who has asked their system for less motion sees the end, standing.
 */
export function filmOf(lines: readonly Line[], title: string): string {
  const rows = lines.flatMap((line) =>
    wrapped(line.typed ? `$ ${line.text}` : line.text).map((text) => ({ ...line, text })),
  );
  const length = (rows.at(-1)?.at ?? 0) + END_MS;
  const percent = (at: number) => `${((at / length) * 100).toFixed(3)}%`;
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = BAR + ROWS * ROW + MARGIN;
  // Lines that come within the same moment have one rule.
  const moments = [...new Set(rows.map(({ at }) => at))];
  const rules = moments.map((at, place) =>
    at === 0
      ? ''
      : `.m${place}{animation:m${place} ${length}ms step-end infinite}@keyframes m${place}{0%{opacity:0}${percent(at)}{opacity:1}}`,
  );
  const up = (row: number) => Math.max(0, row + 1 - ROWS) * ROW;
  const steps = rows
    .map(({ at }, row) => ({ at, by: up(row) }))
    .filter(({ at }, row, all) => all[row + 1]?.at !== at)
    .map(({ at, by }) => `${percent(at)}{transform:translateY(-${by}px)}`);
  const end = up(rows.length - 1);
  const texts = rows.map(
    ({ at, text, typed }, row) =>
      `<text class="m${moments.indexOf(at)}${typed ? ' t' : ''}" y="${row * ROW + 13}">${escapeXml(text)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t">
<title id="t">${escapeXml(title)}</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde3;white-space:pre}
.t{fill:#7ee2a8;font-weight:700}
.film{transform:translateY(-${end}px);animation:film ${length}ms step-end infinite}
@keyframes film{${steps.join('')}}
${rules.join('\n')}
@media (prefers-reduced-motion:reduce){.film,text{animation:none!important}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#14181c"/>
<circle cx="20" cy="15" r="5" fill="#545e68"/><circle cx="38" cy="15" r="5" fill="#545e68"/><circle cx="56" cy="15" r="5" fill="#545e68"/>
<svg x="${MARGIN}" y="${BAR}" width="${width - 2 * MARGIN}" height="${ROWS * ROW}">
<g class="film">
${texts.join('\n')}
</g>
</svg>
</svg>
`;
}

/** A line as the rows of a terminal, broken between words and set in as the line is. */
function wrapped(text: string): string[] {
  const indent = `${/^ */.exec(text)?.[0] ?? ''}    `;
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/(?<=\S)(?= )/)) {
    if (row !== '' && row.length + word.length > COLUMNS) {
      rows.push(row);
      row = indent + word.trimStart();
    } else row += word;
  }
  // A word may itself be longer than a row.
  return [...rows, row].map((one) => (one.length <= COLUMNS ? one : `${one.slice(0, COLUMNS - 1)}…`));
}

function escapeXml(text: string): string {
  const allowed = [...text].filter((character) => character >= ' ' && character !== '\u007f').join('');
  return allowed
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
