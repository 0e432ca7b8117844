import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asEventId, asTenantId, mintEventId, timeOfEventId } from '../../../core/event/ids.ts';
import { parseOptionText } from '../../../core/event/options.ts';
import {
  expandPattern,
  formatPointer,
  parsePointer,
  replaceAt,
  showPointer,
  valueAt,
} from '../../../core/event/pointer.ts';
import { REFUSAL_CODES, REFUSALS, refuse } from '../../../core/event/refusal.ts';
import { formatTimestamp, parseTimestamp } from '../../../core/event/time.ts';
import { committedSchema, isCommitted } from '../../../core/event/values.ts';
import { exampleOf, parsed } from './examples.ts';

test.each([
  ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000Z'],
  ['2026-11-24t09:30:00.5z', '2026-11-24T09:30:00.500Z'],
  ['2026-11-24T09:30:00.123999999Z', '2026-11-24T09:30:00.123Z'],
  ['2026-11-24T00:30:00+05:45', '2026-11-23T18:45:00.000Z'],
  ['2026-11-24T23:30:00.25-01:00', '2026-11-25T00:30:00.250Z'],
  ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('%s is stored as %s', (text, stored) => {
  expect(formatTimestamp(parseTimestamp(text) ?? 0)).toBe(stored);
});

test.each([
  '2026-11-24',
  '2026-11-24T09:30Z',
  '2026-11-24 09:30:00Z',
  '2026-11-24T09:30:00',
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-11-24T24:00:00Z',
  '2026-06-30T23:59:60Z',
  '2026-11-24T09:60:00Z',
  '2026-11-24T09:30:00+24:00',
  '2026-11-24T09:30:00+01:60',
  '2026-11-24T09:30:00.1234567890Z',
  '1969-12-31T23:59:59Z',
  '0099-01-01T00:00:00Z',
  '1970-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '',
  'now',
])('%j is no time that can be stored', (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});

test('every stored time reads back as itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      expect(parseTimestamp(formatTimestamp(ms))).toBe(ms);
    }),
  );
});

test('a minted event id is a UUIDv7 that tells its time', () => {
  const random = { octets: (length: number) => new Uint8Array(length).fill(0xff) };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      expect(timeOfEventId(mintEventId(ms, random))).toBe(ms);
    }),
  );
});

test.each([
  '019ab4d3-6c00-4000-8000-000000000000', // version 4
  '019ab4d3-6c00-7000-c000-000000000000', // another variant
  '019AB4D3-6C00-7000-8000-000000000000',
  '019ab4d36c0070008000000000000000',
])('%s is no event id', (text) => {
  expect(() => asEventId(text)).toThrow('version 7');
});

test('tenant ids are 3 to 32 lower-case letters, digits and hyphens', () => {
  expect(asTenantId('acme-2')).toBe('acme-2');
  for (const text of ['ac', 'Acme', 'a_c', 'x'.repeat(33)])
    expect(() => asTenantId(text)).toThrow('tenant id');
});

test.each([
  [
    'Initiate refund automatically - SELECTED',
    { option: 'Initiate refund automatically', outcome: 'selected' },
  ],
  ['Deny – Rejected (too harsh)', { option: 'Deny', outcome: 'rejected', reason: 'too harsh' }],
  ['Wait — NOT_APPLICABLE: no queue', { option: 'Wait', outcome: 'not_applicable', reason: 'no queue' }],
  ['a - b - NOT TRIGGERED', { option: 'a - b', outcome: 'not_triggered' }],
  ['a - SELECTED: since b - c', { option: 'a', outcome: 'selected', reason: 'since b - c' }],
  ['no outcome', undefined],
  ['no - MAYBE', undefined],
  [' - SELECTED', undefined],
  [`${' -'.repeat(2_000)} SELECTEDX`, undefined],
  [`${'x'.repeat(4_090)} - SELECTED`, undefined],
])('the option %j reads as %j', (line, option) => {
  expect(parseOptionText(line)).toEqual(option);
});

test('pointers go to tokens and back', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (tokens) => {
      expect(parsePointer(formatPointer(tokens))).toEqual(tokens);
    }),
  );
  expect(parsePointer('a')).toBeUndefined();
  expect(parsePointer('/~2')).toBeUndefined();
  expect(parsePointer('/~')).toBeUndefined();
});

test('a pointer shown to people is cut and holds no control characters', () => {
  expect(showPointer(['a\u001b', 'x'.repeat(100), 3])).toBe(`/a\\u001b/${'x'.repeat(64)}…/3`);
});

test('patterns find members and elements, and nothing inherited', () => {
  const root = { a: [{ b: 1 }, { b: 2, c: 3 }, 4], d: 'text' };
  expect(expandPattern(root, ['a', '*', 'b'])).toEqual([
    ['a', '0', 'b'],
    ['a', '1', 'b'],
  ]);
  expect(expandPattern(root, ['d', '*'])).toEqual([]);
  expect(expandPattern(root, ['toString'])).toEqual([]);
  expect(valueAt(root, ['a', '01', 'b'])).toBeUndefined();
  expect(valueAt(root, ['a', 'length'])).toBeUndefined();
  replaceAt(root, ['a', '0', 'b'], 9);
  expect(valueAt(root, ['a', '0', 'b'])).toBe(9);
  expect(() => replaceAt(root, ['a', '9'], 1)).toThrow('nothing to replace');
  expect(() => replaceAt(root, [], 1)).toThrow('nothing to replace');
});

test('a commitment is told from a value', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  expect(isCommitted({ committed: digest })).toBe(true);
  expect(isCommitted({ committed: digest, bytes: 3, type: 'string' })).toBe(true);
  for (const value of [null, 'x', {}, { committed: true }, { committed: digest, more: 1 }, [digest]]) {
    expect(isCommitted(value)).toBe(false);
  }
  expect(committedSchema.safeParse({ committed: 'sha256:00' }).error?.issues[0]?.message).toContain(
    '64 lower-case',
  );
});

test('a committed value stands where the value could, and nowhere else', () => {
  const committed = { committed: `sha256:${'0'.repeat(64)}` };
  const example = exampleOf('TASK_INITIATED');
  expect(parsed({ ...example, payload: { goal: committed, input: committed } }).payload).toEqual({
    goal: committed,
    input: committed,
  });
  expect(() => parsed({ ...example, agent: { id: committed, version: '1' } })).toThrow('/agent/id');
});

test('every refusal has a meaning, which is the default detail', () => {
  for (const code of REFUSAL_CODES) expect(refuse(code)).toEqual({ ok: false, code, detail: REFUSALS[code] });
});
