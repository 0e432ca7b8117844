import { billsOf } from '../test/support/query-costs.ts';
import type { Extent, Line } from './line.ts';

const SIZES = [10_000, 100_000];
const LARGEST = 1_000_000;

/**
 * What questions cost, counted at the ports of the readers on logs of ten thousand and a hundred thousand
 * records, and where it is asked for a million: units of strongly consistent reads,
 * calls to the table, objects of the archive. Counted, so it is the same on every machine.
 */
export async function benchQuery({ full }: Extent): Promise<Line[]> {
  const sizes = full ? [...SIZES, LARGEST] : SIZES;
  const bills: Awaited<ReturnType<typeof billsOf>>[] = [];
  for (const size of sizes) bills.push(await billsOf(size));
  const names = [...(bills[0]?.keys() ?? [])];
  return names.map((name) => {
    const of = (figure: 'readUnits' | 'roundTrips' | 'objects') =>
      bills.map((bill) => (bill.get(name)?.[figure] ?? Number.NaN).toLocaleString('en')).join(', ');
    return {
      name: `query: ${name}`,
      value: bills.at(-1)?.get(name)?.readUnits ?? Number.NaN,
      unit: 'read units',
      note: `at ${sizes.map((size) => size.toLocaleString('en')).join(', ')} records: ${of('readUnits')} units, ${of('roundTrips')} calls, ${of('objects')} objects`,
    };
  });
}
