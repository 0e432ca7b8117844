import type { Random } from '../../../core/ports.ts';

/** Octets that count up from 0: never the same 16 twice within a test, and the same in every run. */
export function countingRandom(): Random {
  let next = 0;
  return {
    octets: (length) => {
      const octets = new Uint8Array(length);
      for (let index = 0; index < length; index++) octets[index] = (next + index + (next >> 8)) & 0xff;
      next += length;
      return octets;
    },
  };
}
