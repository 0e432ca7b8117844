import { expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { fingerprintOf, isRepeatKey, repeatName } from '../../../core/identity/repeat.ts';

test.each([
  ['a UUID', '01a20ce4-05c0-77ab-9306-82f5da62bf63', true],
  ['quoted, as the draft of the header has it', '"k"', true],
  ['nothing', '', false],
  ['a space', 'a b', false],
  ['a line', 'a\nb', false],
  ['other than ASCII', 'schlüssel', false],
  ['too much', 'k'.repeat(256), false],
])('%s as a key', (_what, key, fine) => {
  expect(isRepeatKey(key)).toBe(fine);
});

test('keys of two callers never meet, and none can be read from its name', () => {
  const name = repeatName({ kind: 'token', id: 't-1' }, 'order-7');
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(repeatName({ kind: 'token', id: 't-1' }, 'order-7')).toBe(name);
  const others = [
    repeatName({ kind: 'token', id: 't-2' }, 'order-7'),
    repeatName({ kind: 'user', id: 't-1' }, 'order-7'),
    repeatName({ kind: 'token', id: 't-1' }, 'order-8'),
    repeatName({ kind: 'token', id: 't-1","order' }, '-7'),
  ];
  expect(new Set([name, ...others]).size).toBe(5);
});

test('a request is told from another by method, path and every octet of the body', () => {
  const request = { method: 'POST', path: '/v1/audit/tokens', body: utf8('{"a":1}') };
  const all = [
    request,
    { ...request, method: 'PUT' },
    { ...request, path: '/v1/audit/tokens/1/rotate' },
    { ...request, body: utf8('{"a":2}') },
    { ...request, body: utf8('{"a": 1}') },
  ].map(fingerprintOf);
  expect(new Set(all).size).toBe(5);
  expect(fingerprintOf({ ...request })).toBe(all[0]);
});
