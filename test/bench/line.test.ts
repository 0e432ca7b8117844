import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { growthOf, lineOf, median, times } from '../../bench/line.ts';

test('a line has the median of its runs, and how far they lie apart', () => {
  expect(lineOf('a', 'events/s', [5, 1, 3], 'of three')).toEqual({
    name: 'a',
    value: 3,
    unit: 'events/s',
    spread: [1, 5],
    note: 'of three',
  });
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('growth is the exponent between the least size and the largest', () => {
  const inProportion = [1, 10, 100].map((size) => ({ size, seconds: 0.002 * size }));
  expect(growthOf('a', inProportion)).toMatchObject({
    name: 'growth: a',
    value: expect.closeTo(1),
    note: '1 in 2 ms, 10 in 20 ms, 100 in 200 ms',
  });
  const square = [3, 300].map((size) => ({ size, seconds: size ** 2 }));
  expect(growthOf('a', square).value).toBeCloseTo(2);
});

/** In a process of its own: what the other tests left on the heap is collected meanwhile. */
const ALLOCATES = `
  import { effortOf } from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'bench', 'line.ts'))};
  let kept = [];
  const effort = await effortOf(async () => {
    for (let round = 0; round < 4; round++) kept = Array.from({ length: 400_000 }, () => ({ round }));
  });
  console.log(JSON.stringify({ kept: kept.length, ...effort }));
`;

test('what is allocated is counted, collected or not', () => {
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', ALLOCATES], {
    encoding: 'utf8',
  });
  const { kept, allocated, peak, seconds } = JSON.parse(stdout);
  expect(kept).toBe(400_000);
  expect(allocated).toBeGreaterThan(4 * kept * 16); // of an object that has one property
  expect(peak).toBeGreaterThan(kept * 16); // the last round is kept
  expect(seconds).toBeGreaterThan(0);
});

test('runs come one after the other', async () => {
  let runs = 0;
  expect(await times(3, async () => ++runs)).toEqual([1, 2, 3]);
});
