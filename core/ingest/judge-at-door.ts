import type { TenantId } from '../event/ids.ts';
import type { Clock, Random } from '../ports.ts';
import type { IngestTerms } from '../record/prepare.ts';
import {
  type InternalDelivery,
  internalMessages,
  type RefusedAtDoor,
  refusedAtDoor,
} from './internal-message.ts';
import { judgeEvent } from './judge-event.ts';

/**
 * Functions behind HTTPS know neither the tenant's keys nor its policy. They change what is recorded and not what is
 * accepted, but for an event at the very edge of a record's length, which the writer then refuses. So only the verdict and
 * the hash of what was sent are used of what is prepared with these.
 */
export const WITHOUT_SECRETS = {
  source: 'https',
  personalData: [],
  pseudonymKey: new Uint8Array(32),
  dedupeKey: new Uint8Array(32),
  writerVersion: 'none',
} as const satisfies Partial<IngestTerms>;

/** What a sender hears; `content_hash` is over the event as sent, and a receipt can be asked for by it. */
export interface SentVerdict {
  accepted: { event_id: string; content_hash: string }[];
  rejected: { index: number; code: string; detail: string }[];
}

/** What becomes of elements of `events[]` that came over HTTPS. */
export interface AtDoor {
  verdict: SentVerdict;
  events: unknown[];
  refused: RefusedAtDoor[];
}

/** Judges each element as the writer will: what is refused here would be refused there. */
export function judgeAtDoor(
  elements: readonly unknown[],
  { tenantId, emitter, clock, random }: DoorTerms,
): AtDoor {
  const terms = { ...WITHOUT_SECRETS, tenantId, emitter, now: clock.now(), random };
  const judged: AtDoor = { verdict: { accepted: [], rejected: [] }, events: [], refused: [] };
  for (const [index, element] of elements.entries()) {
    const result = judgeEvent(element, terms);
    if (result.ok) {
      const { eventId, sourceHash } = result.prepared;
      judged.events.push(element);
      judged.verdict.accepted.push({ event_id: eventId, content_hash: sourceHash });
    } else {
      const { code, detail } = result;
      judged.refused.push(refusedAtDoor(element, result));
      judged.verdict.rejected.push({ index, code, detail });
    }
  }
  return judged;
}

/** Who sends, and to whom. */
export interface DoorTerms {
  tenantId: TenantId;
  /** Who was verified to have sent the events. */
  emitter: InternalDelivery['emitter'];
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** The bodies that carry to the writer what `judgeAtDoor` found. */
export function fromDoor(
  { events, refused }: Partial<AtDoor>,
  { emitter }: Pick<DoorTerms, 'emitter'>,
): string[] {
  return internalMessages({ source: 'https', emitter, events: events ?? [], ...(refused && { refused }) });
}
