import type { AuditEvent, EventOf } from '../event/event.ts';
import type { AgentEventType } from '../event/payloads.ts';
import type { Fact, StoryEntry } from './entry.ts';
import type { Messages } from './messages/en.ts';
import { inWords, type Phrase, value } from './phrase.ts';
import { formatMoment, type Reader } from './time.ts';

/** What an event says in the story, besides its id and times. */
export type Told = Pick<StoryEntry, 'tone' | 'text'> &
  Partial<Pick<StoryEntry, 'body' | 'options' | 'sub_task_id'>> & { facts?: (Fact | undefined)[] };

/** A call that was announced, as far as later events refer to it. */
export interface KnownCall {
  tool: string;
  decisionId?: string | undefined;
}

/** What the events before this one leave to know. */
export interface Context {
  messages: Messages;
  reader: Reader;
  /** What is shown in the place of a value that is not there. */
  withheld: string;
  taskId: string;
  call(callId: string | undefined): KnownCall | undefined;
  /** What was decided, by the event's own id or by the `decision_id` that it gave itself. */
  decision(id: string | undefined): Phrase | undefined;
  /** When the question to a person under this call id was put, and the task paused; milliseconds. */
  askedAt(callId: string | undefined): number | undefined;
  pausedAt(): number | undefined;
}

/** Tells the events of one type. */
export type Teller<T extends AgentEventType> = (event: EventOf<T>, context: Context) => Told;

/** `label: value`, undefined where there is no value. */
export function fact(label: string, given: Phrase | undefined): Fact | undefined {
  return given && given.length > 0 ? { label, value: given } : undefined;
}

/** A value of an event in words, undefined where it is not there. */
export function words(given: unknown, { withheld }: Pick<Context, 'withheld'>): Phrase | undefined {
  return given === undefined ? undefined : inWords(given, withheld);
}

/** An id or a name, undefined where it is not there. */
export function name(given: string | undefined): Phrase | undefined {
  return given === undefined ? undefined : value(given);
}

/** A time of an event, as the reader wants it. */
export function moment(iso: string, { reader, messages }: Pick<Context, 'reader' | 'messages'>): Phrase {
  return [formatMoment(iso, reader, messages.locale)];
}

/** Who acts in an event, with the version: `refund-agent 2.4.1`. */
export function agentName({ agent }: Pick<AuditEvent, 'agent'>): Phrase {
  return value(agent.version === undefined ? agent.id : `${agent.id} ${agent.version}`);
}
