import { expect, test } from '@jest/globals';
import type { Archive, WorkStore } from '../../core/ports.ts';

const DAY = 86_400_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (octets: Uint8Array | undefined) => octets && new TextDecoder().decode(octets);

/** What every archive promises; `fresh` gives an empty one. */
export function archiveContract(fresh: () => Promise<Archive>): void {
  test('a name is given once: who comes second is told, and the first bytes stand', async () => {
    const archive = await fresh();
    const until = Date.now() + DAY;
    expect(await archive.create('commit/1', bytes('first'), until)).toBe('created');
    expect(await archive.create('commit/1', bytes('second'), until)).toBe('exists');
    expect(text(await archive.read('commit/1'))).toBe('first');
  });

  test('of writers that race for one name, one creates', async () => {
    const archive = await fresh();
    const until = Date.now() + DAY;
    const racers = ['a', 'b', 'c', 'd'].map((name) => archive.create('commit/2', bytes(name), until));
    expect((await Promise.all(racers)).filter((answer) => answer === 'created')).toHaveLength(1);
  });

  test('what is not there reads as nothing', async () => {
    const archive = await fresh();
    expect(await archive.read('commit/3')).toBeUndefined();
  });

  test('a prefix is known to be in use or free', async () => {
    const archive = await fresh();
    expect(await archive.any('commit/')).toBe(false);
    await archive.create('commit/4', bytes('x'), Date.now() + DAY);
    expect(await archive.any('commit/')).toBe(true);
    expect(await archive.any('tile/')).toBe(false);
  });

  test('every version is listed, page by page, in the order of the keys from the one that is given', async () => {
    const archive = await fresh();
    const names = Array.from({ length: 9 }, (_, n) => `commit/${n}`);
    const until = Date.now() + DAY;
    for (const name of [...names].reverse()) await archive.create(name, bytes(name), until);
    await archive.create('tile/1', bytes('x'), until);
    const found: string[] = [];
    for (let after: string | undefined = 'commit/1'; after !== undefined; ) {
      const page = await archive.versions('commit/', after);
      found.push(...page.versions.map(({ key, marker }) => `${key} ${marker}`));
      after = page.next;
    }
    expect(found).toEqual(names.slice(2).map((name) => `${name} false`));
    expect(await archive.versions('checkpoint/')).toEqual({ versions: [] });
  });
}

/** What every work store promises. */
export function workContract(fresh: () => Promise<WorkStore>): void {
  test('what was written is read back, the last write last', async () => {
    const work = await fresh();
    await work.write('staging/1', bytes('one'));
    await work.write('staging/1', bytes('two'));
    expect(text(await work.read('staging/1'))).toBe('two');
  });

  test('an object that is not there reads as nothing', async () => {
    const work = await fresh();
    expect(await work.read('staging/2')).toBeUndefined();
  });
}
