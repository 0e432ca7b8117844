import { unpackEvent } from '../core/index/event-item.ts';
import { acceptBatch } from '../core/ingest/accept.ts';
import type { QueueMessage } from '../core/ingest/open-message.ts';
import type { Item } from '../core/ports.ts';
import { openLog } from '../core/sequencer/genesis.ts';
import type { Log } from '../core/sequencer/log.ts';
import { batchEmitter } from '../test/support/counting-batch.ts';
import { octetsOfItem, readUnits, writeUnits } from '../test/support/write-units.ts';
import { intakeOver, newMemoryLog } from './plain-log.ts';

const HEAD_UNITS = 1; // it stays below a kilobyte: a root, an edge, a checkpoint

/** What AWS bills the writer for. Requests to a table are not among it: DynamoDB bills units. */
export interface WriterBill {
  signatures: number;
  writeUnits: number;
  readUnits: number;
  puts: number;
  announcements: number;
  /** Octets that stay. */
  tableOctets: number;
  archiveOctets: number;
  /** Octets of each record by itself, uncompressed. */
  leaves: number[];
}

const nothing = (): WriterBill => ({
  signatures: 0,
  writeUnits: 0,
  readUnits: 0,
  puts: 0,
  announcements: 0,
  tableOctets: 0,
  archiveOctets: 0,
  leaves: [],
});

/** A log in memory that the writer's own use case writes, counted at its ports. */
export interface CountedLog {
  log: Log;
  /** Takes `messages` as one batch; throws where not all of it is recorded. */
  accept(messages: readonly QueueMessage[]): Promise<void>;
  /** What was billed since the last time that it was taken. */
  take(): WriterBill;
}

/** Opens a log and counts from then on. */
export async function openCountedLog(): Promise<CountedLog> {
  let bill = nothing();
  const plain = newMemoryLog();
  const log: Log = {
    ...plain,
    heads: {
      ...plain.heads,
      read: () => {
        bill.readUnits += HEAD_UNITS;
        return plain.heads.read();
      },
      commit: (next, expected) => {
        bill.writeUnits += HEAD_UNITS;
        return plain.heads.commit(next, expected);
      },
      finalise: (size, root, checkpoint) => {
        bill.writeUnits += HEAD_UNITS;
        return plain.heads.finalise(size, root, checkpoint);
      },
    },
    table: {
      get: async (keys) => {
        const answer = await plain.table.get(keys);
        bill.readUnits += keys.length - answer.items.length; // a key without an item costs a unit too
        for (const item of answer.items) bill.readUnits += readUnits(octetsOfItem(item));
        return answer;
      },
      put: (items) => {
        for (const item of items) weigh(item);
        return plain.table.put(items);
      },
      query: async (range) => {
        const answer = await plain.table.query(range);
        bill.readUnits += readUnits(answer.items.reduce((sum, item) => sum + octetsOfItem(item), 0));
        return answer;
      },
    } as Log['table'],
    archive: {
      ...plain.archive,
      create: (key, bytes, until) => {
        bill.puts++;
        bill.archiveOctets += bytes.length;
        return plain.archive.create(key, bytes, until);
      },
    },
    work: {
      ...plain.work,
      write: (key, bytes) => {
        bill.puts++;
        return plain.work.write(key, bytes);
      },
    },
    signers: [
      {
        ...plain.signers[0],
        sign: (message) => {
          bill.signatures++;
          return plain.signers[0].sign(message);
        },
      },
    ],
    announcer: {
      announce: (announcement) => {
        bill.announcements++;
        return plain.announcer.announce(announcement);
      },
    },
  };

  function weigh(item: Item): void {
    const octets = octetsOfItem(item);
    bill.writeUnits += writeUnits(octets);
    bill.tableOctets += octets;
    if (item.pk.startsWith('E#')) bill.leaves.push(unpackEvent(item, log.codec).leaf.length);
  }

  const emitter = await batchEmitter(log.clock.now());
  const emitterByKid = async () => {
    bill.readUnits++;
    return emitter;
  };
  const intake = await intakeOver(log, { emitterByKid });
  await openLog(log);
  bill = nothing();
  return {
    log,
    accept: async (messages) => {
      const before = bill.leaves.length;
      const wanted = messages.reduce((sum, { body }) => sum + JSON.parse(body).events.length, 0);
      await acceptBatch(messages, log.clock.now() + 60_000, intake);
      if (bill.leaves.length - before !== wanted)
        throw new Error(`${bill.leaves.length - before} of ${wanted} events of the benchmark were recorded`);
    },
    take: () => {
      const taken = bill;
      bill = nothing();
      return taken;
    },
  };
}
