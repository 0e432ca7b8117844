import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATTERN_NAMES, type PatternName, redactText } from '../../../core/redaction/patterns.ts';

const EXAMPLES: [PatternName, string][] = [
  ['email', 'ana.lopez+refund@mail.example.co.uk'],
  ['card', '4111111111111111'],
  ['card', '5555 5555 5555 4444'],
  ['card', '3782-822463-10005'],
  ['iban', 'DE89370400440532013000'],
  ['iban', 'GB29 NWBK 6016 1331 9268 19'],
  ['phone', '+49 30 1234567'],
  ['phone', '+1 (415) 555-2671'],
  ['secret', `AKIA${'ABCDEFGH23456789'}`],
  ['secret', `ghp_${'a1B2'.repeat(9)}`],
  ['secret', `sk-proj-${'x9Y8'.repeat(6)}`],
  ['secret', `eyJ${'hbGciOiJI'}.eyJ${'zdWIiOiIx'}.${'c2lnbmF0dXJl'}`],
  ['secret', `-----BEGIN PRIVATE KEY-----\n${'MIGH'.repeat(8)}\n-----END PRIVATE KEY-----`],
];
const HARMLESS = [
  '4111111111111112', // fails Luhn
  '7992739871300003', // of no network
  'order 4111-1111', // too short
  'DE89370400440532013001', // fails its check digits
  'RP-7, 2026-11-24T09:00:00.000Z, v3.2.1',
  '01a20ce4-0944-75f0-97a9-79614301241a',
  '1234567890',
  'ana at example.com',
  'f00@',
  'sk-short',
];

test.each(EXAMPLES)('%s: %s goes, and what stands around it stays', (name, found) => {
  const around = fc.string({
    unit: fc.constantFrom('a', 'ä', ' ', '.', '\n', '"', '(', '7 ', '中'),
    maxLength: 20,
  });
  fc.assert(
    fc.property(around, around, (before, after) => {
      const text = `${before} "${found}" ${after}`;
      expect(redactText(text, [name])).toBe(`${before} "[redacted: ${name}]" ${after}`);
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test.each(HARMLESS)('%s stays', (text) => {
  expect(redactText(`see ${text}, please`, PATTERN_NAMES)).toBe(`see ${text}, please`);
});

test('a word behind an account number stays, though it is in capitals', () => {
  expect(redactText('GB29 NWBK 6016 1331 9268 19 AND MORE', ['iban'])).toBe('[redacted: iban] AND MORE');
});

test('the value behind a name of a secret goes, the name stays', () => {
  expect(redactText('{"password": "hunter2hunter2", "a": 1}', ['secret'])).toBe(
    '{"password": "[redacted: secret]", "a": 1}',
  );
  expect(redactText('Authorization: Bearer abcdefghijklmnop1234', ['secret'])).toBe(
    'Authorization: Bearer [redacted: secret]',
  );
});

test('only what is named goes, and twice is once', () => {
  const text = EXAMPLES.map(([, found]) => found).join(' ; ');
  expect(redactText(text, [])).toBe(text);
  const once = redactText(text, PATTERN_NAMES);
  expect(redactText(once, PATTERN_NAMES)).toBe(once);
  for (const [, found] of EXAMPLES) expect(once).not.toContain(found);
});

test('an account number that runs on into more is none', () => {
  expect(redactText('DE893704004405320130001 and DE89 3704 0044 0532', ['iban'])).toBe(
    'DE893704004405320130001 and DE89 3704 0044 0532',
  );
});
