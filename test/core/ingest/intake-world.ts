import { asTenantId, mintEventId } from '../../../core/event/ids.ts';
import { bodyDigest, type Claim, signClaim } from '../../../core/identity/claim.ts';
import type { Emitter, PrivateJwk } from '../../../core/identity/emitter.ts';
import { unpackEvent } from '../../../core/index/event-item.ts';
import { deriveTenantKeys } from '../../../core/index/tenant-keys.ts';
import { acceptBatch } from '../../../core/ingest/accept.ts';
import type { Intake, Observation } from '../../../core/ingest/intake.ts';
import type { QueueMessage } from '../../../core/ingest/open-message.ts';
import type { AuditRecord } from '../../../core/record/record.ts';
import { parseLeaf } from '../../../core/record/record.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { type Gate, MemoryCloud } from '../../support/memory-cloud.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { exampleOf, type Loose } from '../event/examples.ts';
import { MemoryQuarantine } from './memory-quarantine.ts';

export const NOW = Date.parse('2026-11-24T10:00:00.000Z');
const ORIGIN = 'audit.example/acme/0a1b2c3d';
const DAY = 86_400_000;

// The key of RFC 8037, appendix A.
const KEY: PrivateJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
};
const KID = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'; // RFC 8037, appendix A.3
const EMITTER: Emitter = {
  id: 'emitter-1',
  agents: ['refund-agent'],
  kid: KID,
  publicJwk: { kty: 'OKP', crv: 'Ed25519', x: KEY.x },
  createdAt: NOW - 30 * DAY,
};

/** A tenant's intake over in-memory doubles; `gate` stands between the log and the cloud. */
export class IntakeWorld {
  readonly random = new SeededRandom(1);
  readonly cloud = new MemoryCloud(this.random.octets(32));
  readonly quarantine = new MemoryQuarantine();
  readonly observed: Observation[] = [];
  now = NOW;
  /** Set by a test to make calls fail. */
  gate: Gate | undefined;
  #messages = 0;

  readonly intake: Intake;

  constructor() {
    const gate: Gate = (call, effect) => (this.gate ? this.gate(call, effect) : Promise.resolve(effect()));
    const keys = deriveTenantKeys('a secret of this test, long enough');
    const log: Log = {
      tenant: 'acme',
      origin: ORIGIN,
      keys,
      lockDays: { batches: 30, tiles: 365 },
      heads: this.cloud.heads(gate),
      table: this.cloud.table(gate),
      archive: this.cloud.archive(gate),
      work: this.cloud.workStore(gate),
      signers: [this.cloud.signer(gate)],
      announcer: this.cloud.announcer(gate),
      codec: zlibCodec,
      clock: {
        now: () => this.now,
        sleep: async (ms) => {
          this.now += ms;
        },
      },
      random: this.random,
    };
    this.intake = {
      log,
      tenantId: asTenantId('acme'),
      emitterByKid: async (kid) => (kid === KID ? EMITTER : undefined),
      personalData: ['/payload/goal'],
      policyVersion: 1,
      pseudonymKey: keys.pseudonym,
      quarantine: this.quarantine,
      writerVersion: '0.1.0',
      maxReceives: 100,
      observe: (observation) => this.observed.push(observation),
    };
  }

  static async open(): Promise<IntakeWorld> {
    const world = new IntakeWorld();
    await openLog(world.intake.log);
    return world;
  }

  /** Delivers `messages` once; the ids that must come again. */
  async accept(...messages: QueueMessage[]): Promise<string[]> {
    return await acceptBatch(messages, this.now + 60_000, this.intake);
  }

  /** An event of the registered agent with an id of its own. */
  event(changes: Loose = {}): Loose {
    const id = mintEventId(NOW, this.random);
    return {
      ...exampleOf('TASK_INITIATED'),
      event_id: id,
      agent: { id: 'refund-agent', version: '1' },
      ...changes,
    };
  }

  /** A message of the registered emitter that holds `events`. */
  async message(events: readonly unknown[], over: Over = {}): Promise<QueueMessage> {
    return await this.messageOf(JSON.stringify({ nonce: `n${this.#messages}`, events }), over);
  }

  /** A message of the registered emitter with this very body. */
  async messageOf(body: string, { claims, ...over }: Over = {}): Promise<QueueMessage> {
    const jwt = await signClaim(KEY, {
      iss: EMITTER.id,
      sub: 'refund-agent',
      aud: ORIGIN,
      iat: NOW / 1_000 - 5,
      exp: NOW / 1_000 + 295,
      jti: `jti-${this.#messages}`,
      body_sha256: bodyDigest(body),
      session: 'session-1',
      seq: this.#messages,
      ...claims,
    });
    return { id: this.#nextId(), body, sentAt: NOW, receives: 1, queue: 'ingest', claim: jwt, ...over };
  }

  /** A message on the internal queue. */
  internal(body: object): QueueMessage {
    return { id: this.#nextId(), body: JSON.stringify(body), sentAt: NOW, receives: 1, queue: 'internal' };
  }

  /** The records of the table by index, checked to be gapless and readable. */
  records(): AuditRecord[] {
    const items = [...this.cloud.items.values()].filter(({ pk }) => pk.startsWith('E#'));
    const events = items.map((item) => unpackEvent(item, zlibCodec)).sort((a, b) => a.index - b.index);
    if (events.some(({ index }, position) => index !== position)) throw new Error('the log has a gap');
    if (this.cloud.head?.finalSize !== events.length) throw new Error('the table and the head differ');
    return events.map(({ leaf }) => parseLeaf(leaf));
  }

  /** Event ids in the log, those of governance events left out. */
  recordedIds(): string[] {
    return this.records()
      .filter(({ ingest }) => ingest.source !== 'internal')
      .map(({ event }) => event.event_id);
  }

  /** What the log says of refusals. */
  reports(): AuditRecord[] {
    return this.records().filter(({ event }) => event.event_type === 'EVENTS_REFUSED');
  }

  #nextId(): string {
    return `message-${this.#messages++}`;
  }
}

/** How a message departs from what it should be. */
interface Over extends Partial<QueueMessage> {
  claims?: Partial<Claim>;
}
