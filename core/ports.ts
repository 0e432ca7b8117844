/**
 * What the domain needs from the world. Every port is declared here with its contract, and an adapter
 * (one AWS service a file) or an in-memory double keeps it; one contract suite runs against both.
 */

/** Milliseconds since the Unix epoch, and a wait that a test can shorten. */
export interface Clock {
  now(): number;
  /** Resolves after about `ms`. */
  sleep(ms: number): Promise<void>;
}

/** Unpredictable octets; seeded in tests. */
export interface Random {
  octets(length: number): Uint8Array;
}

/** Raw DEFLATE (RFC 1951) and gzip (RFC 1952). Decompression stops at `limit` octets with `too_large`. */
export interface Codec {
  deflate(bytes: Uint8Array): Uint8Array;
  inflate(bytes: Uint8Array, limit: number): Uint8Array;
  gzip(bytes: Uint8Array): Uint8Array;
  gunzip(bytes: Uint8Array, limit: number): Uint8Array;
}

/** The tenant's Ed25519 key. `sign` is RFC 8032 pure, 64 bytes, over at most 4,096 octets (the KMS limit). */
export interface Signer {
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** The raw 32-byte public key. */
  publicKey(): Promise<Uint8Array>;
}

/** Primary key of an item of the records table. */
export interface ItemKey {
  pk: string;
  sk: string;
}

/** One item of the records table: its key and its attributes, as DynamoDB holds them. */
export interface Item extends ItemKey {
  [attribute: string]: string | number | Uint8Array;
}

/** The part of the records table that the sequencer writes and looks up. */
export interface RecordsTable {
  /** Strongly consistent. A key under `unprocessed` is unknown, which is not the same as absent. */
  get(keys: readonly ItemKey[]): Promise<{ items: Item[]; unprocessed: ItemKey[] }>;
  /** Unconditional and idempotent. What is not under `unprocessed` is durable when this returns. */
  put(items: readonly Item[]): Promise<{ unprocessed: Item[] }>;
}

/** A range of one partition, in the order of its sort keys. */
export interface ItemRange {
  pk: string;
  /** Sort keys from here, inclusive. */
  from?: string;
  /** Sort keys up to here, inclusive. */
  to?: string;
  descending?: boolean;
  /** At most so many items; a store may return fewer and say so by `next`. */
  limit?: number;
  /** The sort key after which to go on. */
  after?: string;
}

/** The part of the records table that readers use. Reads are strongly consistent: a receipt is there once its batch is final. */
export interface RecordsReader {
  get(keys: readonly ItemKey[]): Promise<{ items: Item[]; unprocessed: ItemKey[] }>;
  /** One page; `next` is the sort key to give as `after`, absent at the end. */
  query(range: ItemRange): Promise<{ items: Item[]; next?: string }>;
}

/** What `HEAD` says about the log (sequencing.md of the design; docs/architecture.md). */
export interface Head {
  /** Leaves in the tree, those of a committed batch that is not final included. */
  size: number;
  /** Root of the tree of `size` leaves. */
  root: Uint8Array;
  /** Roots of the perfect subtrees of `size` leaves, largest first. */
  edge: Uint8Array[];
  /** `FINAL`: everything below `size` can be looked up. `COMMITTED`: `batch` must be finalised first. `HALTED`: a person must look. */
  state: 'FINAL' | 'COMMITTED' | 'HALTED';
  /** Milliseconds; no later batch is recorded before this. */
  recordedAt: number;
  /** The verifier key (signed-note form) that checkpoints of this head are signed with. */
  verifierKey: string;
  /** Size of the last final checkpoint: readers ignore everything at or above it. */
  finalSize: number;
  /** The last final checkpoint, a signed note. */
  checkpoint: string;
  /** While `COMMITTED`: the batch that must become final. */
  batch?: { first: number; previousRoot: Uint8Array; staging: string; leaseUntil: number };
  /** While `HALTED`: why. */
  reason?: string;
  /** How far the log was purged, where it was. */
  purged?: Purged;
}

/** Which records are gone by retention, but for those that something keeps. */
export interface Purged {
  /** Index of the first record that is not. */
  below: number;
  /** They were recorded before this time (milliseconds), and those from `below` on were not. */
  recordedBefore: number;
}

export interface HeadStore {
  /** Strongly consistent; undefined where no head was ever made, or it was lost. */
  read(): Promise<Head | undefined>;
  /** Makes the head of a new log; false where there is one already. */
  create(head: Head): Promise<boolean>;
  /**
   * The commit point. Swaps to `next` if the stored head is `FINAL` with the size and root of `expected`;
   * otherwise changes nothing and returns the head that stood in the way. A thrown error leaves it unknown
   * whether the swap happened.
   */
  commit(
    next: Head,
    expected: { size: number; root: Uint8Array },
  ): Promise<{ committed: true } | { committed: false; current: Head }>;
  /**
   * Marks the batch that ends at `size` final, with its checkpoint, if the head is still `COMMITTED` at this size
   * and root. Where the head has already moved on, nothing changes: a checkpoint never goes backwards.
   */
  finalise(size: number, root: Uint8Array, checkpoint: string): Promise<void>;
  /** Stops the log: no writer goes on before a person has looked. */
  halt(reason: string): Promise<void>;
  /** Puts `next` in the place of a `HALTED` head, and so starts the log again; false where none is halted. */
  replaceHalted(next: Head): Promise<boolean>;
}

/** One version of an object, or a delete marker in its place. */
export interface ArchivedVersion {
  key: string;
  versionId: string;
  marker: boolean;
}

/** WORM objects: once `create` has returned, the bytes stand under this key until `retainUntil`, whoever asks. */
export interface Archive {
  /** Writes if the key is free (`If-None-Match: *`); `exists` where something stands there, whatever it is. */
  create(key: string, bytes: Uint8Array, retainUntil: number): Promise<'created' | 'exists'>;
  /** The bytes under `key`, or undefined. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Whether any key begins with `prefix`. */
  any(prefix: string): Promise<boolean>;
  /**
   * A page of all versions under `prefix`, delete markers among them, in the order of their keys, those of `after` and
   * before left out. `next` is the key to give as `after`, absent at the end; a page holds all versions of its keys.
   */
  versions(prefix: string, after?: string): Promise<{ versions: ArchivedVersion[]; next?: string }>;
}

/** Mutable objects of the tenant: staging, disclosures, quarantine bodies. Durable when `write` returns. */
export interface WorkStore {
  write(key: string, bytes: Uint8Array): Promise<void>;
  read(key: string): Promise<Uint8Array | undefined>;
}

/** A batch became final. A wake-up, not the data: at least once, and a lost one loses nothing. */
export interface Announcement {
  tenant: string;
  origin: string;
  /** First index of the batch, and the size of the log after it. */
  first: number;
  size: number;
  root: string;
  recorded_at: string;
}

export interface Announcer {
  announce(announcement: Announcement): Promise<void>;
}
