import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ALL_FAULTS, history } from './history.ts';
import { unprovable, violations } from './invariants.ts';
import { noticed, VARIANTS } from './variants.ts';
import { World } from './world.ts';

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 60);
const SEED = Number(process.env['SIMULATION_SEED'] ?? 20_261_124);

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
      for (let seed = 0; seed < 400; seed++) if (await noticed(name, flaws, seed)) return;
      throw new Error('400 histories, and nobody noticed');
    }, 120_000);
  }
});
