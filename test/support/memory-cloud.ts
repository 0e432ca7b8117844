import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { equalBytes } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import type {
  Announcement,
  Announcer,
  Archive,
  ArchivedVersion,
  Head,
  HeadStore,
  Item,
  ItemKey,
  ItemRange,
  RecordsReader,
  RecordsTable,
  Signer,
  WorkStore,
} from '../../core/ports.ts';
import type { DeletableArchive, DeletableTable, ErasableWork } from '../../core/retention/keeper.ts';

/** One call to a store, as a fault injector sees it. `idempotent` calls may be carried out again, late. */
export interface Call {
  store: 'head' | 'table' | 'archive' | 'work' | 'signer' | 'bus';
  operation: string;
  idempotent?: boolean;
}

/** Stands between a caller and a store: runs `effect` once, never, twice, or late. */
export type Gate = <T>(call: Call, effect: () => T) => Promise<T>;

const straight: Gate = async (_call, effect) => effect();

/** What an AWS account would hold: kept when the writers that use it come and go. */
export class MemoryCloud {
  head: Head | undefined;
  readonly items = new Map<string, Item>();
  readonly archived = new Map<string, { bytes: Uint8Array; retainUntil: number; held?: boolean }>();
  /** Versions and delete markers besides those of `archived`. */
  readonly furtherVersions: ArchivedVersion[] = [];
  readonly work = new Map<string, Uint8Array>();
  readonly announcements: Announcement[] = [];
  readonly signed: Uint8Array[] = [];
  readonly #privateKey;

