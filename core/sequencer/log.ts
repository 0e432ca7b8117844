import type { TenantKeys } from '../index/tenant-keys.ts';
import type {
  Announcer,
  Archive,
  Clock,
  Codec,
  HeadStore,
  Random,
  RecordsReader,
  RecordsTable,
  Signer,
  WorkStore,
} from '../ports.ts';
import type { LockDays, Segment } from './segment.ts';

/** One tenant's log, as its writer sees it: who it is, and the ports that hold it. */
export interface Log {
  tenant: string;
  /** Name of the log in its checkpoints (C2SP tlog-checkpoint). */
  origin: string;
  keys: Pick<TenantKeys, 'index' | 'dedupe'>;
  /** For how many days batches and tiles are locked in the archive, by the policy in force. */
  lockDays: LockDays;
  heads: HeadStore;
  table: RecordsTable & Pick<RecordsReader, 'query'>;
  archive: Archive;
  work: WorkStore;
  /** The keys that it may sign with, oldest first; more than one while one is handed over to the next. */
  signers: readonly [Signer, ...Signer[]];
  /** Each record is signed by itself too, beside the checkpoint of its batch. */
  signEach?: boolean;
  announcer: Announcer;
  codec: Codec;
  clock: Clock;
  random: Random;
}

/** Most records of a batch whose records are signed each: the signatures of one must fit into a function's time. */
export const MOST_SIGNED_EACH = 500;

/** For how long a batch is locked: whoever finishes it locks it as was decided when it was committed. */
export function lockDaysOf({ lockDays }: Pick<Segment, 'lockDays'>, log: Pick<Log, 'lockDays'>): LockDays {
  return lockDays ?? log.lockDays;
}

/** When a lock of `days` that begins at `from` (milliseconds) ends. */
export function lockUntil(from: number, days: number): number {
  return from + days * 86_400_000;
}
