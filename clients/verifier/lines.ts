import { createHash } from 'node:crypto';
import { concatBytes, fromUtf8 } from '../../core/encoding.ts';
import { isPlainText } from '../../core/event/canonical-text.ts';
import { parseJsonText } from '../../core/event/json-text.ts';
import type { PartRead } from '../../core/receipt/manifest.ts';
import type { EntrySource } from '../../core/receipt/verify.ts';

const LINE_FEED = 0x0a;
const LINE_LIMITS = { bytes: 2 * 1024 * 1024, depth: 40, keys: 20_000 };

/**
 * The lines of an NDJSON stream, parsed. Not by `node:readline`: it breaks lines at U+2028 too, which RFC 8785 leaves
 * as it is inside a string, and it keeps a line of any length. Stops after a line that is too long.
 */
export async function* parseLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<EntrySource> {
  let line = 0;
  for await (const bytes of splitLines(chunks)) {
    line++;
    const quick = quickly(bytes);
    if (quick) {
      yield { line, value: quick.value };
      continue;
    }
    const parsed = parseJsonText(bytes, LINE_LIMITS);
    yield parsed.ok ? { line, value: parsed.value } : { line, unreadable: parsed.detail };
    if (bytes.length > LINE_LIMITS.bytes) return;
  }
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

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const found = chunk.indexOf(LINE_FEED, start);
      const end = found < 0 ? chunk.length : found;
      pieces.push(chunk.subarray(start, end));
      length += end - start;
      if (found >= 0 || length > LINE_LIMITS.bytes) {
        yield concatBytes(...pieces);
        pieces = [];
        length = 0;
      }
      start = end + 1;
    }
  }
  if (length > 0) yield concatBytes(...pieces);
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
  entries: AsyncIterable<EntrySource>,
  disclosures: AsyncIterable<EntrySource>,
): AsyncGenerator<EntrySource> {
  const lines = disclosures[Symbol.asyncIterator]();
  let next = await lines.next();
  for await (const entry of entries) {
    const index = 'value' in entry ? member(member(entry.value, 'proof'), 'index') : undefined;
    const pending = !next.done && 'value' in next.value ? next.value.value : undefined;
    if (index !== undefined && 'value' in entry && member(pending, 'log_index') === index) {
      yield {
        line: entry.line,
        value: { ...Object(entry.value), disclosures: member(pending, 'disclosures') },
      };
      next = await lines.next();
    } else yield entry;
  }
  if (!next.done) {
    yield {
      line: next.value.line,
      unreadable: 'disclosures.ndjson: this line belongs to no record here, or not to the next one',
    };
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
