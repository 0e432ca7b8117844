import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { type Cost, costOfWriting, naiveCost, perMillion } from '../../bench/cost.ts';
import { openCountedLog } from '../../bench/counted-log.ts';
import { chargesOf } from '../../bench/month.ts';
import { PRICES } from '../../bench/prices.ts';
import { batchOfHundred, STEADY_BATCH } from '../support/counting-batch.ts';
import { SeededRandom } from '../support/seeded-random.ts';

let hundred: Cost;

beforeAll(async () => {
  hundred = await costOfWriting(100);
}, 60_000);

test('the ports count for a batch what the real adapters are billed', async () => {
  const { log, accept, take } = await openCountedLog();
  const terms = { clock: log.clock, random: new SeededRandom(1), origin: log.origin };
  await accept(await batchOfHundred(0, terms));
  take();
  await accept(await batchOfHundred(1, terms));
  const { leaves, tableOctets: _, archiveOctets: __, ...bill } = take();
  expect(bill).toEqual(STEADY_BATCH);
  expect(leaves).toHaveLength(100);
});

test('a million events in batches of a hundred cost less than an eighth of a signature and an item each', () => {
  expect(perMillion(hundred)).toBeLessThan(perMillion(naiveCost(hundred)) / 8);
  expect(perMillion(naiveCost(hundred, 4))).toBeGreaterThan(perMillion(naiveCost(hundred)));
  expect(hundred.dollars['KMS signatures']).toBeCloseTo((hundred.events / 100) * PRICES.kmsSignature, 10);
});

test('a month is writing by its events, storage by what has come together, and what stands idle', () => {
  const cost = hundred;
  const idle = [{ what: 'KMS keys', dollars: 2 }];
  const month = { events: 1_000_000, hotDays: 90, months: 12 };
  const charge = (of: typeof month, what: string) =>
    chargesOf(of, cost, idle).find((one) => one.what === what)?.dollars ?? 0;
  const written = Object.keys(cost.dollars).reduce((sum, what) => sum + charge(month, what), 0);
  expect(written).toBeCloseTo(perMillion(cost), 6);
  expect(charge(month, 'KMS keys')).toBe(2);
  expect(charge({ ...month, months: 24 }, 'S3 storage')).toBeCloseTo(2 * charge(month, 'S3 storage'), 6);
  expect(charge({ ...month, hotDays: 30 }, 'DynamoDB storage')).toBeCloseTo(
    charge(month, 'DynamoDB storage') / 3,
    6,
  );
  expect(charge({ ...month, months: 1 }, 'DynamoDB storage')).toBeCloseTo(
    charge(month, 'DynamoDB storage') / 3,
    6,
  );
});

test('the pages that name the price of a million events name what is counted now', () => {
  for (const page of ['docs/benchmarks.md', 'docs/scale.md']) {
    const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
    expect(text).toContain(`$${perMillion(hundred).toFixed(2)}`);
  }
});
