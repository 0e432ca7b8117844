// Controls, format characters (bidirectional overrides among them), line separators, halves of surrogate pairs.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
// JSON's own line feeds stay; those of the data are escaped by JSON itself.
const UNPRINTABLE_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** `text` as one line that cannot steer a terminal: what does not print is written as `\uXXXX`. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, unitEscapes);
}

/** Several lines, each of them printable. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** `value` as indented JSON that cannot steer a terminal and still is the same JSON. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(UNPRINTABLE_IN_JSON, unitEscapes);
}

/** Columns as wide as their widest cell; every cell printable, an empty one shown as `-`. */
export function columns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell) || '-'));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `columns` below a line that names them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return columns([head, ...rows]);
}

function unitEscapes(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
