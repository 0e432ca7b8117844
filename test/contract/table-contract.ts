import { expect, test } from '@jest/globals';
import type { Item, RecordsReader, RecordsTable } from '../../core/ports.ts';

const ITEMS = 230; // more than a call of either kind takes

function item(sk: number, pk = 'P'): Item {
  return {
    pk,
    sk: String(sk).padStart(4, '0'),
    text: `text of ${sk}`,
    number: sk,
    bytes: new Uint8Array([sk % 256, 0, 255]),
  };
}

const bySortKey = (a: Item, b: Item) => (a.sk < b.sk ? -1 : 1);

/** Everything that `table` has under `range`, page by page. */
async function walk(table: RecordsReader, range: Parameters<RecordsReader['query']>[0]): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await table.query({ ...range, ...(after !== undefined && { after }) });
    found.push(...page.items.map(({ sk }) => sk));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** What every records table promises; `fresh` gives an empty one. */
export function tableContract(fresh: () => Promise<RecordsTable & RecordsReader>): void {
  test('what was put is read back at once, every attribute of it, however many there are', async () => {
    const table = await fresh();
    const items = Array.from({ length: ITEMS }, (_, sk) => item(sk));
    expect(await table.put(items)).toEqual({ unprocessed: [] });
    const answer = await table.get([...items, item(0, 'absent')]);
    expect(answer.unprocessed).toEqual([]);
    expect(answer.items.map(plain).sort(bySortKey)).toEqual(items.map(plain));
  });

  test('putting again is harmless, and the last word counts', async () => {
    const table = await fresh();
    await table.put([item(1)]);
    await table.put([item(1)]);
    await table.put([{ ...item(1), text: 'changed' }]);
    expect((await table.get([item(1)])).items).toMatchObject([{ text: 'changed' }]);
  });

  test('nothing is asked for nothing', async () => {
    const table = await fresh();
    expect(await table.get([])).toEqual({ items: [], unprocessed: [] });
    expect(await table.put([])).toEqual({ unprocessed: [] });
  });

  test.each([
    ['all', {}, ['0000', '0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008', '0009']],
    ['bounds are inclusive', { from: '0003', to: '0005' }, ['0003', '0004', '0005']],
    ['from alone', { from: '0008' }, ['0008', '0009']],
    ['to alone', { to: '0001' }, ['0000', '0001']],
    ['descending', { from: '0003', to: '0005', descending: true }, ['0005', '0004', '0003']],
    ['an empty range', { from: '0005', to: '0003' }, []],
    ['from the empty text', { from: '', to: '0000' }, ['0000']],
    ['after a key', { from: '0003', to: '0005', after: '0004' }, ['0005']],
    ['after a key, descending', { from: '0003', to: '0005', after: '0004', descending: true }, ['0003']],
  ])('a range: %s', async (_, range, expected) => {
    const table = await fresh();
    await table.put([...Array.from({ length: 10 }, (_unused, sk) => item(sk)), item(4, 'Q')]);
    expect(await walk(table, { pk: 'P', ...range })).toEqual(expected);
    expect(await walk(table, { pk: 'P', ...range, limit: 2 })).toEqual(expected);
  });

  test('a page holds at most its limit', async () => {
    const table = await fresh();
    await table.put([1, 2, 3].map((sk) => item(sk)));
    const { items, next } = await table.query({ pk: 'P', limit: 2 });
    expect(items.map(({ sk }) => sk)).toEqual(['0001', '0002']);
    expect(next).toBe('0002');
  });
}

/** Bytes of the SDK and of a test may be of different realms and kinds; their octets count. */
function plain(one: Item): Item {
  const entries = Object.entries(one).map(([name, value]) => [
    name,
    value instanceof Uint8Array || ArrayBuffer.isView(value) ? new Uint8Array(value as Uint8Array) : value,
  ]);
  return Object.fromEntries(entries) as Item;
}
