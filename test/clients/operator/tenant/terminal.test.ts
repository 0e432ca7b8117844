import { expect, test } from '@jest/globals';
import { columns, printable, printableJson, table } from '../../../../clients/operator/tenant/terminal.ts';

const HOSTILE = 'a\u001b[2Jb\rc\u202ed\u2028e\u{e0001}';
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test('nothing that a server says steers the terminal', () => {
  expect(printable(HOSTILE)).toBe('a\\u001b[2Jb\\u000dc\\u202ed\\u2028e\\udb40\\udc01');
  expect(table(['A'], [[HOSTILE]]).replaceAll('\n', '')).not.toMatch(CONTROLS);
});

test('a line feed in a cell makes no line', () => {
  expect(columns([['a\nb']])).toBe('a\\u000ab');
});

test('JSON is escaped and still says the same', () => {
  const text = printableJson({ name: HOSTILE });
  expect(text.replaceAll('\n', '')).not.toMatch(CONTROLS);
  expect(JSON.parse(text)).toEqual({ name: HOSTILE });
});

test('columns are as wide as what stands in them, and show what is empty', () => {
  expect(
    table(
      ['ID', 'NAME'],
      [
        ['a', ''],
        ['bcd', 'x'],
      ],
    ),
  ).toBe('ID   NAME\na    -\nbcd  x');
});
