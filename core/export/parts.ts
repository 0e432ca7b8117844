import { z } from 'zod';
import { sha256 } from '#crypto';
import { concatBytes, fromUtf8, toDigestText, utf8 } from '../encoding.ts';
import { type Manifest, manifestSchema } from '../receipt/manifest.ts';
import type { ExportFiles } from './export-job.ts';
import { NOTHING_TALLIED, tallyStateSchema } from './tally.ts';

export type Part = Manifest['parts'][number];

/** How far the files of an export are; kept beside them, so that another worker goes on where one stopped. */
const progressSchema = z.strictObject({
  /** The last record in the files, in the order of the export. */
  position: z.strictObject({ occurredAt: z.int(), index: z.int() }),
  records: z.int().nonnegative(),
  first: z.int().nonnegative().nullable(),
  last: z.int().nonnegative().nullable(),
  parts: manifestSchema.shape.parts.min(0),
  tally: tallyStateSchema,
});
export type FilesProgress = z.output<typeof progressSchema>;

const NOTHING_YET: FilesProgress = {
  position: { occurredAt: -1, index: -1 },
  records: 0,
  first: null,
  last: null,
  parts: [],
  tally: NOTHING_TALLIED,
};

/** What is not yet in a file: at most a part of each kind. */
export class OpenPart {
  readonly #name: string;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** `name` without its number and ending. */
  constructor(name: string) {
    this.#name = name;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(line: Uint8Array): void {
    this.#chunks.push(line);
    this.#bytes += line.length;
  }

  /** Writes what there is as part `number`, counted from 1; undefined where there is nothing. */
  async close(files: ExportFiles, exportId: string, number: number): Promise<Part | undefined> {
    if (this.#bytes === 0) return undefined;
    const name = `${this.#name}-${String(number).padStart(6, '0')}.ndjson`;
    const part = await writePart(files, exportId, name, concatBytes(...this.#chunks));
    this.#chunks = [];
    this.#bytes = 0;
    return part;
  }
}

/** Writes a file of the export, and returns what its manifest says of it. */
export async function writePart(
  files: ExportFiles,
  exportId: string,
  name: string,
  bytes: Uint8Array,
): Promise<Part> {
  await files.write(exportId, name, bytes);
  return { name, bytes: bytes.length, sha256: toDigestText(sha256(bytes)) };
}

const STATE = 'state.json';

/** How far the files are. */
export async function readProgress(files: ExportFiles, exportId: string): Promise<FilesProgress> {
  const bytes = await files.read(exportId, STATE);
  return bytes ? progressSchema.parse(JSON.parse(fromUtf8(bytes))) : NOTHING_YET;
}

/** Notes how far they are. Until this stands, another worker writes the same parts again, with the same names. */
export async function storeProgress(
  files: ExportFiles,
  exportId: string,
  progress: FilesProgress,
): Promise<void> {
  await files.write(exportId, STATE, utf8(JSON.stringify(progress)));
}
