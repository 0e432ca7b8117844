import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { fromHex, fromUtf8, toHex } from '../../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';
import { canonicalTextOf, isPlainText } from '../../../core/event/canonical-text.ts';
import { EXAMPLE_TYPES, eventOf } from './examples.ts';

interface Vectors {
  serialisation: { input: string; hex: string };
  sorting: { input: string; order: string[] };
  numbers: [string, string][];
  refused: string[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../vectors/rfc8785.json', import.meta.url), 'utf8'),
);
const doubleOf = (hex: string) => {
  const bytes = fromHex(hex);
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
};

test('the sample of RFC 8785 gives the bytes of RFC 8785', () => {
  expect(toHex(canonicalBytes(JSON.parse(vectors.serialisation.input)))).toBe(vectors.serialisation.hex);
});

test('members are sorted by UTF-16 code units', () => {
  const text = fromUtf8(canonicalBytes(JSON.parse(vectors.sorting.input)));
  expect(Object.values(JSON.parse(text))).toEqual(expect.arrayContaining(vectors.sorting.order));
  const positions = vectors.sorting.order.map((name) => text.indexOf(name));
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
});

test.each(vectors.numbers)('the double %s is written as %s', (hex, text) => {
  expect(fromUtf8(canonicalBytes(doubleOf(hex)))).toBe(text);
});

test.each(vectors.refused)('the double %s has no JSON form', (hex) => {
  expect(() => canonicalBytes(doubleOf(hex))).toThrow('not a JSON value');
});

test('what JSON cannot say is malformed', () => {
  expect(() => canonicalBytes('\ud800')).toThrow('not a JSON value');
  expect(() => canonicalBytes(undefined)).toThrow('not a JSON value');
});

test('the content hash does not depend on the order of members', () => {
  for (const type of EXAMPLE_TYPES) {
    const event = eventOf(type);
    const reversed = Object.fromEntries(Object.entries(event).reverse());
    expect(contentHash(reversed)).toBe(contentHash(event));
    expect(contentHash(event)).toMatch(/^sha256:[0-9a-f]{64}$/);
  }
});

test('a short way to the canonical text is taken where it is certain, and only there', () => {
  const limits = { depth: 3, keys: 10 };
  expect(canonicalTextOf({ a: [1, 'x', null, true], b: {} }, limits)).toBe('{"a":[1,"x",null,true],"b":{}}');
  for (const value of [{ b: 1, a: 2 }, { a: undefined }, [-0], ['\ud800'], [[[[1]]]], [1e300]])
    expect(canonicalTextOf(value, limits)).toBeUndefined();
});

test('a text is plain where it is what its value is written as, in whatever order', () => {
  const limits = { depth: 3, keys: 10 };
  const plain = (text: string) => isPlainText(text, JSON.parse(text), limits);
  expect(plain('{"b":1,"a":[2]}')).toBe(true);
  for (const text of ['{"a":1,"a":2}', '{ "a":1}', '{"a":1.0}', '"\\u0061"', '[[[[1]]]]'])
    expect(plain(text)).toBe(false);
});
