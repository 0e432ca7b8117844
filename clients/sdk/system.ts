import { setTimeout } from 'node:timers/promises';
import { randomOctets } from '#crypto';
import type { Clock, Random } from '../../core/ports.ts';

/** The machine's clock and the operating system's generator: what a trail runs on outside of tests. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await setTimeout(ms);
  },
};

export const systemRandom: Random = { octets: randomOctets };
