import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractState } from '../../../../../clients/operator/tenant/closing-client.ts';
import type { Contract } from '../../../../../clients/operator/tenant/destroy/contract.ts';
import { type Destroyed, destroy, look } from '../../../../../clients/operator/tenant/destroy/destroy.ts';
import type {
  Holdings,
  Lock,
  StackFound,
  Version,
} from '../../../../../clients/operator/tenant/destroy/holdings.ts';
import type { DeployedTenant } from '../../../../../clients/operator/tenant/locate.ts';
import { AuditError } from '../../../../../core/errors.ts';

const DAY_MS = 86_400_000;
const ENDED = Date.parse('2026-01-01T00:00:00Z');
/** Records are kept until 2026-03-31, and the contract's 90 days end on 2026-04-01. */
export const OVER = Date.parse('2026-04-01T00:00:00Z');
const PAGE = 3;
const STACK = 'arn:aws:cloudformation:us-east-1:111122223333:stack/AuditTrail-acme/1';

type Stored = Version & Lock;

/**
 * What a tenant that has left has in its account. It refuses what AWS refuses (the deletion of what is protected, locked, not
 * empty), and cuts off at any call, before or after it was done.
 */
export class DestroyWorld {
  now = OVER;
  /** Every call, in order. */
  readonly calls: string[] = [];
  cut: { at: number; done: boolean } | undefined;
  credentials = '111122223333';
  stack: (StackFound & { guarded: boolean; looks: number }) | undefined = {
    id: STACK,
    state: 'live',
    guarded: true,
    looks: 0,
  };
  /** Whether CloudFormation fails at the stack. */
  stuck = false;
  breakGlass = true;
  readonly tables = new Set(['records', 'control']);
  readonly queues = new Set(['ingest', 'internal']);
  readonly secrets = new Set(['index']);
  readonly keysEnd = new Map<string, number>();
  readonly buckets = new Map<string, Stored[]>([
    ['work', objects('disclosures', 4)],
    ['archive', objects('tile', 7, { until: OVER + 10 * DAY_MS, held: false })],
    ['another', objects('other', 2)],
  ]);
  policy = true;
  holdsInForce: string[] = [];
  proven = true;
  closing: ContractState['closing'] | undefined = {
    event_id: 'e-1',
    statement: {
      tenant: 'acme',
      ended_at: '2026-01-01T00:00:00Z',
      stated_at: '2026-01-01T00:00:00Z',
      log: { origin: 'audit.example/acme/0a1b2c3d', size: 1, root: 'r', verifier_key: 'k' },
      bundle: { export_id: 'x', records: 1, sha256: 's', manifest_sha256: 'm' },
      closed: { tokens_revoked: 0, emitters_removed: 0 },
      after_termination_days: (OVER - ENDED) / DAY_MS,
      kept: [{ what: 'records', where: 'archive', until: '2026-03-30', afterwards: 'purged' }],
      holds: [],
    },
  };

  /** Puts the closing statement into `directory`, where off-boarding would have. */
  handOver(directory: string): void {
    mkdirSync(directory, { recursive: true });
    const statement = { record: { event: { event_id: 'e-1' } } };
    writeFileSync(join(directory, 'closing-statement.json'), JSON.stringify(statement));
  }

