import { describe, expect, test } from '@jest/globals';
import { history } from '../core/sequencer/history.ts';
import { unprovable, violations } from '../core/sequencer/invariants.ts';
import { noticed, VARIANTS } from '../core/sequencer/variants.ts';

/** The unit tests run some dozens of these histories; here are as many as the algorithm was designed against. */
const HISTORIES = 2_000;
const ROLLED_BACK = 400;
const PER_VARIANT = 200;
/** Unlike those of the unit tests. A failing seed is named, and `history(seed)` is its reproduction. */
const FIRST_SEED = 1_000_000;
const TIMEOUT = 3_600_000;

test(
  `${HISTORIES} histories under all faults: every event exactly once, in one history, and provable`,
  async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
      const world = await history(seed);
      expect({ seed, found: violations(world) }).toEqual({ seed, found: [] });
      expect({ seed, found: await unprovable(world) }).toEqual({ seed, found: [] });
    }
  },
  TIMEOUT,
);

test(
  `${ROLLED_BACK} histories in which the table was rolled back: each halts, and none signs a second history`,
  async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + ROLLED_BACK; seed++) {
      const world = await history(seed, {}, true);
      const forks = violations(world).filter((text) => text.startsWith('two roots'));
      expect({ seed, state: world.cloud.head?.state, forks }).toEqual({ seed, state: 'HALTED', forks: [] });
    }
  },
  TIMEOUT,
);

describe(`each of the wrong shortcuts is noticed in some of ${PER_VARIANT} histories`, () => {
  test.each(Object.entries(VARIANTS))(
    '%s',
    async (name, flaws) => {
      let count = 0;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + PER_VARIANT; seed++)
        if (await noticed(name, flaws, seed)) count++;
      console.log(`${name}: noticed in ${count} of ${PER_VARIANT} histories`);
      expect(count).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});

test('there are eight of them', () => {
  expect(Object.keys(VARIANTS)).toHaveLength(8);
});
