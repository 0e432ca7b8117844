import { sha256 } from '#crypto';
import { type DigestText, fromUtf8, toDigestText } from '../../core/encoding.ts';
import { canonicalBytes } from '../../core/event/canonical.ts';
import type { Disclosure } from '../../core/event/commitment.ts';
import type { AuditEvent } from '../../core/event/event.ts';
import type { EventId } from '../../core/event/ids.ts';

/**
 * An event that is ready to be sent. `json` is its RFC 8785 text, or where it holds commitments of this sender that of
 * `{event, disclosures}`; `content_hash` is the digest of the event's own RFC 8785 bytes.
 */
export interface OutgoingEvent {
  event_id: EventId;
  agent_id: string;
  content_hash: DigestText;
  json: string;
  /** UTF-8 bytes of `json`. */
  bytes: number;
}

/** Fixes the bytes of `event` and hashes them; `disclosures` open its commitments and go with it. */
export function seal(event: AuditEvent, disclosures: readonly Disclosure[] = []): OutgoingEvent {
  const hashed = canonicalBytes(event);
  const bytes = disclosures.length === 0 ? hashed : canonicalBytes({ disclosures, event });
  return {
    event_id: event.event_id,
    agent_id: event.agent.id,
    content_hash: toDigestText(sha256(hashed)),
    json: fromUtf8(bytes),
    bytes: bytes.length,
  };
}
