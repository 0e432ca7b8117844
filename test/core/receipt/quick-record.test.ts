import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromUtf8, utf8 } from '../../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';
import { parseJsonText } from '../../../core/event/json-text.ts';
import { LIMITS } from '../../../core/event/limits.ts';
import { quickRecord } from '../../../core/receipt/quick-record.ts';
import { readRecord } from '../../../core/receipt/verify-record.ts';
import { bent, madeLeaf, purgeLeaf } from '../../support/made-log.ts';

const TEXT = { bytes: LIMITS.recordBytes, depth: LIMITS.depth + 2, keys: 2 * LIMITS.keys };

/** What the slow way makes of a leaf. */
function slowly(leaf: Uint8Array) {
  const parsed = parseJsonText(leaf, TEXT);
  return parsed.ok ? readRecord(parsed.value, { leaf }) : parsed;
}

/** A leaf whose event holds `payload`, with the right content hash. */
function leafOf(payload: unknown, more: object = {}): Uint8Array {
  const event = { event_id: 'e-1', event_type: 'DATA_ACCESSED', payload, ...more };
  return canonicalBytes({ content_hash: contentHash(event), event, recorded_at: '2026-11-24T00:00:00.000Z' });
}

/** Takes `text` as it stands for the event of a leaf, and hashes it right. */
function leafWith(event: string): Uint8Array {
  const hash = contentHash(JSON.parse(event));
  return utf8(`{"content_hash":"${hash}","event":${event},"recorded_at":"2026-11-24T00:00:00.000Z"}`);
}

const json = fc.jsonValue({ maxDepth: 5 });

