import { expect, test } from '@jest/globals';
import { parseEndpoints } from '../../../../clients/operator/local/endpoints.ts';

test('nothing given means that nothing is given', () => {
  expect(parseEndpoints(undefined).size).toBe(0);
  expect(parseEndpoints(' , ').size).toBe(0);
});

test('each account has its own address, without a path', () => {
  const endpoints = parseEndpoints('000000000000=http://127.0.0.1:4566/, 111122223333=http://localhost:4567');
  expect([...endpoints]).toEqual([
    ['000000000000', 'http://127.0.0.1:4566'],
    ['111122223333', 'http://localhost:4567'],
  ]);
});

test.each([
  ['acme=http://127.0.0.1:1', 'an account of 12 digits'],
  ['000000000000', 'an http address'],
  ['000000000000=ftp://127.0.0.1', 'an http address'],
  ['000000000000=http://a:1,000000000000=http://b:1', 'each account once'],
])('"%s" is refused with what was expected', (text, expected) => {
  expect(() => parseEndpoints(text)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  expect(() => parseEndpoints(text)).toThrow(expected);
});
