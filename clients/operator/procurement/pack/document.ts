import type { Picture } from '../../../../core/report/picture.ts';
import type { Statement } from './evidence.ts';

/** A cell is text, or a statement with its evidence. */
export type Cell = string | Statement;

export interface Section {
  readonly heading: string;
  /** Sentences that claim nothing: what a section is about. */
  readonly intro?: readonly string[];
  readonly statements?: readonly Statement[];
  readonly table?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly Cell[])[];
    /** On a page: as columns, of text this wide for one another or with numbers at their end. Without it cells are sentences, and stand below one another. */
    readonly columns?: readonly number[] | 'numbers';
  };
  /** A picture, and the name of the file beside the document that shows it. */
  readonly image?: { readonly file: string; readonly picture: Picture; readonly alt: string };
  /** Text that is shown as it stands: a checkpoint, a key, a command. */
  readonly verbatim?: string;
}

/** One document of the package. */
export interface PackDocument {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly sections: readonly Section[];
}

/** All statements of a document, those in tables too. */
export function statementsOf({ sections }: PackDocument): Statement[] {
  return sections.flatMap(({ statements = [], table }) => [
    ...statements,
    ...(table?.rows.flat().filter((cell) => typeof cell !== 'string') ?? []),
  ]);
}
