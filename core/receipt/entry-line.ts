import { utf8 } from '../encoding.ts';
import { DIGEST_OCTETS, OctetPath, STRIDE } from './proof-path.ts';

/** An entry as it stands in a line of `events.ndjson`; nothing of it was verified. */
export interface EntryLine {
  index: number;
  treeSize: number;
  path: OctetPath;
  /** The octets between `"record":` and the end of the entry. */
  record: Uint8Array;
}

const INDEX = utf8('{"proof":{"index":');
const PATH = utf8(',"path":[');
const TREE_SIZE = utf8('],"tree_size":');
const RECORD = utf8('},"record":');
const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_OBJECT = 0x7d;
const MOST_HASHES = 63;
const MOST_DIGITS = 15;

/** Reads a line that is written as an export writes it (RFC 8785), with nothing but a record and its proof; undefined for any other. */
export function readEntryLine(line: Uint8Array): EntryLine | undefined {
  let at = behind(line, 0, INDEX);
  const index = at < 0 ? undefined : readCount(line, at);
  at = index ? behind(line, index.end, PATH) : -1;
  if (!index || at < 0) return undefined;
  const start = at;
  let hashes = 0;
  while (line[at] === QUOTE && hashes < MOST_HASHES) {
    at += DIGEST_OCTETS;
    hashes++;
    if (line[at] !== COMMA) break;
    at++;
  }
  // A comma at the end would be counted into the path.
  if (at - start !== Math.max(0, hashes * STRIDE - 1)) return undefined;
  const path = new OctetPath(line.subarray(start, at), hashes);
  at = behind(line, at, TREE_SIZE);
  const treeSize = at < 0 ? undefined : readCount(line, at);
  at = treeSize ? behind(line, treeSize.end, RECORD) : -1;
  if (!treeSize || at < 0 || line[line.length - 1] !== CLOSE_OBJECT) return undefined;
  return { index: index.value, treeSize: treeSize.value, path, record: line.subarray(at, line.length - 1) };
}

/** Where a line goes on behind `text`, which must stand at `at`; -1 where it does not. */
function behind(line: Uint8Array, at: number, text: Uint8Array): number {
  for (let index = 0; index < text.length; index++) if (line[at + index] !== text[index]) return -1;
  return at + text.length;
}

/** The whole number at `at`, in the one form that it has. */
function readCount(line: Uint8Array, at: number): { value: number; end: number } | undefined {
  let end = at;
  let value = 0;
  for (let digit = digitAt(line, end); digit >= 0; digit = digitAt(line, ++end)) value = 10 * value + digit;
  const digits = end - at;
  const leading = digits > 1 && digitAt(line, at) === 0;
  return digits > 0 && digits <= MOST_DIGITS && !leading ? { value, end } : undefined;
}

function digitAt(line: Uint8Array, at: number): number {
  const octet = line[at] ?? 0;
  return octet >= 0x30 && octet <= 0x39 ? octet - 0x30 : -1;
}