  look(directory: string): ReturnType<typeof look> {
    return look(this.#terms(directory));
  }

  destroy(directory: string): Promise<Destroyed> {
    const sleep = async (ms: number) => {
      this.now += ms;
    };
    return destroy({ ...this.#terms(directory), sleep, note: () => undefined });
  }

  /** Names of all that is there. */
  left(): string[] {
    const stack = this.stack && this.stack.state !== 'gone' ? ['stack'] : [];
    return [...stack, ...this.tables, ...this.queues, ...this.secrets, ...this.buckets.keys()];
  }

  #terms(directory: string) {
    return {
      tenant: TENANT,
      contract: this.#contract(),
      holdings: this.#holdings(),
      directory,
      now: () => this.now,
    };
  }

  #contract(): Contract {
    const served = <T>(name: string, answer: () => T) =>
      this.#call(name, () => {
        if (this.stack?.state !== 'live') throw new AuditError('unavailable', 'No function answers.');
        return answer();
      });
    return {
      end: () => served('end', () => ({ ended: this.closing !== undefined, closing: this.closing })),
      holds: () => served('holds', () => this.holdsInForce),
      proves: () => served('proves', () => this.proven),
    };
  }

  #holdings(): Holdings {
    const gone = (name: string, all: Set<string>, one: string) =>
      this.#call(`${name} ${one}`, () => {
        if (this.stack?.state !== 'gone') throw new Error(`${one} is deleted under a stack that stands`);
        all.delete(one);
      });
    return {
      account: () => this.#call('account', () => this.credentials),
      stack: (nameOrId) => this.#call(`stack ${nameOrId}`, () => this.#findStack(nameOrId)),
      kept: () =>
        this.#call('kept', () => ({
          queues: ['ingest', 'internal'],
          tables: ['records', 'control'],
          secrets: ['index'],
          work: 'work',
          archive: 'archive',
          keys: ['signing', 'data'],
        })),
      deleteStack: (id) =>
        this.#call(`deleteStack ${id}`, () => {
          if (this.stack) this.stack = { ...this.stack, guarded: false, state: 'deleting', looks: 0 };
        }),
      deleteQueue: (url) => gone('deleteQueue', this.queues, url),
      deleteTable: (name) => gone('deleteTable', this.tables, name),
      deleteSecret: (arn) => gone('deleteSecret', this.secrets, arn),
      page: (bucket, after) =>
        this.#call(`page ${bucket}`, () => {
          const all = this.buckets.get(bucket) ?? [];
          const from = after ? all.findIndex(({ key }) => key === after.key) + 1 : 0;
          const versions = all.slice(from, from + PAGE);
          const last = versions.at(-1);
          return { versions, ...(last && from + PAGE < all.length && { next: last }) };
        }),
      lockOf: (bucket, { key }) =>
        this.#call('lockOf', () => {
          const found = this.buckets.get(bucket)?.find((one) => one.key === key);
          if (!found || found.marker) throw new Error(`no object ${key}`);
          return found;
        }),
      liftPolicy: (bucket) =>
        this.#call(`liftPolicy ${bucket}`, () => {
          this.policy = false;
        }),
      deleteVersions: (bucket, versions) =>
        this.#call(`deleteVersions ${bucket}`, () => {
          const all = this.buckets.get(bucket) ?? [];
          for (const { key } of versions) {
            const found = all.find((one) => one.key === key);
            const locked = found && (found.held || (found.until ?? 0) > this.now);
            if (locked || (bucket === 'archive' && this.policy))
              throw new AuditError('conflict', `S3 does not delete ${key}.`);
          }
          const keys = new Set(versions.map(({ key }) => key));
          this.buckets.set(
            bucket,
            all.filter(({ key }) => !keys.has(key)),
          );
        }),
      deleteBucket: (bucket) =>
        this.#call(`deleteBucket ${bucket}`, () => {
          if ((this.buckets.get(bucket) ?? []).length > 0) throw new Error('BucketNotEmpty');
          this.buckets.delete(bucket);
        }),
      scheduleKey: (key) =>
        this.#call(`scheduleKey ${key}`, () => {
          if (this.buckets.has('archive')) throw new Error(`key ${key} goes before what it may encrypt`);
          if (!this.breakGlass) return undefined;
          const ends = this.keysEnd.get(key) ?? this.now + 30 * DAY_MS;
          this.keysEnd.set(key, ends);
          return ends;
        }),
    };
  }

  #findStack(nameOrId: string): StackFound | undefined {
    const stack = this.stack;
    if (!stack) return undefined;
    const byId = nameOrId === stack.id;
    if (!byId && (nameOrId !== 'AuditTrail-acme' || stack.state === 'gone')) return undefined;
    if (stack.state === 'deleting' && stack.looks++ > 1)
      this.stack = { ...stack, state: this.stuck ? 'failed' : 'gone', reason: 'a function is in use' };
    const { id, state, reason } = stack;
    return { id, state, ...(reason !== undefined && { reason }) };
  }

  async #call<T>(name: string, does: () => T): Promise<T> {
    const at = this.calls.length;
    this.calls.push(name);
    const cut = this.cut?.at === at ? this.cut : undefined;
    if (cut?.done === false) throw new Error('cut off');
    const answer = does();
    if (cut) throw new Error('cut off');
    return answer;
  }
}

function objects(prefix: string, count: number, lock: Lock = { held: false }): Stored[] {
  return Array.from({ length: count }, (_, at) => ({
    key: `${prefix}/${at}`,
    id: `v${at}`,
    marker: at === 2, // the third is a marker, which has no lock
    bytes: at === 2 ? 0 : 100,
    ...(at === 2 ? { held: false } : lock),
  }));
}

const TENANT: DeployedTenant = {
  id: 'acme',
  tier: 'table-per-tenant',
  account: '111122223333',
  region: 'us-east-1',
  apiUrl: 'https://api.example',
  queueUrl: 'https://queue.example',
  recordsTable: 'records',
  controlTable: 'control',
  signingKeyIds: ['signing'],
  adminFunction: 'admin',
  writerFunction: 'writer',
  logOrigin: 'audit.example/acme/0a1b2c3d',
  source: 'a test',
};