describe('the quick way', () => {
  test('takes the records that a log is made of, with their leaf hash and id', () => {
    for (const leaf of [
      madeLeaf(0),
      madeLeaf(7, { payload: { text: 'naïve “quotes” 日本語 🧾 \u0001\n\t"\\' } }),
    ]) {
      const slow = slowly(leaf);
      if (!slow.ok) throw new Error('a made leaf is none');
      const quick = quickRecord(leaf);
      expect(quick?.leafHash).toEqual(slow.leafHash);
      expect(quick?.eventId()).toBe(slow.record.event.event_id);
    }
  });

  test('takes nothing that the slow way would not take, whatever is in it', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const payload = typeof one === 'object' && one !== null && !Array.isArray(one) ? one : { one };
        const leaf = leafOf(payload, { subjects: other });
        const quick = quickRecord(leaf);
        const slow = slowly(leaf);
        if (quick) expect(slow).toMatchObject({ ok: true, leafHash: quick.leafHash });
      }),
      { numRuns: 500 },
    );
  });

  test('takes no leaf in which one octet was changed, put in or left out, unless the slow way takes it too', () => {
    const leaf = madeLeaf(3, { payload: { n: 17, list: [1, true, null, 'ü\u0007'], text: 'a"b' } });
    fc.assert(
      fc.property(
        fc.nat({ max: leaf.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom('change', 'insert', 'remove'),
        (at, octet, how) => {
          const rest = leaf.subarray(how === 'insert' ? at : at + 1);
          const changed = new Uint8Array([
            ...leaf.subarray(0, at),
            ...(how === 'remove' ? [] : [octet]),
            ...rest,
          ]);
          fc.pre(Buffer.compare(changed, leaf) !== 0);
          if (quickRecord(changed)) expect(slowly(changed).ok).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('takes numbers as they are written, and says of each what the slow way says', () => {
    for (const number of [
      '0',
      '-1',
      '7.25',
      '-0.5',
      '0.000001',
      '0.1',
      '123456789012345',
      '12345678901.2345',
    ])
      expect([
        number,
        quickRecord(leafWith(`{"event_id":"e","payload":{"a":${number}}}`)) !== undefined,
      ]).toEqual([number, true]);
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.nat({ max: 17 }),
        (double, digits) => {
          const written = [
            String(double),
            double.toFixed(Math.min(digits, 20)),
            double.toPrecision(Math.max(1, digits)),
          ];
          for (const number of written) {
            let leaf: Uint8Array;
            try {
              leaf = leafWith(`{"event_id":"e","payload":{"a":${number}}}`);
            } catch {
              continue; // no JSON
            }
            if (quickRecord(leaf)) expect([number, slowly(leaf).ok]).toEqual([number, true]);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('leaves a purge to be looked into, and a record that is too long', () => {
    expect(quickRecord(purgeLeaf(1, 256))).toBeUndefined();
    expect(quickRecord(leafOf({ text: 'x'.repeat(16_000) }))).toBeUndefined();
    expect(quickRecord(leafOf({ text: 'x'.repeat(15_000) }))).toBeDefined();
  });

  const odd: [string, string][] = [
    ['an escape that has a shorter form', String.raw`{"event_id":"e","payload":{"a":"\u000a"}}`],
    ['an escaped letter', String.raw`{"event_id":"e","payload":{"a":"\u0041"}}`],
    ['an escaped slash', String.raw`{"event_id":"e","payload":{"a":"\/"}}`],
    ['an escape in capitals', String.raw`{"event_id":"e","payload":{"a":"\u001F"}}`],
    ['an escape that is cut off', '{"event_id":"e","payload":{"a":"\\u00'],
    ['a control as it is', '{"event_id":"e","payload":{"a":"\u0001"}}'],
    ['a blank', '{"event_id":"e", "payload":{}}'],
    ['a blank before a colon', '{"event_id" :"e","payload":{}}'],
    ['members out of order', '{"payload":{},"event_id":"e"}'],
    ['a member whose name is the beginning of the one before', '{"event_id":"e","payload":{"ab":1,"a":1}}'],
    ['a member twice', '{"event_id":"e","payload":{"a":1,"a":1}}'],
    ['a zero before a number', '{"event_id":"e","payload":{"a":01}}'],
    ['a negative zero', '{"event_id":"e","payload":{"a":-0}}'],
    ['a minus alone', '{"event_id":"e","payload":{"a":-}}'],
    ['a fraction with a zero too many', '{"event_id":"e","payload":{"a":1.50}}'],
    ['a fraction without digits', '{"event_id":"e","payload":{"a":1.}}'],
    ['a fraction that needs an exponent', '{"event_id":"e","payload":{"a":0.0000001}}'],
    ['a fraction of 16 digits', '{"event_id":"e","payload":{"a":0.1234567890123456}}'],
    ['an exponent', '{"event_id":"e","payload":{"a":1e3}}'],
    ['a number of 16 digits', '{"event_id":"e","payload":{"a":9007199254740993}}'],
    ['__proto__', '{"__proto__":{},"event_id":"e","payload":{}}'],
    ['a word that is none', '{"event_id":"e","payload":{"a":nul}}'],
    ['a comma too many', '{"event_id":"e","payload":{"a":[1,]}}'],
    ['an array that is not closed', '{"event_id":"e","payload":{"a":[1}}'],
    ['a payload that is an array', '{"event_id":"e","payload":[]}'],
    ['an id that is a number', '{"event_id":1,"payload":{}}'],
    ['an id with an escape', String.raw`{"event_id":"e\n","payload":{}}`],
    ['an id that is too long', `{"event_id":"${'e'.repeat(257)}","payload":{}}`],
    ['no payload', '{"event_id":"e"}'],
  ];
  test.each(odd)('passes over %s', (_what, event) => {
    let leaf: Uint8Array;
    try {
      leaf = leafWith(event);
    } catch {
      leaf = utf8(`{"content_hash":"sha256:${'0'.repeat(64)}","event":${event},"recorded_at":"x"}`);
    }
    expect(quickRecord(leaf)).toBeUndefined();
  });

  test.each([
    ['two octets, not the shortest form', [0xc1, 0xbf]],
    ['three, not the shortest form', [0xe0, 0x9f, 0xbf]],
    ['four, not the shortest form', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond the last character', [0xf4, 0x90, 0x80, 0x80]],
    ['an octet that begins nothing', [0xf5, 0x80, 0x80, 0x80]],
    ['one that only goes on', [0x80]],
    ['a sequence that is cut off', [0xe2, 0x82]],
  ])('passes over text that is no UTF-8: %s', (_what, octets) => {
    const marked = fromUtf8(leafOf({ a: '?' }));
    const at = marked.indexOf('?');
    const leaf = utf8(marked);
    const spoiled = new Uint8Array([...leaf.subarray(0, at), ...octets, ...leaf.subarray(at + 1)]);
    expect(quickRecord(spoiled)).toBeUndefined();
    expect(slowly(spoiled).ok).toBe(false);
  });

  test('keeps to the limits of depth and members', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const deepest = LIMITS.depth + 2 - 3; // within record, event and payload
    expect(quickRecord(leafOf({ a: nested(deepest) }))).toBeDefined();
    expect(quickRecord(leafOf({ a: nested(deepest + 1) }))).toBeUndefined();
    const members = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, n % 7]));
    const most = 2 * LIMITS.keys - 6; // those of record and event
    expect(slowly(leafOf(members(most))).ok).toBe(quickRecord(leafOf(members(most))) !== undefined);
    expect(quickRecord(leafOf(members(most + 1)))).toBeUndefined();
  });

  test.each([
    [
      'that is another one',
      (text: string) => text.replace(/sha256:./, (found) => (found.endsWith('0') ? 'sha256:1' : 'sha256:0')),
    ],
    ['of another kind', (text: string) => text.replace('"sha256:', '"sha512:')],
    ['that is cut off', (text: string) => text.replace(/("sha256:[0-9a-f]{63})./, '$1')],
    ['that is a number', (text: string) => text.replace(/"sha256:[0-9a-f]{64}"/, '17')],
    ['that is not there', (text: string) => text.replace(/"content_hash":"sha256:[0-9a-f]{64}",/, '')],
  ])('passes over a content hash %s', (_what, change) => {
    const text = fromUtf8(madeLeaf(5));
    expect(change(text)).not.toBe(text);
    expect(quickRecord(utf8(change(text)))).toBeUndefined();
  });

  test('passes over something behind the record, and nothing at all', () => {
    const leaf = madeLeaf(1);
    expect(quickRecord(new Uint8Array([...leaf, 0x20]))).toBeUndefined();
    expect(quickRecord(new Uint8Array())).toBeUndefined();
    expect(quickRecord(bent(leaf, 0))).toBeUndefined();
    expect(quickRecord(utf8('[]'))).toBeUndefined();
  });
});
