import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ReadBill } from '../../support/billed-table.ts';
import { QUESTIONS } from '../../support/query-costs.ts';
import { SyntheticLog } from '../../support/synthetic-log.ts';

const SMALL = 10_000;
const TIMES = 3;

/** What the questions cost on a log of `size` records: calls to the table, and units of strongly consistent reads. */
async function billsOf(size: number): Promise<Map<string, ReadBill>> {
  const log = await SyntheticLog.of(size);
  const bills = new Map<string, ReadBill>();
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    log.table.take();
    await ask(log.reader);
    bills.set(name, log.table.take());
  }
  return bills;
}

describe('what a question costs grows with its page, not with the log', () => {
  let small: Map<string, ReadBill>;
  let large: Map<string, ReadBill>;

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
