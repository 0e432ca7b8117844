import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unprovable, violations } from './invariants.ts';
import type { Faults } from './scheduler.ts';
import { VARIANTS } from './variants.ts';
import { type Flaws, World } from './world.ts';

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 60);
const SEED = Number(process.env['SIMULATION_SEED'] ?? 20_261_124);
const ALL_FAULTS: Faults = {
  refused: 0.02,
  answerLost: 0.02,
  duplicatedLate: 0.05,
  crash: 0.01,
  freeze: 0.02,
};

/** One whole history; `rollBack` restores an older copy of the table in the middle of it. */
async function history(seed: number, flaws: Flaws = {}, rollBack = false): Promise<World> {
  const world = new World(seed, flaws);
  await world.open();
  const writers = 2 + world.random.below(7);
  world.send(10 + world.random.below(20), 8);
  if (rollBack) {
    await world.work(2, { refused: 0, answerLost: 0, duplicatedLate: 0, crash: 0, freeze: 0 });
    const items = new Map(world.cloud.items);
    const head = structuredClone(world.cloud.head);
    world.send(10, 8);
    await world.work(2, { refused: 0, answerLost: 0, duplicatedLate: 0, crash: 0, freeze: 0 });
    world.cloud.items.clear();
    for (const [key, item] of items) world.cloud.items.set(key, item);
    world.cloud.head = head;
    world.send(10, 8);
  }
  await world.work(writers, { ...ALL_FAULTS, ...flaws.faults });
  return world;
}

test('every event exactly once, in one history, under all faults and two to eight writers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const world = await history(seed);
      expect(violations(world)).toEqual([]);
      expect(await unprovable(world)).toEqual([]);
    }),
    { seed: SEED, numRuns: RUNS },
  );
}, 120_000);

test('a log of many batches proves every record, from full tiles and the table', async () => {
  const world = new World(SEED);
  await world.open();
  world.send(60, 40);
  await world.work(4, ALL_FAULTS);
  expect(violations(world)).toEqual([]);
  expect(world.cloud.head?.size).toBeGreaterThan(768);
  expect(await unprovable(world)).toEqual([]);
}, 60_000);

test('a table that was rolled back meets the marker of its old successor: the log halts and signs no second history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const world = await history(seed, {}, true);
      expect(world.cloud.head?.state).toBe('HALTED');
      expect(violations(world).filter((text) => text.startsWith('two roots'))).toEqual([]);
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 6) },
  );
}, 120_000);

describe('a shortcut that is known to be wrong does not get past the invariants', () => {
  for (const [name, flaws] of Object.entries(VARIANTS)) {
    test(name, async () => {
      const rollBack = name.startsWith('marker');
      for (let seed = 0; seed < 400; seed++) {
        const world = await history(seed, flaws, rollBack);
        const found = violations(world).filter(
          (text) => !rollBack || text.startsWith('two roots') || text.includes('goes on at'),
        );
        if (found.length > 0) return;
      }
      throw new Error('400 histories, and nobody noticed');
    }, 120_000);
  }
});
