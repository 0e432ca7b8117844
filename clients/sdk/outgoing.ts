import { sha256 } from '#crypto';
import { type DigestText, fromUtf8, toDigestText } from '../../core/encoding.ts';
import { canonicalBytes } from '../../core/event/canonical.ts';
import type { AuditEvent } from '../../core/event/event.ts';
import type { EventId } from '../../core/event/ids.ts';

/** An event that is ready to be sent. `json` is its RFC 8785 text, `content_hash` the digest of exactly those bytes. */
export interface OutgoingEvent {
  event_id: EventId;
  agent_id: string;
  content_hash: DigestText;
  json: string;
  /** UTF-8 bytes of `json`. */
  bytes: number;
}

/** Fixes the bytes of `event` and hashes them. */
export function seal(event: AuditEvent): OutgoingEvent {
  const bytes = canonicalBytes(event);
  return {
    event_id: event.event_id,
    agent_id: event.agent.id,
    content_hash: toDigestText(sha256(bytes)),
    json: fromUtf8(bytes),
    bytes: bytes.length,
  };
}