  constructor(seed: Uint8Array) {
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    this.#privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  }

  heads(gate: Gate = straight): HeadStore {
    return {
      read: () => gate({ store: 'head', operation: 'read' }, () => structuredClone(this.head)),
      create: (head) =>
        gate({ store: 'head', operation: 'create' }, () => {
          if (this.head) return false;
          this.head = structuredClone(head);
          return true;
        }),
      commit: (next, expected) =>
        gate({ store: 'head', operation: 'commit', idempotent: true }, () => {
          const { head } = this;
          if (!head) throw new AuditError('integrity', 'no head');
          if (
            head.state !== 'FINAL' ||
            head.size !== expected.size ||
            !equalBytes(head.root, expected.root)
          ) {
            return { committed: false as const, current: structuredClone(head) };
          }
          this.head = structuredClone(next);
          return { committed: true as const };
        }),
      finalise: (size, root, checkpoint) =>
        gate({ store: 'head', operation: 'finalise', idempotent: true }, () => {
          const { head } = this;
          if (head?.state !== 'COMMITTED' || head.size !== size || !equalBytes(head.root, root)) return;
          const { batch: _, ...rest } = head;
          this.head = { ...rest, state: 'FINAL', finalSize: size, checkpoint };
        }),
      halt: (reason) =>
        gate({ store: 'head', operation: 'halt', idempotent: true }, () => {
          if (this.head) this.head = { ...this.head, state: 'HALTED', reason };
        }),
      replaceHalted: (next) =>
        gate({ store: 'head', operation: 'replaceHalted', idempotent: true }, () => {
          if (this.head?.state !== 'HALTED') return false;
          this.head = structuredClone(next);
          return true;
        }),
    };
  }

  /** `unprocessed` says of each key of a call whether the table leaves it undone, as DynamoDB may. */
  table(gate: Gate = straight, unprocessed: () => boolean = () => false): RecordsTable & RecordsReader {
    return {
      get: (keys) => gate({ store: 'table', operation: 'get' }, () => this.#get(keys, unprocessed)),
      put: (items) =>
        gate({ store: 'table', operation: 'put', idempotent: true }, () => {
          const rest: Item[] = [];
          for (const item of items) {
            if (unprocessed()) rest.push(item);
            else this.items.set(address(item), item);
          }
          return { unprocessed: rest };
        }),
      query: (range) => gate({ store: 'table', operation: 'query' }, () => this.#query(range)),
    };
  }

  archive(gate: Gate = straight): Archive {
    return {
      create: (key, bytes, retainUntil) =>
        gate({ store: 'archive', operation: 'create', idempotent: true }, () => {
          if (this.archived.has(key)) return 'exists' as const;
          this.archived.set(key, { bytes, retainUntil });
          return 'created' as const;
        }),
      read: (key) => gate({ store: 'archive', operation: 'read' }, () => this.archived.get(key)?.bytes),
      any: (prefix) =>
        gate({ store: 'archive', operation: 'any' }, () =>
          [...this.archived.keys()].some((key) => key.startsWith(prefix)),
        ),
      versions: (prefix, after = '') =>
        gate({ store: 'archive', operation: 'versions' }, () => this.#versions(prefix, after)),
    };
  }

  /** The archive as its keeper sees it; `now` decides which locks have ended. */
  deletableArchive(now: () => number, gate: Gate = straight): DeletableArchive {
    return {
      ...this.archive(gate),
      deleteVersion: ({ key }) =>
        gate({ store: 'archive', operation: 'deleteVersion', idempotent: true }, () => {
          const object = this.archived.get(key);
          if (object && (object.retainUntil > now() || object.held)) return 'locked' as const;
          this.archived.delete(key);
          return 'deleted' as const;
        }),
      holdObject: (key, on) =>
        gate({ store: 'archive', operation: 'holdObject', idempotent: true }, () => {
          const object = this.archived.get(key);
          if (object) this.archived.set(key, { ...object, held: on });
        }),
    };
  }

  /** The records table as its keeper sees it. */
  deletableTable(gate: Gate = straight, unprocessed: () => boolean = () => false): DeletableTable {
    return {
      ...this.table(gate, unprocessed),
      delete: (keys) =>
        gate({ store: 'table', operation: 'delete', idempotent: true }, () => {
          const rest: ItemKey[] = [];
          for (const key of keys) {
            if (unprocessed()) rest.push(key);
            else this.items.delete(address(key));
          }
          return { unprocessed: rest };
        }),
    };
  }

  /** The work bucket as its keeper sees it. */
  erasableWork(gate: Gate = straight): ErasableWork {
    return {
      ...this.workStore(gate),
      remove: (key) =>
        gate({ store: 'work', operation: 'remove', idempotent: true }, () => {
          this.work.delete(key);
        }),
      list: (prefix) =>
        gate({ store: 'work', operation: 'list' }, () =>
          [...this.work.keys()]
            .filter((key) => key.startsWith(prefix))
            .map((key) => ({ key, modifiedAt: 0 })),
        ),
    };
  }

  workStore(gate: Gate = straight): WorkStore {
    return {
      write: (key, bytes) =>
        gate({ store: 'work', operation: 'write', idempotent: true }, () => {
          this.work.set(key, bytes);
        }),
      read: (key) => gate({ store: 'work', operation: 'read' }, () => this.work.get(key)),
    };
  }

  signer(gate: Gate = straight): Signer {
    return {
      sign: (message) =>
        gate({ store: 'signer', operation: 'sign' }, () => {
          this.signed.push(message);
          return new Uint8Array(sign(null, message, this.#privateKey));
        }),
      publicKey: () => gate({ store: 'signer', operation: 'publicKey' }, () => this.publicKey()),
    };
  }

  announcer(gate: Gate = straight): Announcer {
    return {
      announce: (announcement) =>
        gate({ store: 'bus', operation: 'announce', idempotent: true }, () => {
          this.announcements.push(announcement);
        }),
    };
  }

  publicKey(): Uint8Array {
    const { x = '' } = createPublicKey(this.#privateKey).export({ format: 'jwk' });
    return new Uint8Array(Buffer.from(x, 'base64url'));
  }

  /** Small pages, so that tests turn them. */
  #versions(prefix: string, after: string): { versions: ArchivedVersion[]; next?: string } {
    const standing = [...this.archived.keys()].map((key) => ({ key, versionId: '1', marker: false }));
    const all = [...standing, ...this.furtherVersions].filter(
      ({ key }) => key.startsWith(prefix) && key > after,
    );
    const keys = [...new Set(all.map(({ key }) => key))].sort();
    const page = keys.slice(0, 7);
    const versions = page.flatMap((wanted) => all.filter(({ key }) => key === wanted));
    const next = page.at(-1);
    return page.length < keys.length && next !== undefined ? { versions, next } : { versions };
  }

  #get(keys: readonly ItemKey[], unprocessed: () => boolean): { items: Item[]; unprocessed: ItemKey[] } {
    const items: Item[] = [];
    const rest: ItemKey[] = [];
    for (const key of keys) {
      const item = this.items.get(address(key));
      if (unprocessed()) rest.push(key);
      else if (item) items.push(item);
    }
    return { items, unprocessed: rest };
  }

  #query(range: ItemRange): { items: Item[]; next?: string } {
    const inRange = [...this.items.values()]
      .filter(
        ({ pk, sk }) =>
          pk === range.pk && sk >= (range.from ?? '') && (range.to === undefined || sk <= range.to),
      )
      .sort((a, b) => (a.sk < b.sk ? -1 : 1) * (range.descending ? -1 : 1))
      .filter(
        ({ sk }) => range.after === undefined || (range.descending ? sk < range.after : sk > range.after),
      );
    const page = inRange.slice(0, range.limit ?? inRange.length);
    const last = page.at(-1);
    return page.length < inRange.length && last ? { items: page, next: last.sk } : { items: page };
  }
}

function address({ pk, sk }: ItemKey): string {
  return `${pk}\u0000${sk}`;
}
