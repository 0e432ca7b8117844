import { readCheckpoint } from '../log/checkpoint.ts';
import { formatNote, type NoteSignature, parseNote } from '../log/note.ts';

/** What a witness said, kept as an item of its own. */
export interface KeptCosignature {
  witness: string;
  /** Size of the checkpoint that it stands under. */
  size: number;
  line: NoteSignature;
  /** Seconds since the Unix epoch, as the witness says. */
  time: number;
}

export interface CosignatureStore {
  /** The newest of a witness. */
  last(witness: string): Promise<KeptCosignature | undefined>;
  /** Durable when it returns; the newest of a witness never goes back, and the first of a size stays. */
  keep(cosignature: KeptCosignature): Promise<void>;
  /** The newest of every witness. */
  all(): Promise<KeptCosignature[]>;
  /** All those of the smallest size, `size` or larger, that a witness cosigned; none where there is no such size. */
  covering(size: number): Promise<KeptCosignature[]>;
}

/** How many witnesses a log may have: of the 16 signatures of a note, the log's own is one. */
export const MAX_WITNESSES = 15;

/** `checkpoint` with the cosignatures of its size under it. */
export function withCosignatures(checkpoint: string, kept: readonly KeptCosignature[]): string {
  const size = readCheckpoint(checkpoint)?.size;
  const note = parseNote(checkpoint);
  const lines = kept.filter((cosignature) => cosignature.size === size).map(({ line }) => line);
  if (!note || lines.length === 0) return checkpoint;
  return formatNote(note.text, [...note.signatures, ...lines].slice(0, MAX_WITNESSES + 1));
}
