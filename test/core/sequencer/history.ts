import type { Faults } from './scheduler.ts';
import { type Flaws, World } from './world.ts';

/** Everything that can go wrong between a writer and the cloud, as probabilities a call. */
export const ALL_FAULTS: Faults = {
  refused: 0.02,
  answerLost: 0.02,
  duplicatedLate: 0.05,
  crash: 0.01,
  freeze: 0.02,
};

/** One whole history; `rollBack` restores an older copy of the table in the middle of it. */
export async function history(seed: number, flaws: Flaws = {}, rollBack = false): Promise<World> {
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
