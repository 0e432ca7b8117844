import type { AuditEvent } from '../event/event.ts';
import { discloseRecord } from '../record/disclosed.ts';
import { type Completeness, judge } from './completeness.ts';
import { durationPhrase } from './duration.ts';
import type { Recorded, StoryEntry } from './entry.ts';
import { Ledger, type LedgerState } from './ledger.ts';
import type { Messages } from './messages/en.ts';
import { inWords, type Phrase, value } from './phrase.ts';
import { Summary } from './summary.ts';
import { isKnown, tell } from './tell.ts';
import { signOff } from './tell-human.ts';
import type { Reader } from './time.ts';
import { type Context, fact, moment } from './told.ts';

/** For whom a story is told. */
export interface Audience {
  messages: Messages;
  reader: Reader;
  /** Whether the reader may see personal fields: what is withheld from one who may was erased. */
  personal: boolean;
}

/** An event that was handed in later than this was not sent as it happened. */
export const LATE_MS = 5 * 60_000;

/**
 * Tells a task, record by record, in the order of the story (by time of occurring, then by index). Pure: the same
 * records give the same story. A page goes on from the ledger that the page before handed on.
 */
export class Storyteller {
  readonly ledger: Ledger;
  readonly summary = new Summary();
  readonly #context: Context;
  readonly #audience: Audience;

  constructor(taskId: string, audience: Audience, state?: LedgerState) {
    this.ledger = new Ledger(state);
    this.#audience = audience;
    const { messages, reader, personal } = audience;
    const { ledger } = this;
    this.#context = {
      messages,
      reader,
      withheld: personal ? messages.withheld.erased : messages.withheld.permission,
      taskId,
      call: (callId) => ledger.call(callId),
      decision: (id) => (ledger.knows(id) ? (ledger.decision(id) ?? messages.earlierDecision) : undefined),
      askedAt: (callId) => ledger.askedAt(callId),
      pausedAt: () => ledger.paused,
    };
  }

  /** Tells the next record. */
  add(recorded: Recorded): StoryEntry {
    const { record, disclosures = [], log_index, erased } = recorded;
    const { event } = discloseRecord(record, disclosures);
    const own = event.task?.id === this.#context.taskId && isKnown(event);
    if (own) this.ledger.before(event);
    const { facts = [], body = [], options = [], ...told } = tell(event, this.#context);
    const late = Date.parse(record.recorded_at) - Date.parse(event.occurred_at);
    const isLate = late > LATE_MS;
    if (own) {
      this.ledger.after(event, decisionOf(event, this.#context));
      this.summary.add(recorded, event, isLate, told.text, this.#context);
    }
    if (event.event_type === 'REVIEW_RECORDED' && isKnown(event))
      this.summary.reviews.push(signOff(event, this.#context));
    return {
      log_index,
      event_id: event.event_id,
      event_type: event.event_type,
      occurred_at: event.occurred_at,
      recorded_at: record.recorded_at,
      ...(isLate ? { late } : {}),
      ...told,
      body,
      options,
      facts: [
        ...facts,
        isLate ? this.#lateFact(late, record.recorded_at) : undefined,
        erased && this.#erasedFact(erased),
      ].filter((there) => there !== undefined),
    };
  }

  /** What the records say of themselves so far, or, where they were all told, for good. */
  completeness(seen: { whole: boolean; refused?: number | undefined }): Completeness {
    return judge(this.ledger, seen, this.#audience.messages);
  }

  #erasedFact({ erased_at, erased_by, request }: NonNullable<Recorded['erased']>) {
    const { messages } = this.#audience;
    const by = value(`${erased_by.type} ${erased_by.id}`);
    return fact(
      messages.label.erased,
      messages.erasedOn(moment(erased_at, this.#context), by, value(request)),
    );
  }

  #lateFact(late: number, recordedAt: string) {
    const { messages } = this.#audience;
    return fact(
      messages.label.late,
      messages.recordedLate(durationPhrase(late, messages), moment(recordedAt, this.#context)),
    );
  }
}

function decisionOf(event: AuditEvent, { withheld }: Context): Phrase {
  return event.event_type === 'DECISION_POINT' ? inWords(event.payload.selected_action, withheld) : [];
}
