import { writeDailyRecords } from '../../../core/archive/daily-records.ts';
import { asTenantId, mintEventId } from '../../../core/event/ids.ts';
import { DEFAULT_PERSONAL_DATA, pseudonymOf } from '../../../core/event/personal-data.ts';
import { deriveTenantKeys } from '../../../core/index/tenant-keys.ts';
import { acceptBatch } from '../../../core/ingest/accept.ts';
import type { Intake } from '../../../core/ingest/intake.ts';
import type { Signer } from '../../../core/ports.ts';
import { readFirstKey, readKeyChain } from '../../../core/query/key-chain.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { verifyKeyChain } from '../../../core/receipt/key-chain.ts';
import type { Verdict } from '../../../core/receipt/verify.ts';
import { verifyArchive } from '../../../core/receipt/verify-archive.ts';
import { applyRetention, type RetentionRun } from '../../../core/retention/apply-retention.ts';
import type { HoldFilter } from '../../../core/retention/hold.ts';
import type { Keeper } from '../../../core/retention/keeper.ts';
import type { RetentionPolicy } from '../../../core/retention/policy.ts';
import { policyInForce } from '../../../core/retention/standing-policy.ts';
import { closeDays } from '../../../core/sequencer/close-days.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { rotateKey } from '../../../core/sequencer/rotate-key.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { copyOf, filesOf } from '../../support/archive-copy.ts';
import { type Gate, MemoryCloud } from '../../support/memory-cloud.ts';
import { MemoryErasures } from '../../support/memory-erasures.ts';
import { MemoryHolds, MemoryPurges } from '../../support/memory-holds.ts';
import { MemoryPolicies } from '../../support/memory-policies.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { MemoryQuarantine } from '../ingest/memory-quarantine.ts';

export const DAY = 86_400_000;
export const START = Date.parse('2026-01-01T00:00:00.000Z');

/** The tenant file of these tests. */
export const SHORT: RetentionPolicy = {
  immutability_days: 5,
  min_days: 10,
  max_days: 40,
  archive_after_days: 30,
  after_termination_days: 0,
};

/** What is said of an event besides the usual. */
interface Told {
  agent?: string;
  task?: string;
  user?: string;
  subject?: { type: string; id: string };
}

/** One tenant with writer, schedules and keeper over memory, and a clock that a test turns: nothing else moves it. */
export class RetentionWorld {
  readonly random = new SeededRandom(5);
  readonly cloud = new MemoryCloud(this.random.octets(32));
  readonly keys = deriveTenantKeys('a secret of thirty-two characters or more');
  readonly policies = new MemoryPolicies();
  readonly holds = new MemoryHolds();
  readonly purges = new MemoryPurges();
  readonly erasures = new MemoryErasures();
  readonly quarantine = new MemoryQuarantine();
  /** Set by a test to make calls of the keeper fail. */
  gate: Gate | undefined;
  now = START;
  #signers: [Signer, ...Signer[]] = [this.cloud.signer()];
  #sent = 0;

  static async open(): Promise<RetentionWorld> {
    const world = new RetentionWorld();
    await openLog(await world.log());
    return world;
  }

  get clock() {
    return {
      now: () => this.now,
      sleep: async (ms: number) => {
        this.now += ms;
      },
    };
  }

  /** The log under the policy in force, as each call of the writer sees it. */
  async log(): Promise<Log> {
    const { policy } = await policyInForce(this.policies, SHORT);
    return {
      tenant: 'acme',
      origin: 'audit.example.com/acme/00000001',
      keys: this.keys,
      lockDays: { batches: policy.immutability_days, tiles: policy.max_days },
      heads: this.cloud.heads(),
      table: this.cloud.table(),
      archive: this.cloud.archive(),
      work: this.cloud.workStore(),
      signers: this.#signers,
      announcer: this.cloud.announcer(),
      codec: zlibCodec,
      clock: this.clock,
      random: this.random,
    };
  }

  async intake(): Promise<Intake> {
    return {
      log: await this.log(),
      tenantId: asTenantId('acme'),
      emitterByKid: async () => undefined,
      personalData: DEFAULT_PERSONAL_DATA,
      policyVersion: 1,
      endedAt: (await policyInForce(this.policies, SHORT)).ended?.at,
      pseudonymKey: this.keys.pseudonym,
      quarantine: this.quarantine,
      writerVersion: '0.1.0',
      maxReceives: 100,
      observe: () => undefined,
    };
  }

  get reader(): LogReader {
    return {
      keys: this.keys,
      heads: this.cloud.heads(),
      table: this.cloud.table(),
      archive: this.cloud.archive(),
      work: this.cloud.workStore(),
      codec: zlibCodec,
      clock: this.clock,
      random: this.random,
    };
  }

