import { sha256 } from '#crypto';
import { utf8 } from '../../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';
import {
  type AuditEvent,
  type EventType,
  GOVERNANCE_EVENT_TYPES,
  isGovernanceType,
} from '../../../core/event/event.ts';
import { type EventId, mintEventId } from '../../../core/event/ids.ts';
import { deriveTenantKeys, hashTag } from '../../../core/index/tenant-keys.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { exampleOf } from '../event/examples.ts';

const START = Date.parse('2026-11-24T03:20:00.000Z');
const TYPES: readonly EventType[] = [
  'TASK_INITIATED',
  'TOOL_CALLED',
  'DECISION_POINT',
  'TASK_COMPLETED',
  ...GOVERNANCE_EVENT_TYPES.slice(0, 2),
];

/** What a test knows of an event that it put into the log. */
export interface Known {
  index: number;
  eventId: EventId;
  eventType: EventType;
  occurredAt: number;
  agentId: string;
  userId: string | undefined;
  taskId: string | undefined;
  contentHash: string;
}

/** A log in memory that is filled by the real writer, and a plain list of what is in it to compare with. */
export class FilledLog {
  readonly cloud: MemoryCloud;
  readonly random: SeededRandom;
  readonly known: Known[] = [];
  readonly log: Log;
  readonly reader: LogReader;
  now = START;
  /** What the events that are made up are of. */
  types: readonly EventType[] = TYPES;
  tasks = 12;
  /** How often an event is lost on its way in: 0 makes events without numbers. `lost` holds their numbers, by task. */
  loss = 0;
  readonly lost = new Map<string, number[]>();
  readonly #next = new Map<string, number>();
  /** When they occurred: milliseconds, and how far apart at most. */
  earliest = START - 3_600_000;
  span = 5 * 3_600_000;

  private constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.cloud = new MemoryCloud(this.random.octets(32));
    const keys = deriveTenantKeys('a secret of thirty-two characters or more');
    const clock = { now: () => this.now, sleep: async () => {} };
    const ports = {
      keys,
      heads: this.cloud.heads(),
      table: this.cloud.table(),
      archive: this.cloud.archive(),
      work: this.cloud.workStore(),
      codec: zlibCodec,
      clock,
      random: this.random,
    };
    this.reader = ports;
    this.log = {
      ...ports,
      tenant: 'acme',
      origin: 'audit.example.com/acme/00000001',
      lockDays: { batches: 30, tiles: 60 },
      signers: [this.cloud.signer()],
      announcer: this.cloud.announcer(),
    };
  }

  static async open(seed: number): Promise<FilledLog> {
    const filled = new FilledLog(seed);
    await openLog(filled.log);
    return filled;
  }

  get verifierKey(): string {
    return this.cloud.head?.verifierKey ?? '';
  }

  /** Appends batches of random events, spread over some hours so that hours are shared between batches. */
  async append(batches: number, largest: number): Promise<void> {
    for (let batch = 0; batch < batches; batch++) await this.appendBatch(1 + this.random.below(largest));
  }

  async appendBatch(count: number, disclosures?: string): Promise<void> {
    const drafts = Array.from({ length: count }, () => this.#draft());
    const candidates = drafts.map(({ event, known }) => ({
      eventId: known.eventId,
      dedupeTag: hashTag(this.log.keys.dedupe, known.contentHash),
      leaf: (recordedAt: number) => leafOf(event, known.contentHash, recordedAt),
    }));
    const terms = { policyVersion: 1, deadline: this.now + 60_000, ...(disclosures && { disclosures }) };
    const verdicts = await append(candidates, terms, this.log);
    for (const [position, verdict] of verdicts.entries()) {
      const draft = drafts[position];
      if (verdict.outcome === 'recorded' && draft) this.known.push({ ...draft.known, index: verdict.index });
    }
    this.now += 1_000 + this.random.below(60_000);
  }

  /** Appends these events as one batch, as they are. */
  async appendEvents(events: readonly AuditEvent[]): Promise<void> {
    const candidates = events.map((event) => {
      const hash = contentHash(event);
      return {
        eventId: event.event_id,
        dedupeTag: hashTag(this.log.keys.dedupe, hash),
        leaf: (recordedAt: number) => leafOf(event, hash, recordedAt),
      };
    });
    await append(candidates, { policyVersion: 1, deadline: this.now + 60_000 }, this.log);
    this.now += 1_000;
  }

  #draft() {
    const occurredAt = this.earliest + this.random.below(this.span);
    const eventType = this.#pick(this.types);
    const governance = isGovernanceType(eventType);
    const agentId = governance ? 'agent-audit-trail' : this.#pick(['refunds', 'bookings', 'triage']);
    const userId = this.random.chance(0.6) ? this.#pick(['ann', 'ben', 'cleo']) : undefined;
    const taskId = governance ? undefined : `task-${this.random.below(this.tasks)}`;
    const eventId = mintEventId(this.now, this.random);
    const event = {
      schema_version: '1.0.0',
      event_id: eventId,
      event_type: eventType,
      occurred_at: new Date(occurredAt).toISOString(),
      agent: { id: agentId, version: '1' },
      ...(taskId === undefined ? {} : { task: { id: taskId, ...this.#seq(taskId, agentId) } }),
      ...(governance ? {} : initiatorOf(eventType, userId)),
      payload: payloadOf(eventType, userId),
    };
    const known = { index: -1, eventId, eventType, occurredAt, agentId, userId, taskId };
    return { event, known: { ...known, contentHash: contentHash(event) } };
  }

  /** The number of an event of an agent in a task, after those of events that never came. */
  #seq(taskId: string, agentId: string): { seq?: number } {
    if (this.loss === 0) return {};
    const counter = `${taskId} ${agentId}`;
    let seq = this.#next.get(counter) ?? 0;
    while (this.random.chance(this.loss)) this.lost.set(taskId, [...(this.lost.get(taskId) ?? []), seq++]);
    this.#next.set(counter, seq + 1);
    return { seq };
  }

  #pick<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const value = values[this.random.below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }
}

function initiatorOf(type: EventType, userId: string | undefined): object {
  if (userId !== undefined) return { initiator: { type: 'user', user_id: userId } };
  return type === 'TASK_INITIATED' ? { initiator: { type: 'schedule' } } : {};
}

/** A payload as the schema has it; the user of a governance event is its actor. */
function payloadOf(type: EventType, userId: string | undefined): object {
  const payload = exampleOf(type)['payload'] as object;
  if (!isGovernanceType(type)) return payload;
  const actor = userId === undefined ? { type: 'token', id: 'token-1' } : { type: 'user', id: userId };
  return { ...payload, actor };
}

function leafOf(event: object, hash: string, recordedAt: number): Uint8Array {
  return canonicalBytes({
    record_version: '1.0.0',
    tenant_id: 'acme',
    recorded_at: new Date(recordedAt).toISOString(),
    event,
    content_hash: hash,
    ingest: { source: 'internal' },
    emitter: { id: 'emitter-1' },
    redactions: [],
    writer_version: '0.0.0',
  });
}

/** A digest that no event has. */
export function strangeDigest(text: string): string {
  return `sha256:${Buffer.from(sha256(utf8(text))).toString('hex')}`;
}
