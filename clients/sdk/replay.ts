import type { Disclosure } from '../../core/event/commitment.ts';
import { mintEventId, timeOfEventId } from '../../core/event/ids.ts';
import { LIMITS } from '../../core/event/limits.ts';
import { parseEvent } from '../../core/event/parse.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { type OutgoingEvent, seal } from './outgoing.ts';

const MARGIN_MS = 24 * 3_600_000;

/** The label under which an event that had to get a new id names its old one. */
const REPLAY_OF = 'replay_of';

/** What was to be sent: an event, or one with what opens its commitments. */
interface Sent {
  event?: unknown;
  disclosures?: Disclosure[];
}

/**
 * `event`, or where it has lain on disk so long that the writer can no longer tell whether it has its id already: the
 * same with a new id, which names the old one. The time at which it happened stays.
 */
export function replayable(event: OutgoingEvent, clock: Clock, random: Random): OutgoingEvent {
  const now = clock.now();
  if (now - timeOfEventId(event.event_id) < LIMITS.idAge - MARGIN_MS) return event;
  const { event: committed, disclosures } = JSON.parse(event.json) as Sent;
  const parsed = parseEvent(committed ?? JSON.parse(event.json));
  if (!parsed.ok) return event; // the writer will say the same
  const labels = { ...parsed.event.labels, [REPLAY_OF]: event.event_id };
  return seal({ ...parsed.event, event_id: mintEventId(now, random), labels }, disclosures);
}
