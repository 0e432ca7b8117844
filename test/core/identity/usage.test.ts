import { expect, test } from '@jest/globals';
import { RateLimiter } from '../../../core/identity/usage.ts';
import { MemoryUsage } from '../../support/memory-registries.ts';

function open() {
  const store = new MemoryUsage();
  const time = { now: Date.parse('2026-11-24T09:00:15.000Z') };
  const limiter = () => new RateLimiter(store, { now: () => time.now });
  return { store, time, limiter };
}

async function admitted(of: RateLimiter, requests: number, limit: number): Promise<number> {
  let count = 0;
  for (let request = 0; request < requests; request++) {
    if ((await of.admit('token#1', limit)).admitted) count += 1;
  }
  return count;
}

test.each([1, 3, 7, 100, 1_000])(
  'of %d requests a minute one function admits exactly so many',
  async (limit) => {
    const { time, limiter } = open();
    const one = limiter();
    expect(await admitted(one, limit + 50, limit)).toBe(limit);
    expect(await one.admit('token#1', limit)).toMatchObject({ admitted: false, remaining: 0, resetsIn: 45 });
    expect(await one.admit('token#2', limit)).toMatchObject({ admitted: true });
    time.now += 45_000;
    expect(await admitted(one, limit + 50, limit)).toBe(limit);
  },
);

test('several functions together never admit more than the limit, and little less', async () => {
  const { limiter } = open();
  const functions = Array.from({ length: 8 }, limiter);
  let count = 0;
  for (let round = 0; round < 100; round++) for (const one of functions) count += await admitted(one, 1, 500);
  expect(count).toBe(500);
});

test('a request costs no write: a thousand take a score', async () => {
  const { store, limiter } = open();
  await admitted(limiter(), 1_000, 3_000);
  expect(store.writes).toBeLessThanOrEqual(20);
});

test('a caller that has used up its minute costs no write until the next one', async () => {
  const { store, limiter } = open();
  const one = limiter();
  await admitted(one, 10, 5);
  const before = store.writes;
  await admitted(one, 1_000, 5);
  expect(store.writes).toBe(before);
});

test('what is said to remain is there', async () => {
  const { limiter } = open();
  const [one, other] = [limiter(), limiter()];
  await one.admit('token#1', 100);
  const { remaining } = await other.admit('token#1', 100);
  expect(await admitted(other, 200, 100)).toBeGreaterThanOrEqual(remaining);
});
