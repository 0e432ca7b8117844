import { expect, test } from '@jest/globals';
import { queryEvents } from '../../core/query/page.ts';
import { verifyPage } from '../../core/receipt/verify.ts';
import { FilledLog } from '../core/query/filled-log.ts';
import { randomFilter, recount } from '../core/query/recount.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
const FILTERS = 150;
const TIMEOUT = 1_800_000;

test.each(SEEDS)(
  `log %i: ${FILTERS} random filters, each counted by hand, walked to its end in both orders, every page verified`,
  async (seed) => {
    const filled = await FilledLog.open(seed);
    await filled.append(30, 40);
    await filled.appendBatch(700); // hours of more than 64 events, and full tiles
    await filled.append(15, 5);
    const random = new SeededRandom(seed * 1_000);
    for (let n = 0; n < FILTERS; n++) {
      const filter = randomFilter(random);
      for (const order of ['occurred_at', 'log'] as const) {
        const expected = recount(filled.known, filter, order).map(({ eventId }) => eventId);
        const limit = 1 + random.below(200);
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await queryEvents(filled.reader, filter, { order, limit, cursor, personal: false });
          expect({ filter, order, total: page.total_count }).toEqual({
            filter,
            order,
            total: expected.length,
          });
          const verdict = await verifyPage(JSON.parse(JSON.stringify(page)), filled.verifierKey);
          expect(verdict).toMatchObject({ verified: true });
          seen.push(...page.events.map(({ record }) => record.event.event_id));
          // In the order of the log there is always a next cursor, for who wants to poll: the walk ends on an empty page.
          cursor = page.events.length === 0 ? undefined : (page.next_cursor ?? undefined);
        } while (cursor !== undefined);
        expect({ filter, order, seen }).toEqual({ filter, order, seen: expected });
      }
    }
  },
  TIMEOUT,
);
