import { expect, test } from '@jest/globals';
import { toBase64 } from '../../../core/encoding.ts';
import { formatTlogProof, parseTlogProof } from '../../../core/receipt/tlog-proof.ts';

const hash = new Uint8Array(32).fill(9);
const CHECKPOINT = `example.com/log\n8\n${toBase64(hash)}\n\n\u2014 example.com/log AAAAAAA=\n`;
const TEXT = `c2sp.org/tlog-proof@v1\nindex 7\n${toBase64(hash)}\n${toBase64(hash)}\n\n${CHECKPOINT}`;

test('a proof has the form of the specification, and is read back', () => {
  const proof = { index: 7, path: [hash, hash], checkpoint: CHECKPOINT };

  expect(formatTlogProof(proof)).toBe(TEXT);
  expect(parseTlogProof(TEXT)).toEqual(proof);
});

test('the only leaf of a log has a proof without hashes', () => {
  const text = formatTlogProof({ index: 0, path: [], checkpoint: CHECKPOINT });

  expect(text.startsWith('c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com')).toBe(true);
  expect(parseTlogProof(text)?.path).toEqual([]);
});

test('extra data is passed over', () => {
  const text = TEXT.replace('index 7', 'extra bW9yZQ==\nindex 7');

  expect(parseTlogProof(text)).toEqual(parseTlogProof(TEXT));
});

test.each([
  ['another version', TEXT.replace('@v1', '@v2')],
  ['no empty line', TEXT.replaceAll('\n\n', '\n')],
  ['a leading zero', TEXT.replace('index 7', 'index 07')],
  ['no index', TEXT.replace('index 7\n', '')],
  ['an index beyond 2^53', TEXT.replace('index 7', 'index 9007199254740993')],
  ['a short hash', TEXT.replace(toBase64(hash), toBase64(hash.subarray(1)))],
  ['a carriage return', TEXT.replace('\n', '\r\n')],
  ['extra data that is no base64', TEXT.replace('index 7', 'extra *\nindex 7')],
  ['64 hashes', TEXT.replace(toBase64(hash), Array(63).fill(toBase64(hash)).join('\n'))],
  ['more than a checkpoint can need', TEXT + 'a'.repeat(1_100_000)],
])('a text with %s is no proof', (_, text) => {
  expect(parseTlogProof(text)).toBeUndefined();
});

test('a proof that cannot be read back is not written', () => {
  expect(() => formatTlogProof({ index: -1, path: [], checkpoint: CHECKPOINT })).toThrow('not a proof');
});
