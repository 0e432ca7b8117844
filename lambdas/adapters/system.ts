import { setTimeout } from 'node:timers/promises';
import { randomOctets } from '#crypto';
import type { Clock, Random } from '../../core/ports.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await setTimeout(ms);
  },
};

/** The operating system's generator. */
export const systemRandom: Random = { octets: randomOctets };
