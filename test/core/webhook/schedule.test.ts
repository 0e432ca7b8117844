import { expect, test } from '@jest/globals';
import { nextDelay, retryAfterMs } from '../../../core/webhook/schedule.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const NO_JITTER = { octets: (length: number) => new Uint8Array(length) };
const SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

test('the waits are those of the documentation, and then there are enough', () => {
  const waits = SECONDS.map((_, failed) => nextDelay(failed + 1, NO_JITTER));
  expect(waits).toEqual(SECONDS.map((seconds) => seconds * 1_000));
  expect(nextDelay(10, NO_JITTER)).toBeUndefined();
});

test('each is up to a tenth longer', () => {
  const random = new SeededRandom(5);
  const waits = Array.from({ length: 200 }, () => nextDelay(2, random) ?? 0);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(300_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(330_000);
  expect(new Set(waits).size).toBeGreaterThan(50);
});

test('a receiver may ask for longer, up to a day, and not for shorter', () => {
  expect(nextDelay(1, NO_JITTER, 60_000)).toBe(60_000);
  expect(nextDelay(2, NO_JITTER, 1_000)).toBe(300_000);
  expect(nextDelay(1, NO_JITTER, 9e12)).toBe(86_400_000);
});

test.each([
  [undefined, 0],
  ['120', 120_000],
  ['Tue, 24 Nov 2026 10:01:00 GMT', 60_000],
  ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
  ['soon', 0],
  ['-5', 0],
  ['9'.repeat(40), 0],
])('Retry-After %j', (header, wait) => {
  expect(retryAfterMs(header, Date.parse('2026-11-24T10:00:00Z'))).toBe(wait);
});
