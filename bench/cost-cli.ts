import { Command, InvalidArgumentError } from 'commander';
import { idleCost } from '../lib/capacity/measure.ts';
import { measuredStacks } from '../lib/capacity/stacks.ts';
import { costOfWriting } from './cost.ts';
import { chargesOf } from './month.ts';
import { PRICES } from './prices.ts';

const MOST_BATCH = 10_000; // of an event source
const MOST_EVENTS = 1e12;

/** `npm run cost`: what a month of a tenant costs, by calls and units that are counted now and the prices of one file. */
function whole(most: number) {
  return (text: string): number => {
    const value = Number(text.replaceAll('_', ''));
    if (!Number.isSafeInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`expected a whole number from 1 to ${most.toLocaleString('en')}`);
    return value;
  };
}

const { events, batch, hotDays, months, json } = new Command('npm run cost --')
  .description(
    'What a month of one tenant costs: the writer writes events of an example agent into memory, its signatures, units ' +
      'and objects are counted, and the list prices of bench/prices.ts are put to them.',
  )
  .requiredOption('--events <n>', 'events a month', whole(MOST_EVENTS))
  .option('--batch <n>', 'events the writer takes at once', whole(MOST_BATCH), 100)
  .option('--hot-days <n>', 'days for which records stay in the table', whole(36_500), 90)
  .option('--months <n>', 'months for which they stay in the archive', whole(1_200), 12)
  .option('--json', 'for machines')
  .parse()
  .opts<{ events: number; batch: number; hotDays: number; months: number; json?: true }>();

const cost = await costOfWriting(batch);
const charges = chargesOf({ events, hotDays, months }, cost, idleCost(measuredStacks().plain));
const total = charges.reduce((sum, { dollars }) => sum + dollars, 0);
if (json) {
  console.log(JSON.stringify({ events, batch, prices: PRICES.lookedUp, charges, total }, null, 2));
} else {
  console.log(
    `${events.toLocaleString('en')} events a month in batches of ${batch.toLocaleString('en')}, ` +
      `${hotDays} days in the table, ${months} months in the archive.\n` +
      `List prices of us-east-1, ${PRICES.lookedUp}; counted over ${cost.events.toLocaleString('en')} events of ` +
      `${Math.round(cost.bill.leaves.reduce((sum, octets) => sum + octets, 0) / cost.events).toLocaleString('en')} octets.\n`,
  );
  for (const { what, dollars } of [...charges, { what: 'together', dollars: total }])
    console.log(`  ${what.padEnd(30)} ${`$${dollars.toFixed(2)}`.padStart(12)}`);
  console.log(
    '\nNot in it: what is read and exported, data that leaves the Region, logs of the functions, taxes.',
  );
}
