import { sha256 } from '#crypto';
import { type DigestText, toDigestText, utf8 } from '../encoding.ts';
import { contentHash } from '../event/canonical.ts';
import { type EventId, eventIdSchema } from '../event/ids.ts';
import { checkValue } from '../event/json.ts';
import type { SentEvent } from '../record/prepare.ts';

/** Events that one request or one message may hold. */
export const MAX_EVENTS = 500;

/**
 * Limits of a text that holds events, beyond its length. They are wider than those of one event, so that an event
 * that is too deep or too large is refused alone and not with its neighbours; each event is judged by its own.
 */
export const ENVELOPE_LIMITS = { depth: 512, keys: 500_000 } as const;

/** An element of `events[]`: an event, or `{event, disclosures}` from a sender that commits. */
export function asSentEvent(element: unknown): SentEvent {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return { event: element };
  const names = Object.keys(element);
  const wrapped =
    names.includes('event') && names.every((name) => name === 'event' || name === 'disclosures');
  return wrapped ? (element as SentEvent) : { event: element };
}

/** The tenant that a sender named, whatever else is wrong with the event. */
export function namedTenant({ event }: SentEvent): unknown {
  return typeof event === 'object' && event !== null ? Reflect.get(event, 'tenant_id') : undefined;
}

/** What may be said of something that was refused: how long it was, what it hashes to, what it is called. */
export interface RefusedFacts {
  /** SHA-256 over the text below. */
  digest: DigestText;
  /** UTF-8 bytes of the JSON text. */
  bytes: number;
  eventId?: EventId;
  /** Over the event as sent, where it can be hashed at all. */
  contentHash?: DigestText;
}

/** The JSON text of an element, and the facts about it. */
export function factsOf(element: unknown): RefusedFacts & { text: string } {
  const text = JSON.stringify(element) ?? 'null';
  const bytes = utf8(text);
  const { event } = asSentEvent(element);
  const id = eventIdSchema.safeParse(
    typeof event === 'object' && event !== null ? Reflect.get(event, 'event_id') : undefined,
  );
  const hashable = typeof event === 'object' && event !== null && checkValue(event) === undefined;
  return {
    text,
    digest: toDigestText(sha256(bytes)),
    bytes: bytes.length,
    ...(id.success && { eventId: id.data }),
    ...(hashable && { contentHash: contentHash(event) }),
  };
}
