import { hmacSha256 } from '#crypto';
import { toBase64Url, utf8 } from '../../../core/encoding.ts';
import type { Candidate } from '../../../core/sequencer/append.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { makeLeaf } from './leaf.ts';
import { type Faults, Scheduler } from './scheduler.ts';

/** Shortcuts that a test lets the writers take, to show that the invariants notice. */
export interface Flaws {
  port?: (log: Log, world: World) => Log;
  disclosuresByEventId?: boolean;
  holdsOnTheRecord?: boolean;
  /** The weather in which the shortcut shows soonest. */
  faults?: Partial<Faults>;
}

interface Message {
  events: { eventId: string; text: string; at: number }[];
  visibleAt: number;
}

const VISIBILITY_MS = 200_000;
const TIME_LIMIT_MS = 115_000;
const DEDUPE_KEY = utf8('dedupe');

/** One seeded history: a queue, several writers, and a cloud whose calls fail in every way that sequencing.md names. */
export class World {
  readonly cloud: MemoryCloud;
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  /** First content seen under each id that was sent: what the log must hold of it (or of its rival). */
  readonly sent = new Map<string, Set<string>>();
  /** Event ids that a writer reported done. */
  readonly acknowledged = new Set<string>();
  readonly conflicts = new Set<string>();
  readonly errors: unknown[] = [];
  readonly indexKey = utf8('index key');
  /** Where each hold that was placed stands, by event id. */
  readonly holds = new Map<string, string>();
  readonly #queue: Message[] = [];
  readonly #flaws: Flaws;

  constructor(seed: number, flaws: Flaws = {}) {
    this.random = new SeededRandom(seed);
    this.cloud = new MemoryCloud(this.random.octets(32));
    this.scheduler = new Scheduler(this.random);
    this.#flaws = flaws;
  }

  /** The log as one writer sees it, with faults between it and the cloud. */
  log(): Log {
    const { gate, clock } = this.scheduler;
    const unprocessed = () => this.scheduler.faults !== undefined && this.random.chance(0.05);
    const log: Log = {
      tenant: 'acme',
      origin: 'audit.example.com/acme/00000001',
      keys: { index: this.indexKey, dedupe: DEDUPE_KEY },
      lockDays: { batches: 30, tiles: 60 },
      heads: this.cloud.heads(gate),
      table: this.cloud.table(gate, unprocessed),
      archive: this.cloud.archive(gate),
      work: this.cloud.workStore(gate),
      signers: [this.cloud.signer(gate)],
      announcer: this.cloud.announcer(gate),
      codec: zlibCodec,
      clock,
      random: this.random,
    };
    return this.#flaws.port?.(log, this) ?? log;
  }

  async open(): Promise<void> {
    const opening = openLog(this.log());
    await this.scheduler.run();
    await opening;
  }

  /** Puts `count` messages into the queue; some events come twice, some ids with other content. */
  send(count: number, largest: number): void {
    const past: { eventId: string; text: string; at: number }[] = [];
    for (let n = 0; n < count; n++) {
      const events = Array.from({ length: 1 + this.random.below(largest) }, () => {
        const again = past[this.random.below(past.length || 1)];
        if (again && this.random.chance(0.15)) return again;
        if (again && this.random.chance(0.03)) return { ...again, text: `rival of ${again.text}` };
        const at = this.scheduler.clock.now() - this.random.below(5_400_000);
        const fresh = { eventId: uuid7(at, this.random), text: `event ${n}`, at };
        past.push(fresh);
        return fresh;
      });
      for (const event of events)
        this.sent.set(event.eventId, (this.sent.get(event.eventId) ?? new Set()).add(event.text));
      this.#queue.push({ events, visibleAt: 0 });
    }
  }

