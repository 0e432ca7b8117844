import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IndexSet } from '../../../core/receipt/index-set.ts';

test('in whatever order indices come, count, range, repetition and holes are those of the set', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 })), (indices) => {
      const set = new IndexSet();
      const model = new Set<number>();
      for (const index of indices) {
        expect(set.add(index)).toBe(!model.has(index));
        model.add(index);
      }
      const sorted = [...model].sort((a, b) => a - b);
      expect([set.count, set.first, set.last]).toEqual([model.size, sorted[0], sorted.at(-1)]);

      const { missing, ranges } = set.holes(100);
      const absent: number[] = [];
      for (let index = sorted[0] ?? 0; index < (sorted.at(-1) ?? 0); index++) {
        if (!model.has(index)) absent.push(index);
      }
      expect(missing).toBe(absent.length);
      const listed = ranges.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
      );
      expect(listed).toEqual(absent);
    }),
  );
});

test('no more holes are listed than asked for, all are counted', () => {
  const set = new IndexSet();
  for (const index of [0, 2, 4, 6]) set.add(index);

  expect(set.holes(1)).toEqual({ missing: 3, ranges: [{ first: 1, last: 1 }] });
});
