import { toBase64 } from '../encoding.ts';
import { readBase64 } from '../log/base64.ts';
import { formatNote, type NoteSignature, parseNote } from '../log/note.ts';

/** The request and the answer of `add-checkpoint` (C2SP tlog-witness). */
export interface AddCheckpoint {
  /** Size of the last checkpoint that the witness is known to have cosigned; 0 for none. */
  old: number;
  /** Consistency proof from there. */
  proof: Uint8Array[];
  /** A signed note. */
  checkpoint: string;
}

const MAX_PROOF = 63;

export function formatAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** Reads a request; undefined where it is none. Nothing of it may be believed yet. */
export function parseAddCheckpoint(body: string): AddCheckpoint | undefined {
  const end = body.indexOf('\n\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = body.slice(0, end).split('\n');
  const [, size = ''] = /^old (0|[1-9][0-9]{0,15})$/.exec(first) ?? [];
  const old = Number(size);
  if (size === '' || !Number.isSafeInteger(old) || lines.length > MAX_PROOF) return undefined;
  const proof = lines.map(readBase64);
  if (!proof.every((hash) => hash?.length === 32)) return undefined;
  return { old, proof: proof.filter((hash) => hash !== undefined), checkpoint: body.slice(end + 2) };
}

/** The lines of a witness's answer. */
export function formatLines(lines: readonly NoteSignature[]): string {
  return formatNote('\n', lines).slice(2);
}

/** The signature lines of an answer; undefined where it is anything else. */
export function parseLines(body: string): NoteSignature[] | undefined {
  return parseNote(`\n\n${body}`)?.signatures;
}
