import { expect, test } from '@jest/globals';
import type { RepeatStore } from '../../core/identity/repeat.ts';

const NOW = 1_764_000_000_000;

/** What every store of repeats promises; `fresh` gives an empty one. */
export function repeatsContract(fresh: () => Promise<RepeatStore>): void {
  const request = (id: string, now = NOW, fingerprint = 'f1') => ({
    id,
    fingerprint,
    now,
    openUntil: now + 60_000,
    expiresAt: now + 86_400_000,
  });

  test('of requests at the same time one takes the name, and the others see that it is open', async () => {
    const repeats = await fresh();
    const taken = await Promise.all(['a', 'b', 'c', 'd'].map((id) => repeats.take('n', request(id))));
    expect(taken.filter((standing) => standing === undefined)).toHaveLength(1);
    expect(taken.filter((standing) => standing !== undefined)).toEqual(Array(3).fill({ fingerprint: 'f1' }));
  });

  test('a kept answer stands for a day, whatever is asked under the name, and no longer', async () => {
    const repeats = await fresh();
    expect(await repeats.take('n', request('a'))).toBeUndefined();
    const answer = { status: 201, body: { id: 'x', nested: [1, null] } };
    await repeats.keep('n', 'a', answer);
    expect(await repeats.take('n', request('b', NOW + 86_399_999))).toEqual({ fingerprint: 'f1', answer });
    expect(await repeats.take('n', request('b', NOW, 'f2'))).toEqual({ fingerprint: 'f1', answer });
    expect(await repeats.take('n', request('c', NOW + 86_400_000, 'f2'))).toBeUndefined();
    expect(await repeats.take('n', request('d', NOW + 86_400_001, 'f2'))).toEqual({ fingerprint: 'f2' });
  });

  test('a name whose request died is free for the same request after its time, and for no other', async () => {
    const repeats = await fresh();
    await repeats.take('n', request('a'));
    expect(await repeats.take('n', request('b', NOW + 59_999))).toEqual({ fingerprint: 'f1' });
    expect(await repeats.take('n', request('b', NOW + 60_000, 'f2'))).toEqual({ fingerprint: 'f1' });
    expect(await repeats.take('n', request('b', NOW + 60_000))).toBeUndefined();
    await repeats.keep('n', 'a', { status: 201, made: '/late' }); // it was not dead after all
    expect(await repeats.take('n', request('c', NOW + 60_001))).toEqual({ fingerprint: 'f1' });
    await repeats.keep('n', 'b', { status: 201, made: '/x' });
    expect(await repeats.take('n', request('c', NOW + 60_001))).toMatchObject({ answer: { made: '/x' } });
  });

  test('what failed frees its name, for any request, but nobody elses', async () => {
    const repeats = await fresh();
    await repeats.take('n', request('a'));
    await repeats.free('n', 'b');
    expect(await repeats.take('n', request('b'))).toBeDefined();
    await repeats.free('n', 'a');
    expect(await repeats.take('n', request('b', NOW, 'f2'))).toBeUndefined();
  });
}
