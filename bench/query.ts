import { billsOf } from '../test/support/query-costs.ts';
import type { Line } from './line.ts';

const SIZES = [10_000, 100_000, 1_000_000];

/**
 * What questions cost, counted at the ports of the readers on logs of three sizes: units of strongly consistent reads,
 * calls to the table, objects of the archive. Counted, so it is the same on every machine.
 */
export async function benchQuery(): Promise<Line[]> {
  const bills: Awaited<ReturnType<typeof billsOf>>[] = [];
  for (const size of SIZES) bills.push(await billsOf(size));
  const names = [...(bills[0]?.keys() ?? [])];
  return names.map((name) => {
    const of = (figure: 'readUnits' | 'roundTrips' | 'objects') =>
      bills.map((bill) => (bill.get(name)?.[figure] ?? Number.NaN).toLocaleString('en')).join(', ');
    return {
      name: `query: ${name}`,
      value: bills.at(-1)?.get(name)?.readUnits ?? Number.NaN,
      unit: 'read units',
      note: `at ${SIZES.map((size) => size.toLocaleString('en')).join(', ')} records: ${of('readUnits')} units, ${of('roundTrips')} calls, ${of('objects')} objects`,
    };
  });
}