  get keeper(): Keeper {
    const gate: Gate = (call, effect) => (this.gate ? this.gate(call, effect) : Promise.resolve(effect()));
    return {
      tenant: 'acme',
      origin: 'audit.example.com/acme/00000001',
      version: '0.1.0',
      keys: this.keys,
      heads: this.cloud.heads(gate),
      table: this.cloud.deletableTable(gate),
      archive: this.cloud.deletableArchive(() => this.now, gate),
      work: this.cloud.erasableWork(gate),
      policies: this.policies,
      deployed: SHORT,
      holds: this.holds,
      purges: this.purges,
      erasures: this.erasures,
      outbox: { send: (bodies) => this.deliver(bodies) },
      codec: zlibCodec,
      clock: this.clock,
      random: this.random,
    };
  }

  /** Messages of the internal queue, taken by the writer at once. */
  async deliver(bodies: readonly string[]): Promise<void> {
    const messages = bodies.map((body) => ({
      id: `m-${this.#sent++}`,
      body,
      sentAt: this.now,
      receives: 1,
      queue: 'internal' as const,
    }));
    await acceptBatch(messages, this.now + 60_000, await this.intake());
  }

  /** Records so many events as one batch; their ids. */
  async record(count: number, told: Told | ((n: number) => Told) = {}): Promise<string[]> {
    const ids: string[] = [];
    const events = Array.from({ length: count }, (_, n) => {
      const {
        agent = 'refund-agent',
        task = `task-${n % 3}`,
        user,
        subject,
      } = typeof told === 'function' ? told(n) : told;
      const event_id = mintEventId(this.now, this.random);
      ids.push(event_id);
      return {
        schema_version: '1.0.0',
        event_id,
        event_type: 'TOOL_CALLED',
        occurred_at: new Date(this.now).toISOString(),
        agent: { id: agent, version: '1' },
        task: { id: task },
        ...(user !== undefined && { initiator: { type: 'user', user_id: user } }),
        ...(subject && { subjects: [subject] }),
        payload: { tool: { name: 'orders.get', kind: 'api' }, input: { order: `secret ${n}` } },
      };
    });
    const body = JSON.stringify({ source: 'https', emitter: { id: 'token-1' }, events });
    await this.deliver([body]);
    return ids;
  }

  /** Places a hold as the API would. */
  async hold(filter: HoldFilter, more: { until?: number } = {}): Promise<string> {
    const holdId = mintEventId(this.now, this.random);
    const { subject } = filter;
    const kept = subject
      ? { ...filter, subject: { ...subject, id: pseudonymOf(subject, this.keys.pseudonym) } }
      : filter;
    await this.holds.add({
      holdId,
      filter: kept,
      reason: 'Litigation 7/26',
      placedAt: this.now,
      placedBy: { type: 'user', id: 'counsel' },
      secured: { batches: 0, files: 0 },
      ...more,
    });
    return holdId;
  }

  async release(holdId: string): Promise<void> {
    const by = { type: 'user', id: 'counsel' };
    await this.holds.release(holdId, { at: this.now, by, reason: 'Settled' }, 'mark');
    await this.holds.recorded(holdId, 'mark');
  }

  /** What the schedules do in the first hours of a day. */
  async morning(): Promise<RetentionRun> {
    const log = await this.log();
    const deadline = this.now + 10 * 60_000;
    await writeDailyRecords(log, deadline);
    await closeDays(log, { ...this, deadline });
    return await this.retain();
  }

  async retain(): Promise<RetentionRun> {
    return await applyRetention(this.keeper, this.now + 10 * 60_000);
  }

  /** Goes on to two hours after the next midnight. */
  nextDay(days = 1): void {
    this.now = (Math.floor(this.now / DAY) + days) * DAY + 2 * 3_600_000;
  }

  /** Hands the log over to another key. */
  async rotate(octet: number): Promise<void> {
    const next = new MemoryCloud(new Uint8Array(32).fill(octet)).signer();
    this.#signers = [this.#signers.at(-1) ?? this.#signers[0], next];
    const act = { actor: 'ada', requestId: 'r-1', deadline: this.now + 60_000 };
    await rotateKey(await this.intake(), act);
  }

  /** What the verifier says of a copy of the archive, with nothing but the first key and the chain that the API gives. */
  async verify(alter: (copy: Map<string, Uint8Array>) => void = () => undefined): Promise<Verdict> {
    const first = await readFirstKey(this.reader);
    const chain = verifyKeyChain(await readKeyChain(this.reader), first);
    if (!chain.ok) throw new Error(chain.reason);
    const copy = copyOf(this.cloud);
    alter(copy);
    return await verifyArchive(filesOf(copy), chain.chain);
  }
}
