import { toBase64 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { readBase64 } from '../log/base64.ts';

/** C2SP tlog-proof: everything that shows that a leaf is in a log, but for the leaf itself and the key. */
export interface TlogProof {
  /** Index of the leaf, from 0. */
  index: number;
  /** Inclusion path, the leaf's sibling first; 32 octets each. */
  path: Uint8Array[];
  /** The checkpoint, a signed note, exactly as published. */
  checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_PROOF = 1_100_000; // a note of 1,000,000 octets, the path and some extra data
const MAX_PATH = 63;

/** The text of a proof. Throws `invalid_request` on what no proof can say. */
export function formatTlogProof({ index, path, checkpoint }: TlogProof): string {
  const text = [HEADER, `index ${index}`, ...path.map(toBase64), '', checkpoint].join('\n');
  if (!parseTlogProof(text)) throw new AuditError('invalid_request', 'not a proof');
  return text;
}

/**
 * Reads the text of a proof; undefined where it is none. Extra data is allowed and passed over, since nothing
 * authenticates it. The checkpoint is not looked into.
 */
export function parseTlogProof(text: string): TlogProof | undefined {
  if (text.length > MAX_PROOF) return undefined;
  const end = text.indexOf('\n\n');
  if (end < 0) return undefined;
  const [header, ...lines] = text.slice(0, end).split('\n');
  if (header !== HEADER) return undefined;
  if (lines[0]?.startsWith('extra ')) {
    const extra = lines.shift() ?? '';
    if (!readBase64(extra.slice('extra '.length))) return undefined;
  }
  const [, index] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '') ?? [];
  if (index === undefined || !Number.isSafeInteger(Number(index)) || lines.length > MAX_PATH)
    return undefined;
  const path: Uint8Array[] = [];
  for (const line of lines) {
    const hash = readBase64(line);
    if (hash?.length !== 32) return undefined;
    path.push(hash);
  }
  return { index: Number(index), path, checkpoint: text.slice(end + 2) };
}
