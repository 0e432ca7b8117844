import { acceptBatch } from '../../core/ingest/accept.ts';
import type { Observation } from '../../core/ingest/intake.ts';
import { internalMessages } from '../../core/ingest/internal-message.ts';
import type { QueueMessage } from '../../core/ingest/open-message.ts';
import type { Clock } from '../../core/ports.ts';
import { type EventPage, queryEvents } from '../../core/query/page.ts';
import { findReceipt } from '../../core/query/receipt.ts';
import { verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import { type RebuildAnswer, rebuildTable } from '../../core/sequencer/rebuild.ts';
import { systemRandom } from '../../lambdas/adapters/system.ts';
import { plainEvent } from '../local/support/events.ts';
import { type CallFaults, type FaultCounts, makeFaulty } from './faulty-clients.ts';
import { logClients, makeStores, type Place, wireOwnIntake, wireOwnLog, wireOwnReader } from './own-log.ts';
import { SeededRandom } from './seeded-random.ts';

/** What came of a run: what must be true of it is the test's to say. */
export interface FaultyRun {
  counts: FaultCounts;
  /** Writers that were started, killed ones included. */
  writers: number;
  /** How often each event that was sent is in the log, by id. */
  recorded: Map<string, number>;
  /** Records that verify, on pages and by receipts. */
  verified: number;
  /** Why something does not verify. */
  refused: string[];
  archive: RebuildAnswer;
}

const EVENTS_A_MESSAGE = 20;
const MESSAGES_A_BATCH = 10;
const WRITERS = 3;
const TIME_IS_FASTER = 40; // so that the lease of a dead writer, 20 s, does not hold the others up
const ORIGIN = 'audit.example.com/faults/00000000';

/**
 * Sends `events` events, 20 a message, through writers on the real adapters, whose calls to AWS fail, lose their answers or
 * kill the writer as `faults` and `seed` say; then reads the whole log without faults, and verifies it.
 */
export async function faultyRun(
  place: Place,
  { events, faults, seed }: { events: number; faults: CallFaults; seed: number },
): Promise<FaultyRun> {
  const random = new SeededRandom(seed);
  const own = await makeStores(`faults-${process.pid}-${Date.now()}`, place);
  const counts: FaultCounts = { calls: 0, refused: 0, answerLost: 0, killed: 0 };
  const clock = fastClock();
  const names = { origin: ORIGIN, clock, random: systemRandom };
  try {
    const log = wireOwnLog(own.stores, own.clients, names);
    const { verifierKey } = await openLog(log);
    const ids = Array.from({ length: events }, () => plainEvent('task').event_id);
    const sent = messagesOf(ids, clock);
    const queue = [...sent];

    let writers = 0;
    const writer = async (): Promise<void> => {
      while (queue.length > 0) {
        writers++;
        const clients = logClients(place);
        const { isDead } = makeFaulty(clients, faults, random, counts);
        const faulty = wireOwnLog(own.stores, clients, names);
        const intake = wireOwnIntake({ stores: own.stores, clients }, faulty, onlyInjected);
        while (queue.length > 0 && !isDead()) {
          const batch = queue.splice(0, MESSAGES_A_BATCH);
          const failed = new Set(await acceptBatch(batch, clock.now() + 600_000, intake));
          // What a dead writer had in hand is delivered again, and so is what it was done with but could not say.
          const again = batch.filter(({ id }) => isDead() || failed.has(id) || random.chance(0.05));
          queue.push(...again.map((message) => ({ ...message, receives: 1 })));
        }
        for (const client of Object.values(clients)) client.destroy();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    // The last writer may have died over a batch: the next one finishes it.
    await acceptBatch(sent.slice(0, 1), clock.now() + 600_000, wireOwnIntake(own, log, onlyInjected));

    const { recorded, verified, refused } = await readAll(wireOwnReader(own, log), verifierKey, random);
    const archive = await rebuildTable(log, {
      check: true,
      overLive: false,
      deadline: clock.now() + 10_000_000,
    });
    return { counts, writers, recorded, verified, refused, archive };
  } finally {
    await own.destroy();
  }
}

function fastClock(): Clock {
  const start = Date.now();
  return {
    now: () => start + Math.floor((Date.now() - start) * TIME_IS_FASTER),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / TIME_IS_FASTER)),
  };
}

function messagesOf(ids: readonly string[], clock: Clock): QueueMessage[] {
  const messages: QueueMessage[] = [];
  for (let start = 0; start < ids.length; start += EVENTS_A_MESSAGE) {
    const events = ids
      .slice(start, start + EVENTS_A_MESSAGE)
      .map((event_id, n) => plainEvent(`task-${n}`, { event_id }));
    const [body = ''] = internalMessages({ source: 'https', emitter: { id: 'token-1' }, events });
    messages.push({ id: `message-${start}`, body, sentAt: clock.now(), receives: 1, queue: 'internal' });
  }
  return messages;
}

/** A log that fails for any other reason than an injected fault must not pass for one. */
function onlyInjected(observation: Observation): void {
  if (observation.kind === 'refused')
    throw new Error(`events were refused: ${JSON.stringify(observation.reasons)}`);
  if (observation.kind !== 'failed') return;
  for (let error: unknown = observation.error; error instanceof Error; error = error.cause) {
    if (
      error.message === 'killed' ||
      error.name === 'TimeoutError' ||
      error.message.startsWith('out of time')
    )
      return;
  }
  throw observation.error;
}

async function readAll(reader: ReturnType<typeof wireOwnReader>, verifierKey: string, random: SeededRandom) {
  const recorded = new Map<string, number>();
  const refused: string[] = [];
  let verified = 0;
  let page: EventPage | undefined;
  do {
    const cursor: string | undefined = page?.next_cursor ?? undefined;
    const request = { order: 'occurred_at' as const, limit: 1_000, personal: true, cursor };
    page = await queryEvents(reader, { category: 'all' }, request);
    const verdict = await verifyPage(JSON.parse(JSON.stringify(page)), verifierKey);
    if (verdict.verified) verified += verdict.shown.count;
    else refused.push(verdict.failure.code);
    for (const { record } of page.events)
      recorded.set(record.event.event_id, (recorded.get(record.event.event_id) ?? 0) + 1);
  } while (page.next_cursor !== null);

  const ids = [...recorded.keys()];
  for (let n = 0; n < 20; n++) {
    const eventId = ids[random.below(ids.length)] ?? '';
    const answer = await findReceipt({ ...reader, quarantine: { refused: async () => undefined } }, eventId);
    const verdict = answer.outcome === 'recorded' && verifyReceipt(answer.found, verifierKey);
    if (verdict === false || !verdict.verified) refused.push(`the receipt of ${eventId}`);
  }
  return { recorded, verified, refused };
}
