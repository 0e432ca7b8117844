import { createHash } from 'node:crypto';
import { concatBytes, fromUtf8 } from '../../core/encoding.ts';
import { isPlainText } from '../../core/event/canonical-text.ts';
import { parseJsonText } from '../../core/event/json-text.ts';
import type { EntrySource, ReadEntry } from '../../core/receipt/entries-pass.ts';
import { readEntryLine } from '../../core/receipt/entry-line.ts';
import type { PartRead } from '../../core/receipt/manifest.ts';

const LINE_FEED = 0x0a;
const LINE_LIMITS = { bytes: 2 * 1024 * 1024, depth: 40, keys: 20_000 };

/**
 * The lines of an NDJSON stream, as many at a time as a chunk ends; each is parsed where its octets do not tell enough. Not by
 * `node:readline`: it breaks lines at U+2028 too, which RFC 8785 leaves as it is inside a string, and it keeps a line of
 * any length. Stops after a line that is too long.
 */
export async function* parseLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<EntrySource[]> {
  let line = 0;
  for await (const lines of splitLines(chunks)) {
    yield lines.map((octets) => ({ line: ++line, octets, read: () => parseLine(octets) }));
    if (lines.some(({ length }) => length > LINE_LIMITS.bytes)) return;
  }
}

/** As `parseLines`, each line parsed, one by one. */
export async function* parsedLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ line: number } & ReadEntry> {
  for await (const source of oneByOne(parseLines(chunks)))
    yield { line: source.line, ...('octets' in source ? source.read() : source) };
}

function parseLine(bytes: Uint8Array): ReadEntry {
  const quick = quickly(bytes);
  if (quick) return quick;
  const parsed = parseJsonText(bytes, LINE_LIMITS);
  return parsed.ok ? { value: parsed.value } : { unreadable: parsed.detail };
}

/** The value of a line that is written as `JSON.stringify` writes it, within the limits; undefined for any other. */
function quickly(bytes: Uint8Array): { value: unknown } | undefined {
  if (bytes.length > LINE_LIMITS.bytes) return undefined;
  try {
    const text = fromUtf8(bytes);
    const value: unknown = JSON.parse(text);
    return isPlainText(text, value, LINE_LIMITS) ? { value } : undefined;
  } catch {
    return undefined;
  }
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = [];
    for (let start = 0; start < chunk.length; ) {
      const found = chunk.indexOf(LINE_FEED, start);
      const end = found < 0 ? chunk.length : found;
      pieces.push(chunk.subarray(start, end));
      length += end - start;
      if (found >= 0 || length > LINE_LIMITS.bytes) {
        lines.push(pieces.length === 1 ? chunk.subarray(start, end) : concatBytes(...pieces));
        pieces = [];
        length = 0;
      }
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [concatBytes(...pieces)];
}

/** Passes `chunks` on and measures them; `read` is complete once they have run out. */
export function measured(chunks: AsyncIterable<Uint8Array>): {
  chunks: AsyncIterable<Uint8Array>;
  read: () => PartRead;
} {
  const digest = createHash('sha256');
  let bytes = 0;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      digest.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { chunks: pass(), read: () => ({ bytes, sha256: digest.digest() }) };
}

/**
 * Joins `disclosures.ndjson` (lines `{log_index, disclosures}`, in the order of the records) into the records that they
 * open. Disclosures that belong to none of them end as an entry that can't be read.
 */
export async function* joinDisclosures(
  entries: AsyncIterable<EntrySource[]>,
  disclosures: AsyncIterable<EntrySource[]>,
): AsyncGenerator<EntrySource[]> {
  const lines = oneByOne(disclosures);
  let next = await lines.next();
  for await (const batch of entries) {
    const joined: EntrySource[] = [];
    for (const entry of batch) {
      const pending = next.done ? undefined : parsedOf(next.value);
      const index = pending === undefined ? undefined : indexOf(entry);
      if (index !== undefined && member(pending, 'log_index') === index) {
        const value = { ...Object(parsedOf(entry)), disclosures: member(pending, 'disclosures') };
        joined.push({ line: entry.line, value });
        next = await lines.next();
      } else joined.push(entry);
    }
    yield joined;
  }
  if (!next.done) {
    const unreadable = 'disclosures.ndjson: this line belongs to no record here, or not to the next one';
    yield [{ line: next.value.line, unreadable }];
  }
}

async function* oneByOne(batches: AsyncIterable<EntrySource[]>): AsyncGenerator<EntrySource, void> {
  for await (const batch of batches) yield* batch;
}

function parsedOf(source: EntrySource): unknown {
  const read = 'octets' in source ? source.read() : source;
  return 'value' in read ? read.value : undefined;
}

function indexOf(entry: EntrySource): unknown {
  const quick = 'octets' in entry ? readEntryLine(entry.octets) : undefined;
  return quick?.index ?? member(member(parsedOf(entry), 'proof'), 'index');
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
