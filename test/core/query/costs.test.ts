import { beforeAll, describe, expect, test } from '@jest/globals';
import { billsOf, QUESTIONS } from '../../support/query-costs.ts';
import type { QueryBill } from '../../support/synthetic-log.ts';

const SMALL = 10_000;
const TIMES = 3;

describe('what a question costs grows with its page, not with the log', () => {
  let small: Map<string, QueryBill>;
  let large: Map<string, QueryBill>;

  beforeAll(async () => {
    small = await billsOf(SMALL);
    large = await billsOf(TIMES * SMALL);
  }, 120_000);

  test.each(Object.keys(QUESTIONS))('%s', (name) => {
    const [before, after] = [small.get(name), large.get(name)];
    if (!before || !after) throw new Error('nothing was counted');
    // A log of three times the size: proportional to it would be three times the bill.
    expect(after.roundTrips).toBeLessThanOrEqual(1.5 * before.roundTrips + 10);
    expect(after.readUnits).toBeLessThanOrEqual(1.5 * before.readUnits + 60);
    expect(after.roundTrips).toBeLessThan(60);
    expect(after.readUnits).toBeLessThan(500);
  });
});
