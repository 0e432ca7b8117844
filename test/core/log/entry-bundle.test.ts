import { expect, test } from '@jest/globals';
import { toHex, utf8 } from '../../../core/encoding.ts';
import { entryBundle } from '../../../core/log/entry-bundle.ts';

test('each leaf stands behind its length, big end first', () => {
  expect(toHex(entryBundle([utf8('ab'), utf8(''), utf8('c')]))).toBe('000261620000000163');
  expect(entryBundle([new Uint8Array(258)]).subarray(0, 2)).toEqual(new Uint8Array([1, 2]));
  expect(entryBundle([])).toHaveLength(0);
});

test('a leaf whose length has no uint16 is refused', () => {
  expect(() => entryBundle([new Uint8Array(65_536)])).toThrow('65,535');
});
