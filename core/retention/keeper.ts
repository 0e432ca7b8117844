import type { TenantKeys } from '../index/tenant-keys.ts';
import type {
  Archive,
  ArchivedVersion,
  Clock,
  Codec,
  HeadStore,
  ItemKey,
  Random,
  RecordsReader,
  RecordsTable,
  WorkStore,
} from '../ports.ts';
import type { ErasureRegistry } from './erasure.ts';
import type { HoldRegistry } from './hold.ts';
import type { RetentionPolicy } from './policy.ts';
import type { PolicyStore } from './standing-policy.ts';

/** The archive, for the one who may delete from it. */
export interface DeletableArchive extends Archive {
  /** Deletes this version for good; `locked` where its lock or a legal hold keeps it. Deleted already counts as deleted. */
  deleteVersion(version: Pick<ArchivedVersion, 'key' | 'versionId'>): Promise<'deleted' | 'locked'>;
  /** Puts the object under S3's own legal hold, or takes it off; nothing where the object is gone. */
  holdObject(key: string, on: boolean): Promise<void>;
}

/** The records table, for the one who may delete from it. */
export interface DeletableTable extends RecordsTable, RecordsReader {
  /** What is not under `unprocessed` is gone when this returns, whether it was there or not. */
  delete(keys: readonly ItemKey[]): Promise<{ unprocessed: ItemKey[] }>;
}

/** The work bucket, for the one who may delete from it. */
export interface ErasableWork extends WorkStore {
  /** Nothing is under this key when it returns. */
  remove(key: string): Promise<void>;
  /** All objects under `prefix`, with the time (milliseconds) at which each was written last. */
  list(prefix: string): Promise<{ key: string; modifiedAt: number }[]>;
}

/** The purge that is under way, if one is: there is one at a time. */
export interface PurgeJobs {
  standing(): Promise<StandingPurge | undefined>;
  /** False where another one is under way. */
  begin(purge: StandingPurge): Promise<boolean>;
  end(purgeId: string): Promise<void>;
}

export interface StandingPurge {
  purgeId: string;
  /** Name of its order in the archive. */
  order: string;
  /** How far the log was purged before it. */
  before: number;
}

/** Everything that keeping and deleting a tenant's records needs. */
export interface Keeper {
  tenant: string;
  origin: string;
  /** Of the product, for its own events. */
  version: string;
  keys: Pick<TenantKeys, 'index' | 'dedupe'>;
  heads: Pick<HeadStore, 'read'>;
  table: DeletableTable;
  archive: DeletableArchive;
  work: ErasableWork;
  policies: Pick<PolicyStore, 'read'>;
  /** The tenant file's policy. */
  deployed: RetentionPolicy;
  holds: Pick<HoldRegistry, 'list' | 'secured'>;
  purges: PurgeJobs;
  erasures: Pick<ErasureRegistry, 'list' | 'update'>;
  /** Puts message bodies into the internal queue; durable when it returns. */
  outbox: { send(bodies: readonly string[]): Promise<void> };
  codec: Codec;
  clock: Clock;
  random: Random;
}
