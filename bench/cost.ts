import { batchOfHundred } from '../test/support/counting-batch.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import { writeUnits } from '../test/support/write-units.ts';
import { openCountedLog, type WriterBill } from './counted-log.ts';
import type { Line } from './line.ts';
import { PRICES } from './prices.ts';

const BATCHES = [1, 10, 100, 1_000, 10_000] as const;
const HUNDRED = 100;
const PER_MESSAGE = 10;
const SEED = 20_261_124;

/** Octets of keys, names and hashes beside the record in an item of its own. */
const ITEM_OVERHEAD = 190;
const INDEXES = 4;
const SQS_CHUNK = 64 * 1_024;
const RECEIVED_AT_ONCE = 10;
/** What a batch is assumed to take of the writer: half a gigabyte for a second. Not measured; the least of it is computing. */
const LAMBDA_GIGABYTE_SECONDS = 0.5;

/** Dollars for so many events. */
export interface Cost {
  batch: number;
  events: number;
  /** By what AWS calls them. */
  dollars: Record<string, number>;
  total: number;
  /** What was counted, over `events`. */
  bill: WriterBill;
}

/** What the writer is billed for at batches of `batch`, counted over ten of them, or over a thousand events where that is more. */
export async function costOfWriting(batch: number): Promise<Cost> {
  const { log, accept, take } = await openCountedLog();
  const random = new SeededRandom(SEED);
  const { clock, origin } = log;
  const perMessage = largestDivisor(batch, PER_MESSAGE);
  const messages = async (number: number) =>
    await batchOfHundred(number, { clock, random, origin }, perMessage);
  const rounds = Math.max(1, Math.ceil((batch <= HUNDRED ? 10 * HUNDRED : 2 * batch) / HUNDRED));
  const sent = (await Promise.all(Array.from({ length: rounds }, (_, number) => messages(number)))).flat();
  const atOnce = batch / perMessage;
  for (let from = 0; from + atOnce <= sent.length; from += atOnce)
    await accept(sent.slice(from, from + atOnce));
  const bill = take();
  const events = bill.leaves.length;
  const taken = sent.slice(0, events / perMessage);
  const requests = taken.reduce((sum, { body }) => sum + Math.ceil(body.length / SQS_CHUNK), 0);
  const polls = 2 * Math.ceil(taken.length / Math.min(atOnce, RECEIVED_AT_ONCE)); // received, and deleted
  const invocations = Math.ceil(events / batch);
  return priced(batch, events, bill, {
    'KMS signatures': bill.signatures * PRICES.kmsSignature,
    'DynamoDB writes': bill.writeUnits * PRICES.dynamoWriteUnit,
    'DynamoDB reads': bill.readUnits * PRICES.dynamoReadUnit,
    'S3 PUTs': bill.puts * PRICES.s3Put,
    'EventBridge events': bill.announcements * PRICES.eventBridgeEvent,
    'SQS requests': (requests + polls) * PRICES.sqsRequest,
    'Lambda (assumed)':
      invocations * (PRICES.lambdaRequest + LAMBDA_GIGABYTE_SECONDS * PRICES.lambdaGigabyteSecond),
  });
}

/** The same events as most would do it: a signature and an item each, and where asked for an index a filter. */
export function naiveCost({ bill, events }: Cost, indexes = 0): Cost {
  const units = bill.leaves.reduce((sum, octets) => sum + writeUnits(octets + ITEM_OVERHEAD), 0);
  return priced(1, events, bill, {
    'KMS signatures': events * PRICES.kmsSignature,
    'DynamoDB writes': (1 + indexes) * units * PRICES.dynamoWriteUnit,
  });
}

function priced(batch: number, events: number, bill: WriterBill, dollars: Record<string, number>): Cost {
  return { batch, events, bill, dollars, total: Object.values(dollars).reduce((sum, part) => sum + part, 0) };
}

function largestDivisor(of: number, most: number): number {
  let divisor = Math.min(of, most);
  while (of % divisor !== 0) divisor--;
  return divisor;
}

/** Dollars for a million events. */
export function perMillion({ total, events }: Cost): number {
  return (total / events) * 1e6;
}

/** Dollars of a million events at each size of a batch, beside the naive design with and without indexes. */
export async function benchCost(): Promise<Line[]> {
  const costs: Cost[] = [];
  for (const batch of BATCHES) costs.push(await costOfWriting(batch));
  const hundred = costs.find(({ batch }) => batch === HUNDRED) ?? costs[0];
  if (!hundred) return [];
  const naive = [0, INDEXES].map((indexes) => ({
    indexes,
    dollars: perMillion(naiveCost(hundred, indexes)),
  }));
  const indexed = naive.at(-1)?.dollars ?? 0;
  return [
    ...naive.map(({ indexes, dollars }) => ({
      name: `cost: a million, signed and put one by one${indexes === 0 ? '' : `, ${indexes} GSIs`}`,
      value: dollars,
      unit: '$',
      note: 'the same events; no log, no archive',
    })),
    ...costs.map((cost) => ({
      name: `cost: a million in batches of ${cost.batch.toLocaleString('en')}`,
      value: perMillion(cost),
      unit: '$',
      note: `${(indexed / perMillion(cost)).toFixed(1)} times cheaper, all filters indexed, archived and proven`,
    })),
  ];
}
