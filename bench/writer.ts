import type { QueueMessage } from '../core/ingest/open-message.ts';
import { batchOfHundred } from '../test/support/counting-batch.ts';
import { SeededRandom } from '../test/support/seeded-random.ts';
import { type Effort, type Extent, effortOf, growthOf, type Line, lineOf, median, times } from './line.ts';
import { openPlainLog, type PlainLog } from './plain-log.ts';

const HUNDRED = 100;
const PER_MESSAGE = 10;
const SEED = 20_261_124;
/** Events of a run at each size of a batch. */
const RUNS: readonly { batch: number; events: number }[] = [
  { batch: 1, events: 500 },
  { batch: 10, events: 2_000 },
  { batch: 100, events: 3_000 },
  { batch: 1_000, events: 4_000 },
  { batch: 10_000, events: 10_000 },
];
const GROWTH = [100, 1_000, 10_000];

/**
 * Events that the writer takes in a second of one core: claims verified, events judged against the schema, personal fields
 * committed, canonical bytes, tree, checkpoint signed, items and objects made. AWS is memory, so its waiting is not in it.
 */
export async function benchWriter({ full }: Extent): Promise<Line[]> {
  const { log } = await openPlainLog();
  const made = (events: number, perMessage: number) => refundMessages(events, perMessage, log);
  const [single, tens] = [await made(500, 1), await made(10_000, PER_MESSAGE)];
  await written(tens.slice(0, 100), 10); // warm
  const lines: Line[] = [];
  for (const { batch, events } of RUNS) {
    const messages = batch === 1 ? single : tens.slice(0, events / PER_MESSAGE);
    const atOnce = batch === 1 ? 1 : batch / PER_MESSAGE;
    const efforts = await times(full ? 7 : 3, () => written(messages, atOnce));
    const seconds = median(efforts.map((effort) => effort.seconds));
    const allocated = median(efforts.map((effort) => effort.allocated));
    const note =
      `${((seconds / events) * 1e6).toFixed(0)} µs of processor and ` +
      `${(allocated / events / 1_024).toFixed(0)} KB allocated an event`;
    lines.push(
      lineOf(
        `writer: batches of ${batch.toLocaleString('en')}`,
        'events/s',
        efforts.map((effort) => events / effort.seconds),
        note,
      ),
    );
  }
  const sizes = full ? GROWTH.map((size) => 10 * size) : GROWTH;
  const most = sizes.at(-1) ?? 0;
  const all = most > 10_000 ? await made(most, PER_MESSAGE) : tens;
  const steps: { size: number; seconds: number }[] = [];
  for (const size of sizes)
    steps.push({ size, ...(await written(all.slice(0, size / PER_MESSAGE), HUNDRED / PER_MESSAGE)) });
  return [...lines, growthOf('writer, events of a log in batches of 100', steps)];
}

/** Events as ten tasks at a time of the example agent send them, for a new log of the benchmark. */
export async function refundMessages(
  events: number,
  perMessage: number,
  { clock, origin }: Pick<PlainLog['log'], 'clock' | 'origin'>,
): Promise<QueueMessage[]> {
  const random = new SeededRandom(SEED);
  const messages: QueueMessage[] = [];
  for (let number = 0; number < events / HUNDRED; number++)
    messages.push(...(await batchOfHundred(number, { clock, random, origin }, perMessage)));
  return messages;
}

export async function takeAll(
  { accept }: PlainLog,
  messages: readonly QueueMessage[],
  atOnce: number,
): Promise<void> {
  for (let from = 0; from < messages.length; from += atOnce)
    await accept(messages.slice(from, from + atOnce));
}

/** What a new log takes for `messages`. */
async function written(messages: readonly QueueMessage[], atOnce: number): Promise<Effort> {
  const fresh = await openPlainLog();
  return await effortOf(() => takeAll(fresh, messages, atOnce));
}
