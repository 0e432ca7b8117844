import { expect, test } from '@jest/globals';
import type { LastSeen, UsageStore } from '../../core/identity/usage.ts';

const NOW = 1_764_000_000_000;
const WINDOW = NOW / 60_000;

/** What every count of requests promises; `fresh` gives an empty one. */
export function usageContract(fresh: () => Promise<UsageStore & LastSeen>): void {
  const ask = { window: WINDOW, limit: 10, now: NOW };

  test('leases of all functions together stay within the limit, to the last request', async () => {
    const usage = await fresh();
    const lease = (wanted: number, opens: boolean) => usage.lease('token#1', { ...ask, wanted, opens });
    expect(await lease(4, true)).toEqual({ granted: 4, taken: 4 });
    expect(await lease(4, true)).toEqual({ granted: 4, taken: 8 });
    expect(await lease(4, false)).toEqual({ granted: 2, taken: 10 });
    expect(await lease(1, false)).toEqual({ granted: 0, taken: 10 });
    const at = await Promise.all(
      Array.from({ length: 6 }, () => usage.lease('token#2', { ...ask, wanted: 3, opens: true })),
    );
    expect(at.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
  });

  test('the next minute begins with nothing taken, a late function stays in the new one', async () => {
    const usage = await fresh();
    await usage.lease('token#1', { ...ask, wanted: 10, opens: true });
    const next = { ...ask, window: WINDOW + 1, now: NOW + 60_000 };
    expect(await usage.lease('token#1', { ...next, wanted: 3, opens: false })).toEqual({
      granted: 3,
      taken: 3,
    });
    expect(await usage.lease('token#1', { ...ask, wanted: 3, opens: false })).toEqual({
      granted: 3,
      taken: 6,
    });
  });

  test('it tells when each caller was last seen', async () => {
    const usage = await fresh();
    await usage.lease('token#1', { ...ask, wanted: 1, opens: true });
    await usage.lease('emitter#2', { ...ask, wanted: 1, opens: true });
    await usage.lease('token#1', { ...ask, now: NOW + 5, wanted: 1, opens: false });
    expect(await usage.lastSeen()).toEqual(
      new Map([
        ['token#1', NOW + 5],
        ['emitter#2', NOW],
      ]),
    );
  });
}
