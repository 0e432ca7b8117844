import { AuditError } from '../../core/errors.ts';
import { type EventEnvelope, SCHEMA_VERSION } from '../../core/event/envelope.ts';
import { type EventId, mintEventId } from '../../core/event/ids.ts';
import { LIMITS } from '../../core/event/limits.ts';
import { parseEvent } from '../../core/event/parse.ts';
import type { AgentEventType } from '../../core/event/payloads.ts';
import { commit } from '../../core/event/personal-data.ts';
import { type Refusal, refuse } from '../../core/event/refusal.ts';
import { formatTimestamp } from '../../core/event/time.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { redactEvent } from '../../core/redaction/redact.ts';
import type { RedactionRule } from '../../core/redaction/rules.ts';
import type { AgentInfo, EventContext, PayloadInput } from './inputs.ts';
import type { Outbox } from './outbox.ts';
import { type OutgoingEvent, seal } from './outgoing.ts';

/** What one event says, before it has an id and a time. */
export interface Draft<T extends AgentEventType> extends EventContext {
  event_type: T;
  payload: PayloadInput<T>;
  task?: EventEnvelope['task'];
  initiator?: EventEnvelope['initiator'];
}

interface RecorderTerms {
  agent: AgentInfo & { instance_id: string };
  clock: Clock;
  /** When what is recorded happens; of `clock` unless it is told afterwards. */
  happensAt: () => number;
  random: Random;
  outbox: Outbox;
  strict: boolean;
  redact: readonly RedactionRule[];
  personalData: readonly string[];
}

/** Gives drafts their id, time and hash, checks them against the writer's own schema and puts them into the outbox. */
export class Recorder {
  readonly #terms: RecorderTerms;

  constructor(terms: RecorderTerms) {
    this.#terms = terms;
  }

  /** The time that events get, in milliseconds since the Unix epoch. */
  now(): number {
    return this.#terms.happensAt();
  }

  /** The same recorder for another agent of this process, or for the same one under another name. */
  speakingFor(agent: AgentInfo | { name: string }): Recorder {
    const { instance_id } = this.#terms.agent;
    const other = 'id' in agent ? agent : { ...this.#terms.agent, ...agent };
    return new Recorder({
      ...this.#terms,
      agent: { ...other, instance_id: other.instance_id ?? instance_id },
    });
  }

  /** The same agent as another instance: events of one task are counted for each instance. */
  asNewInstance(): Recorder {
    return new Recorder({ ...this.#terms, agent: { ...this.#terms.agent, instance_id: this.mintId() } });
  }

  /**
   * A new id, for an event or for a pair of them. It is of now, also for what happened long ago: the writer tells by it
   * how far back it has to look for the same.
   */
  mintId(): EventId {
    return mintEventId(this.#terms.clock.now(), this.#terms.random);
  }

  /**
   * Records what `draft` says as happening now. In strict mode throws where the event does not fit the schema
   * (`invalid_request`), or where this or an earlier event can't be delivered (`unavailable`): then the agent must
   * not do what it announced. Otherwise never throws.
   */
  record<T extends AgentEventType>(draft: Draft<T>): EventId {
    const event_id = this.mintId();
    const event = {
      ...draft,
      schema_version: SCHEMA_VERSION,
      event_id,
      occurred_at: formatTimestamp(this.now()),
      agent: this.#terms.agent,
    };
    const sealed = this.#seal(event);
    if ('ok' in sealed) this.#refuse(sealed, event, event_id);
    else this.#emit(sealed);
    return event_id;
  }

  #seal(event: object): OutgoingEvent | Refusal {
    let parsed: ReturnType<typeof parseEvent>;
    try {
      parsed = parseEvent(event);
    } catch {
      return refuse(
        'schema_invalid',
        'the event: expected plain values, met one that throws when it is read',
      );
    }
    if (!parsed.ok) return parsed;
    const { redact, personalData, random } = this.#terms;
    const clean = redactEvent(parsed.event, redact).event;
    const { event: committed, disclosures } =
      personalData.length === 0 ? { event: clean, disclosures: [] } : commit(clean, personalData, random);
    const sealed = seal(committed, disclosures);
    return sealed.bytes > LIMITS.eventBytes ? refuse('event_too_large') : sealed;
  }

  #emit(event: OutgoingEvent): void {
    if (this.#terms.strict && !(this.#terms.outbox.healthy && this.#terms.outbox.accepts(event))) {
      throw new AuditError('unavailable', 'the audit trail does not take events at present');
    }
    this.#terms.outbox.put(event);
  }

  #refuse(refusal: Refusal, event: { event_type: string }, event_id: EventId): void {
    const message = `${event.event_type} does not fit the schema: ${refusal.detail}`;
    if (this.#terms.strict) throw new AuditError('invalid_request', message);
    const { code, detail } = refusal;
    this.#terms.outbox.reject({ code: 'refused', message, event_ids: [event_id] }, { code, detail }, event);
  }
}