  /** Lets `writers` work until the queue is empty, with faults, and then settles without faults. */
  async work(writers: number, faults: Faults): Promise<void> {
    this.scheduler.faults = faults;
    const running = Array.from({ length: writers }, () => this.#writer());
    const holding = this.#placeHolds();
    await this.scheduler.run();
    await Promise.all([...running, holding]);
    this.scheduler.faults = undefined;
    const last = this.#writer();
    await this.scheduler.run();
    await last;
    const settling = this.#settle();
    await this.scheduler.run();
    await settling;
  }

  /** Somebody else than the writers puts records on hold while these work. */
  async #placeHolds(): Promise<void> {
    const { gate, clock } = this.scheduler;
    for (let n = 0; n < 12; n++) {
      await clock.sleep(this.random.below(30_000));
      await gate({ store: 'table', operation: 'hold' }, () => {
        const records = [...this.cloud.items].filter(([, item]) => item.pk.startsWith('E#'));
        const [where, item] = records[this.random.below(records.length)] ?? [];
        if (!where || !item || this.holds.has(item.sk)) return;
        const hold = this.#flaws.holdsOnTheRecord
          ? { ...item, hold: 'placed' }
          : { pk: `HOLD#${item.sk}`, sk: 'HOLD', hold: 'placed' };
        this.cloud.items.set(`${hold.pk}\u0000${hold.sk}`, hold);
        this.holds.set(item.sk, `${hold.pk}\u0000${hold.sk}`);
      }).catch(() => undefined); // a refused hold was not placed
    }
  }

  async #settle(): Promise<void> {
    try {
      await append(
        [],
        { policyVersion: 1, deadline: this.scheduler.clock.now() + TIME_LIMIT_MS },
        this.log(),
      );
    } catch (error) {
      this.errors.push(error);
    }
  }

  async #writer(): Promise<void> {
    for (let idle = 0; idle < 40; ) {
      const batch = this.#receive();
      if (batch.length === 0) {
        if (this.#queue.length === 0) return;
        idle++;
        await this.scheduler.clock.sleep(VISIBILITY_MS / 8);
        continue;
      }
      try {
        await this.#process(batch);
        const lost = this.random.chance(this.scheduler.faults ? 0.05 : 0); // the deletion of the messages fails now and then
        if (!lost) for (const message of batch) this.#queue.splice(this.#queue.indexOf(message), 1);
      } catch (error) {
        if (isIntegrity(error)) {
          this.errors.push(error);
          return;
        }
      }
    }
  }

  #receive(): Message[] {
    const now = this.scheduler.clock.now();
    const visible = this.#queue
      .filter((message) => message.visibleAt <= now)
      .slice(0, 1 + this.random.below(6));
    for (const message of visible) message.visibleAt = now + VISIBILITY_MS;
    return visible;
  }

  async #process(batch: Message[]): Promise<void> {
    const log = this.log();
    const events = batch.flatMap((message) => message.events);
    const salt = toBase64Url(this.random.octets(16)); // as commitments do, it makes each attempt's leaves its own
    const disclosures = `disclosures/${this.#flaws.disclosuresByEventId ? events[0]?.eventId : salt}`;
    await log.work.write(disclosures, utf8(salt));
    const candidates = events.map(
      ({ eventId, text, at }): Candidate => ({
        eventId,
        dedupeTag: hmacSha256(DEDUPE_KEY, utf8(text)).subarray(0, 16),
        leaf: (recordedAt) => makeLeaf({ eventId, text, at, salt, recordedAt }),
      }),
    );
    const verdicts = await append(
      candidates,
      { policyVersion: 1, disclosures, deadline: log.clock.now() + TIME_LIMIT_MS },
      log,
    );
    for (const [position, verdict] of verdicts.entries()) {
      const eventId = events[position]?.eventId ?? '';
      if (verdict.outcome === 'conflict') this.conflicts.add(eventId);
      else this.acknowledged.add(eventId);
    }
  }
}

function isIntegrity(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'integrity';
}

function uuid7(ms: number, random: SeededRandom): string {
  const time = ms.toString(16).padStart(12, '0');
  const tail = [...random.octets(10)].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(1, 4)}-8${tail.slice(5, 8)}-${tail.slice(8, 20)}`;
}
