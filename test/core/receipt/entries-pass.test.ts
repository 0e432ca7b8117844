import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concatBytes, fromUtf8, utf8 } from '../../../core/encoding.ts';
import { parseJsonText } from '../../../core/event/json-text.ts';
import { lineOf } from '../../../core/export/projections.ts';
import type { EntrySource, ReadEntry } from '../../../core/receipt/entries-pass.ts';
import { readEntryLine } from '../../../core/receipt/entry-line.ts';
import { verifyEntries } from '../../../core/receipt/verify.ts';
import { checkpointAt, pageOf, verifierKey } from './sample.ts';

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

let lines: Uint8Array[];
let checkpoint: string;

/** The lines of an export, as the exporter writes them, without their line feeds. */
beforeAll(async () => {
  const page = await pageOf(ALL);
  lines = page.events.map(({ record, proof }) => lineOf({ record, proof }).slice(0, -1));
  checkpoint = page.checkpoint;
});

function parse(octets: Uint8Array): ReadEntry {
  const parsed = parseJsonText(octets, { bytes: 100_000, depth: 40, keys: 20_000 });
  return parsed.ok ? { value: parsed.value } : { unreadable: parsed.detail };
}

const never = () => {
  throw new Error('it was parsed');
};
const sources = (given: readonly Uint8Array[], read?: () => ReadEntry): EntrySource[] =>
  given.map((octets, position) => ({ line: position + 1, octets, read: read ?? (() => parse(octets)) }));
const parsed = (given: readonly Uint8Array[]): EntrySource[] =>
  given.map((octets, position) => ({ line: position + 1, ...parse(octets) }));

async function* inBatches(all: readonly EntrySource[]) {
  for (let start = 0; start < all.length; start += 5) yield all.slice(start, start + 5);
}

describe('lines of an export', () => {
  test('verify by their octets, without being parsed, at once and some at a time', async () => {
    const shown = { verified: true, shown: { count: 12, first_index: 0, last_index: 11, missing: 0 } };
    expect(await verifyEntries(sources(lines, never), checkpoint, verifierKey)).toMatchObject(shown);
    expect(await verifyEntries(inBatches(sources(lines, never)), checkpoint, verifierKey)).toMatchObject(
      shown,
    );
  });

  test('verify in any order, and among lines that have to be parsed', async () => {
    const mixed = sources([5, 4, 11, 0, 7, 6, 1].map((index) => lines[index] ?? new Uint8Array()));
    const slow = parsed(lines.slice(2, 4)).map((source) => ({ ...source, line: source.line + 20 }));
    const all = [...mixed.slice(0, 3), ...slow, ...mixed.slice(3)];
    expect(await verifyEntries(all, checkpoint, verifierKey)).toMatchObject({
      verified: true,
      shown: { count: 9 },
    });
  });

  test('show that the log extends an older checkpoint, or does not', async () => {
    for (const size of [1, 5, 8, 11]) {
      const other = { checkpoint: await checkpointAt(size) };
      expect(await verifyEntries(sources(lines), checkpoint, verifierKey, other)).toMatchObject({
        verified: true,
        shown: { consistent_with: size },
      });
    }
    const other = { checkpoint: await checkpointAt(5) };
    expect(await verifyEntries(sources(lines.slice(5)), checkpoint, verifierKey, other)).toMatchObject({
      failure: { code: 'consistency_not_shown' },
    });
  });

  test('of which one comes twice do not verify', async () => {
    const twice = [lines[3], lines[4], lines[3]].map((line) => line ?? new Uint8Array());
    expect(await verifyEntries(sources(twice), checkpoint, verifierKey)).toMatchObject({
      checked: 2,
      failure: { code: 'index_repeated', where: { line: 3, index: 3 } },
    });
  });

  test('get the same verdict as parsed ones, whichever octet is changed, put in, left out or swapped', async () => {
    const [before, victim, after] = [lines[5], lines[6], lines[7]].map((line) => line ?? new Uint8Array());
    if (!before || !victim || !after) throw new Error('the sample is short');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: victim.length - 1 }),
        fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...utf8('0af",:]}'))),
        fc.constantFrom('change', 'insert', 'remove', 'swap'),
        async (at, octet, how) => {
          const changed = concatBytes(
            victim.subarray(0, at),
            how === 'swap'
              ? victim.slice(at, at + 2).reverse()
              : new Uint8Array(how === 'remove' ? [] : [octet]),
            victim.subarray(how === 'insert' ? at : how === 'swap' ? at + 2 : at + 1),
          );
          const given = [before, changed, after];
          const quick = await verifyEntries(sources(given), checkpoint, verifierKey);
          expect(quick).toEqual(await verifyEntries(parsed(given), checkpoint, verifierKey));
          // A blank may be put in between; whatever else is changed shows.
          if (quick.verified) expect(JSON.parse(fromUtf8(changed))).toEqual(JSON.parse(fromUtf8(victim)));
          else expect(quick.checked).toBe(1);
        },
      ),
      { numRuns: 1_500 },
    );
  });
});

describe('the short way to read a line', () => {
  const text = () => fromUtf8(lines[6] ?? new Uint8Array());

  test('gives what stands in it', () => {
    const entry = readEntryLine(utf8(text()));
    const { proof, record } = JSON.parse(text());
    expect(entry).toMatchObject({ index: 6, treeSize: 12 });
    expect(entry?.path.length).toBe(proof.path.length);
    expect(JSON.parse(fromUtf8(entry?.record ?? new Uint8Array()))).toEqual(record);
  });

  test.each<[string, (line: string) => string]>([
    ['with a blank', (line) => line.replace(',"path"', ', "path"')],
    ['with a zero before its index', (line) => line.replace('"index":6', '"index":06')],
    ['with an index of sixteen digits', (line) => line.replace('"index":6', '"index":6000000000000000')],
    ['without an index', (line) => line.replace('"index":6', '"index":')],
    ['with a comma behind its path', (line) => line.replace('],"tree_size"', ',],"tree_size"')],
    ['with a digest too short', (line) => line.replace(/"sha256:./, '"sha256:')],
    [
      'with 64 hashes',
      (line) =>
        line.replace(
          /"path":\[[^\]]*\]/,
          `"path":[${Array(64)
            .fill(`"sha256:${'0'.repeat(64)}"`)
            .join()}]`,
        ),
    ],
    [
      'with its record first',
      (line) => JSON.stringify({ record: JSON.parse(line).record, proof: JSON.parse(line).proof }),
    ],
    ['without a tree size', (line) => line.replace(/,"tree_size":12/, '')],
    ['with a tree size that is no number', (line) => line.replace('"tree_size":12', '"tree_size":"12"')],
    ['that is cut off', (line) => line.slice(0, -2)],
    ['that is empty', () => ''],
  ])('passes over one %s', (_what, change) => {
    expect(change(text())).not.toBe(text());
    expect(readEntryLine(utf8(change(text())))).toBeUndefined();
  });

  test('reads a path of none, and one whose digests are none as far as they go', () => {
    const none = text().replace(/"path":\[[^\]]*\]/, '"path":[]');
    expect(readEntryLine(utf8(none))?.path.length).toBe(0);
    for (const change of [/sha256/, /[0-9a-f]"/, /:[0-9a-f]/]) {
      const spoiled = text().replace(/"path":.*/, (path) =>
        path.replace(change, (found) => 'Z'.repeat(found.length)),
      );
      const path = readEntryLine(utf8(spoiled))?.path;
      expect(path?.hash(0) ?? 'none').toBe('none');
    }
  });
});
