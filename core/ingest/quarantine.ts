import { sha256 } from '#crypto';
import { type DigestText, toDigestText, toHex, utf8 } from '../encoding.ts';
import type { Refusal, RefusalCode } from '../event/refusal.ts';
import type { IngestSource } from '../record/record.ts';
import type { RefusedAtDoor } from './internal-message.ts';
import type { ClosedMessage, OpenMessage, QueueMessage } from './open-message.ts';
import { factsOf, type RefusedFacts } from './sent-event.ts';

/** Something that was refused, and why. Times are milliseconds since the Unix epoch. */
export interface QuarantineEntry extends RefusedFacts {
  /** 32 hex digits; follows from message and position, so that a redelivery is the same entry. */
  id: string;
  code: RefusalCode;
  detail: string;
  source: IngestSource;
  /** The sender, where it was verified. */
  emitterId?: string;
  receivedAt: number;
  refusedAt: number;
  /** What was refused, where claim and tenant were verified. */
  body?: Uint8Array;
}

/** Where refused events are kept, and found by event id and content hash. */
export interface Quarantine {
  /** Durable, body and look-ups included, when it returns. False where this refusal is known and was reported. */
  add(entry: QuarantineEntry): Promise<boolean>;
  /** These refusals are in the log now: adding them again reports nothing. */
  markReported(entries: readonly QuarantineEntry[]): Promise<void>;
}

/** The entry for a message that is refused as a whole. Nothing of it is kept unless its sender was verified. */
export function refusedMessage(
  message: QueueMessage,
  { refusal, source, emitterId }: ClosedMessage,
  now: number,
): QuarantineEntry {
  const bytes = utf8(message.body);
  const trusted = emitterId !== undefined || message.queue === 'internal';
  return {
    ...common(message, 'message', refusal, now),
    source,
    digest: toDigestText(sha256(bytes)),
    bytes: bytes.length,
    ...(emitterId !== undefined && { emitterId }),
    ...(trusted && { body: bytes }),
  };
}

/** The entry for one element of a message. What names another tenant may be another tenant's: it is not kept. */
export function refusedEvent(
  message: QueueMessage,
  { source, emitter }: OpenMessage,
  position: number,
  element: unknown,
  refusal: Refusal,
  now: number,
): QuarantineEntry {
  const { text, ...facts } = factsOf(element);
  return {
    ...common(message, `event ${position}`, refusal, now),
    ...facts,
    source,
    emitterId: emitter.id,
    ...(refusal.code !== 'tenant_mismatch' && { body: utf8(text) }),
  };
}

/** The entry for what one of our own functions refused at the door. */
export function refusedEarlier(
  message: QueueMessage,
  open: OpenMessage,
  position: number,
  { sent, code, detail, digest, bytes }: RefusedAtDoor,
  now: number,
): QuarantineEntry {
  const refusal: Refusal = { ok: false, code, detail };
  if (sent !== undefined)
    return refusedEvent(message, open, open.events.length + position, sent, refusal, now);
  return {
    ...common(message, `event ${open.events.length + position}`, refusal, now),
    digest: digest as DigestText,
    bytes,
    source: open.source,
    emitterId: open.emitter.id,
  };
}

function common({ id, sentAt }: QueueMessage, part: string, { code, detail }: Refusal, now: number) {
  const entryId = toHex(sha256(utf8(`${id}\n${part}`))).slice(0, 32);
  return { id: entryId, code, detail, receivedAt: sentAt, refusedAt: now };
}
