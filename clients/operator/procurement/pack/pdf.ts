import { utf8 } from '../../../../core/encoding.ts';
import { join, type Phrase, value } from '../../../../core/narrative/phrase.ts';
import type { Block } from '../../../../core/report/block.ts';
import { reportPdf } from '../../../../lambdas/export-records/pdf/report-pdf.ts';
import { installedFile } from '../../../../lib/report-files.ts';
import { PROJECT } from '../../local/state.ts';
import type { Cell, PackDocument, Section } from './document.ts';
import type { Evidence, Statement } from './evidence.ts';

// The layout of the exporter's reports is the one that there is: it knows pages and faces, and nothing of AWS.
const layout = reportPdf((file) => installedFile(PROJECT, `fonts/${file}`));

/** All documents as one PDF/A-3a, the picture attached as the file that it is. */
export async function packagePdf(
  documents: readonly PackDocument[],
  { title, stamp, date, picture }: { title: string; stamp: string; date: string; picture: string },
): Promise<Uint8Array> {
  return await layout({
    title,
    author: 'agent-audit-trail',
    footer: stamp,
    producedAt: Date.parse(date),
    blocks: [
      { kind: 'title', text: value(title), subtitle: value(stamp) },
      ...documents.flatMap(documentBlocks),
    ],
    files: [
      {
        name: 'architecture.svg',
        type: 'image/svg+xml',
        description: 'Architecture, with trust boundaries',
        bytes: utf8(picture),
      },
    ],
  });
}

function documentBlocks({ title, sections }: PackDocument): Block[] {
  return [
    { kind: 'heading', level: 1, text: value(title), bookmark: title },
    ...sections.flatMap(sectionBlocks),
  ];
}

function sectionBlocks({ heading, intro = [], image, statements = [], table, verbatim }: Section): Block[] {
  return [
    { kind: 'heading', level: 2, text: value(heading) },
    ...intro.map((text): Block => ({ kind: 'paragraph', text: value(text) })),
    ...(image ? figureBlocks(image) : []),
    ...(statements.length === 0 ? [] : [{ kind: 'list' as const, items: statements.map(statementPhrase) }]),
    ...(table ? tableBlocks(table) : []),
    ...(verbatim === undefined ? [] : [{ kind: 'verbatim' as const, text: verbatim.trimEnd() }]),
  ];
}

function figureBlocks({ file, picture, alt }: NonNullable<Section['image']>): Block[] {
  const below = `The picture is on the next page, and attached as ${file}, where pointing at an arrow tells what lets it happen.`;
  return [
    { kind: 'paragraph', text: value(below) },
    { kind: 'figure', picture, alt },
  ];
}

/** A page is too narrow for columns of sentences: a row is a heading, and what stands beside it below. */
function tableBlocks({ head, rows, columns }: NonNullable<Section['table']>): Block[] {
  if (columns) {
    const shares = columns === 'numbers' ? {} : { shares: columns };
    const cells = rows.map((row) => row.map(cellPhrase));
    return [{ kind: 'table', head, rows: cells, numbers: columns === 'numbers', ...shares }];
  }
  const [, ...labels] = head;
  return rows.flatMap(([first = '', ...cells]): Block[] => [
    { kind: 'heading', level: 3, text: cellPhrase(first) },
    {
      kind: 'facts',
      facts: cells.map((cell, column) => ({ label: labels[column] ?? '', value: cellPhrase(cell) })),
    },
  ]);
}

function cellPhrase(cell: Cell): Phrase {
  return typeof cell === 'string' ? value(cell) : statementPhrase(cell);
}

/** The sentence, and what it rests on set apart from it. */
function statementPhrase({ text, evidence, evidenced }: Statement): Phrase {
  const found = join(evidence.map(evidencePhrase), '; ');
  const behind: Phrase = found.length === 0 ? [] : [' [', ...found, ']'];
  return [...value(text), ...(evidenced ? [] : [{ withheld: ' Not evidenced.' }]), ...behind];
}

function evidencePhrase({ kind, where }: Evidence): Phrase {
  return [`${kind}: `, ...value(where)];
}
