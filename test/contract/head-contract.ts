import { expect, test } from '@jest/globals';
import type { Head, HeadStore } from '../../core/ports.ts';

const root = (octet: number) => new Uint8Array(32).fill(octet);

function head(changes: Partial<Head> = {}): Head {
  return {
    size: 0,
    root: root(0),
    edge: [],
    state: 'FINAL',
    recordedAt: 1_700_000_000_000,
    verifierKey: 'audit.example/acme/0a1b2c3d+00000000+AQ==',
    finalSize: 0,
    checkpoint: 'checkpoint of 0',
    ...changes,
  };
}

function committed(size: number, octet: number): Head {
  return head({
    size,
    root: root(octet),
    edge: [root(1), root(2)],
    state: 'COMMITTED',
    batch: { first: 0, previousRoot: root(0), staging: `staging/${size}`, leaseUntil: 1_700_000_020_000 },
  });
}

/** What every store of the head promises; `fresh` gives one whose log was never opened. */
export function headContract(fresh: () => Promise<HeadStore>): void {
  test('a head is made once and read back whole', async () => {
    const heads = await fresh();
    expect(await heads.read()).toBeUndefined();
    expect(await heads.create(head())).toBe(true);
    expect(await heads.create(head({ size: 9 }))).toBe(false);
    expect(await heads.read()).toEqual(head());
  });

  test('a commit swaps the head that was read, with everything that the next writer needs', async () => {
    const heads = await fresh();
    await heads.create(head());
    expect(await heads.commit(committed(3, 7), head())).toEqual({ committed: true });
    expect(await heads.read()).toEqual(committed(3, 7));
  });

  test.each([
    ['another size', head(), { size: 1, root: root(0) }],
    ['another root', head(), { size: 0, root: root(5) }],
    ['a batch that is not final', committed(3, 7), { size: 3, root: root(7) }],
  ])('a commit over %s changes nothing and shows what stands in the way', async (_, standing, expected) => {
    const heads = await fresh();
    await heads.create(standing);
    expect(await heads.commit(committed(9, 9), expected)).toEqual({ committed: false, current: standing });
    expect(await heads.read()).toEqual(standing);
  });

  test('of writers that race from one head, one commits', async () => {
    const heads = await fresh();
    await heads.create(head());
    const racers = [1, 2, 3, 4, 5].map((octet) => heads.commit(committed(octet, octet), head()));
    const answers = await Promise.all(racers);
    expect(answers.filter((answer) => answer.committed)).toHaveLength(1);
  });

  test('a batch is made final at its own size and root alone, and its checkpoint never goes back', async () => {
    const heads = await fresh();
    await heads.create(committed(3, 7));
    await heads.finalise(3, root(8), 'of another root');
    await heads.finalise(2, root(7), 'of another size');
    expect(await heads.read()).toEqual(committed(3, 7));
    await heads.finalise(3, root(7), 'checkpoint of 3');
    const { batch: _, ...rest } = committed(3, 7);
    const final = { ...rest, state: 'FINAL', finalSize: 3, checkpoint: 'checkpoint of 3' };
    expect(await heads.read()).toEqual(final);
    await heads.finalise(3, root(7), 'late');
    expect(await heads.read()).toEqual(final);
  });

  test('a halted log takes no commit and keeps the reason', async () => {
    const heads = await fresh();
    await heads.create(head());
    await heads.halt('a person must look');
    expect(await heads.commit(committed(1, 1), head())).toMatchObject({
      committed: false,
      current: { state: 'HALTED', reason: 'a person must look' },
    });
  });

  test('a halted head is replaced whole, one that works never', async () => {
    const heads = await fresh();
    expect(await heads.replaceHalted(head())).toBe(false);
    await heads.create(head());
    expect(await heads.replaceHalted(head({ size: 9 }))).toBe(false);
    await heads.halt('a person must look');
    expect(await heads.replaceHalted(head({ size: 9, edge: [root(1), root(2)] }))).toBe(true);
    expect(await heads.read()).toEqual(head({ size: 9, edge: [root(1), root(2)] }));
  });

  test('halting where there is no head makes none', async () => {
    const heads = await fresh();
    await heads.halt('nothing there');
    expect(await heads.read()).toBeUndefined();
  });
}
