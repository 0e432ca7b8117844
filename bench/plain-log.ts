import { DEFAULT_PERSONAL_DATA } from '../core/event/personal-data.ts';
import { acceptBatch } from '../core/ingest/accept.ts';
import type { Intake, Observation } from '../core/ingest/intake.ts';
import type { QueueMessage } from '../core/ingest/open-message.ts';
import type { LogReader } from '../core/query/log-reader.ts';
import { openLog } from '../core/sequencer/genesis.ts';
import type { Log } from '../core/sequencer/log.ts';
import { batchEmitter } from '../test/support/counting-batch.ts';
import { MemoryCloud } from '../test/support/memory-cloud.ts';
import { memoryLog, memoryTerms } from '../test/support/memory-log.ts';
import { OWN_KEYS } from '../test/support/own-log.ts';
import { SortedTable } from './sorted-table.ts';

const START = Date.parse('2026-11-24T10:30:00.000Z');

/** A new log over memory. */
export function newMemoryLog(): Log {
  return memoryLog(new MemoryCloud(new Uint8Array(32).fill(1)), START);
}

/** The writer's own use case over `log`, as the function has it, for the emitter of the benchmark's batches. */
export async function intakeOver(log: Log, over: Partial<Intake> = {}): Promise<Intake> {
  const emitter = await batchEmitter(log.clock.now());
  return {
    ...memoryTerms(log),
    emitterByKid: async () => emitter,
    personalData: DEFAULT_PERSONAL_DATA,
    quarantine: { add: async () => true, markReported: async () => undefined },
    maxReceives: 100,
    observe: () => undefined,
    ...over,
  };
}

/** A log in memory with nothing counted, and a table that is quick to read. */
export interface PlainLog {
  log: Log;
  /** The same log, as its readers see it. */
  reader: LogReader;
  intake: Intake;
  /** Takes `messages` as one batch; throws where not all of it is recorded. */
  accept(messages: readonly QueueMessage[]): Promise<void>;
}

export async function openPlainLog(): Promise<PlainLog> {
  const log = { ...newMemoryLog(), table: new SortedTable() };
  await openLog(log);
  const failed: Observation[] = [];
  const observe = (observation: Observation) => {
    if (observation.kind !== 'batch') failed.push(observation);
  };
  const intake = await intakeOver(log, { observe });
  return {
    log,
    reader: { ...log, keys: OWN_KEYS },
    intake,
    accept: async (messages) => {
      await acceptBatch(messages, log.clock.now() + 3_600_000, intake);
      const [first] = failed;
      if (first) throw new Error('the writer did not record what the benchmark gave it', { cause: first });
    },
  };
}
