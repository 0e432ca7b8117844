import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '../../../core/encoding.ts';
import { checkValue } from '../../../core/event/json.ts';
import { parseJsonText } from '../../../core/event/json-text.ts';

const LIMITS = { bytes: 1_000_000, depth: 32, keys: 100 };
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

test('any JSON text within the limits parses as JSON.parse would', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const result = parseJsonText(text, { bytes: 1e6, depth: 32, keys: 1e6 });
      // fast-check writes objects without repeated members, so nothing but the grammar decides.
      expect(result).toEqual({ ok: true, value: JSON.parse(text) });
      expect(parseJsonText(utf8(text), { bytes: 1e6, depth: 32, keys: 1e6 })).toEqual(result);
    }),
  );
});

test('any text at all ends in a value or a refusal', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\ua0-1.e \n')) }), (text) => {
      const result = parseJsonText(text, LIMITS);
      if (!result.ok) expect(result.detail).not.toBe('');
    }),
    { numRuns: 2_000 },
  );
});

test.each([200, 100_000, 400_000])('%i levels are refused without exhausting the stack', (levels) => {
  expect(parseJsonText(nested(levels), LIMITS)).toMatchObject({ ok: false, code: 'too_deep' });
  const objects = '{"a":'.repeat(levels / 4);
  expect(parseJsonText(objects, LIMITS)).toMatchObject({ ok: false, code: 'too_deep' });
});

test('32 levels are taken, 33 are not, and brackets in strings do not count', () => {
  expect(parseJsonText(nested(32), LIMITS)).toMatchObject({ ok: true });
  expect(parseJsonText(nested(33), LIMITS)).toMatchObject({ code: 'too_deep' });
  expect(parseJsonText(JSON.stringify(nested(90)), LIMITS)).toMatchObject({ ok: true });
});

test('length is judged in bytes, before anything else', () => {
  expect(parseJsonText('"aaaa"', { ...LIMITS, bytes: 6 })).toMatchObject({ ok: true });
  expect(parseJsonText('"aaaaa"', { ...LIMITS, bytes: 6 })).toMatchObject({ code: 'message_too_large' });
  expect(parseJsonText('"€€"', { ...LIMITS, bytes: 7 })).toMatchObject({ code: 'message_too_large' });
});

test('a member that comes twice is refused, however it is written', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":[{"a":1,"b":{}, "a" : 2}]}',
    '{"":1,"":2}',
  ]) {
    expect(parseJsonText(text, LIMITS)).toMatchObject({ ok: false, code: 'key_duplicate' });
  }
  expect(parseJsonText('{"x":[0,{"a":1,"a":2}]}', LIMITS)).toMatchObject({ detail: '/x/1/a: expected once' });
  expect(parseJsonText('[{"a":1},{"a":"a"},"a","a"]', LIMITS)).toMatchObject({ ok: true });
});

test('members are counted over the whole text', () => {
  const many = (count: number) => JSON.stringify(Array.from({ length: count }, () => ({ a: 1 })));
  expect(parseJsonText(many(100), LIMITS)).toMatchObject({ ok: true });
  expect(parseJsonText(many(101), LIMITS)).toMatchObject({
    code: 'too_many_keys',
    detail: expect.stringContaining('/100/a'),
  });
});

test.each([
  '',
  '{',
  '"',
  '"\\',
  '{"\\x":1}',
  'NaN',
  '[1,]',
  "{'a':1}",
  '\ufeff{}',
  '[1]]',
  '{"a"}',
  ',',
  '01',
])('%j is not JSON, and the refusal does not quote it', (text) => {
  expect(parseJsonText(text, LIMITS)).toEqual({
    ok: false,
    code: 'message_not_json',
    detail: 'The body is not JSON text in UTF-8.',
  });
});

test('bytes that are not UTF-8 are not JSON', () => {
  expect(parseJsonText(new Uint8Array([0x22, 0xff, 0x22]), LIMITS)).toMatchObject({
    code: 'message_not_json',
  });
});

test.each([
  ['{"a":{"__proto__":{"admin":true}}}', 'key_forbidden', '/a: expected no member called __proto__'],
  ['{"a":["\\ud800"]}', 'string_malformed', '/a/0: expected whole surrogate pairs'],
  ['{"\\udc00":1}', 'string_malformed', 'the value: expected member names of whole surrogate pairs'],
  ['[9007199254740992]', 'number_out_of_range', '/0: expected a number within 2^53, and 0 rather than -0'],
  ['[9007199254740993]', 'number_out_of_range', '/0: expected a number within 2^53, and 0 rather than -0'],
  ['[1e400]', 'number_out_of_range', '/0: expected a number within 2^53, and 0 rather than -0'],
  ['{"a~/":-0}', 'number_out_of_range', '/a~0~1: expected a number within 2^53, and 0 rather than -0'],
])('%s is refused as %s', (text, code, detail) => {
  const result = parseJsonText(text, LIMITS);
  if (!result.ok) throw new Error('the text is JSON');
  expect(checkValue(result.value)).toEqual({ ok: false, code, detail });
});

test('what a program may hold and JSON may not is refused', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(checkValue(cycle)).toMatchObject({ code: 'too_deep' });
  for (const value of [
    1n,
    () => 1,
    Symbol('s'),
    undefined,
    new Date(0),
    new Map(),
    [undefined],
    Number.NaN,
  ]) {
    expect(checkValue({ value: [value] })).toMatchObject({ ok: false });
  }
  expect(checkValue({ toJSON: () => 1 })).toMatchObject({ code: 'schema_invalid' });
  expect(checkValue({ absent: undefined, no: null, yes: true })).toBeUndefined();
  expect(checkValue(Object.create(null))).toBeUndefined();
});

test('objects that share their parts many times over are refused in good time', () => {
  let shared: unknown[] = [];
  for (let level = 0; level < 30; level++) shared = [shared, shared];
  expect(checkValue(shared)).toMatchObject({ code: 'event_too_large' });
});

test('members of a value are counted and its depth is bounded', () => {
  const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`k${index}`, 0]));
  expect(checkValue(wide)).toMatchObject({ code: 'too_many_keys' });
  expect(checkValue(JSON.parse(nested(33)))).toMatchObject({ code: 'too_deep' });
  expect(checkValue(JSON.parse(nested(32)))).toBeUndefined();
});
