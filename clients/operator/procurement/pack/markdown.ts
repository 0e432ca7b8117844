import { escapeMarkdown } from '../../../../core/narrative/visible.ts';
import type { Cell, PackDocument, Section } from './document.ts';
import type { Evidence, Statement } from './evidence.ts';

/** A document as Markdown. Names that come from files and templates are escaped; `stamp` stands below the title. */
export function toMarkdown(document: PackDocument, stamp: string): string {
  const { title, sections } = document;
  return [`# ${title}`, '', stamp, ...sections.flatMap(sectionLines), ''].join('\n');
}

function sectionLines({ heading, intro = [], image, statements = [], table, verbatim }: Section): string[] {
  return [
    '',
    `## ${heading}`,
    ...intro.flatMap((text) => ['', text]),
    ...(image === undefined ? [] : ['', `![${escapeMarkdown(image.alt)}](${image.file})`]),
    ...(statements.length === 0
      ? []
      : ['', ...statements.map((statement) => `- ${statementText(statement)}`)]),
    ...(table ? ['', ...tableLines(table)] : []),
    ...(verbatim === undefined ? [] : ['', '```', verbatim.trimEnd(), '```']),
  ];
}

function tableLines({ head, rows }: NonNullable<Section['table']>): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(cellText)))];
}

function cellText(cell: Cell): string {
  return typeof cell === 'string' ? escapeMarkdown(cell) : statementText(cell);
}

/** The sentence, then what it rests on; one of which something is missing is said not to be evidenced. */
function statementText({ text, evidence, evidenced }: Statement): string {
  const found = evidence.map(evidenceText).join('; ');
  if (evidenced) return found === '' ? escapeMarkdown(text) : `${escapeMarkdown(text)} *[${found}]*`;
  return `${escapeMarkdown(text)} **Not evidenced.**${found === '' ? '' : ` *[only: ${found}]*`}`;
}

function evidenceText({ kind, where }: Evidence): string {
  return `${kind}: ${escapeMarkdown(where)}`;
}
