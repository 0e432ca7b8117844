import { beforeAll, describe, expect, test } from '@jest/globals';
import { billsOf, QUESTIONS } from '../support/query-costs.ts';
import type { QueryBill } from '../support/synthetic-log.ts';

const SMALL = 10_000;
const MILLION = 1_000_000; // a hundred times as many
const TIMEOUT = 1_800_000;

describe('what a question costs does not grow with the log: ten thousand records beside a million', () => {
  let small: Map<string, QueryBill>;
  let large: Map<string, QueryBill>;

  beforeAll(async () => {
    small = await billsOf(SMALL);
    large = await billsOf(MILLION);
    console.table(
      Object.fromEntries(
        [...large].map(([name, bill]) => [
          name,
          { before: JSON.stringify(small.get(name)), after: JSON.stringify(bill) },
        ]),
      ),
    );
  }, TIMEOUT);

  test.each(Object.keys(QUESTIONS))('%s', (name) => {
    const [before, after] = [small.get(name), large.get(name)];
    if (!before || !after) throw new Error('nothing was counted');
    // Proportional to the log would be a hundred times the bill. A combination with a user walks the hours in which that
    // user had events, of which there are a hundred times as many too: it may cost what those hours cost, two reads each.
    const factor = name.startsWith('three filters') ? 10 : 4;
    expect(after.roundTrips).toBeLessThan(factor * before.roundTrips + 20);
    expect(after.readUnits).toBeLessThan(factor * before.readUnits + 100);
    expect(after.objects).toBeLessThan(2 * before.objects + 20);
  });
});
