import { sha256 } from '#crypto';
import { utf8 } from '../encoding.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import type { EventOf } from '../event/event.ts';
import { mintEventId } from '../event/ids.ts';
import type { RefusalCode } from '../event/refusal.ts';
import { formatTimestamp } from '../event/time.ts';
import type { QuarantineEntry } from './quarantine.ts';

const MAX_LISTED = 20;

/**
 * The event that says in the log what a batch was refused. Id, time and content follow from the refusals alone: who
 * reports the same ones again makes the same event, which the log knows.
 */
export function refusalEvent(
  entries: readonly [QuarantineEntry, ...QuarantineEntry[]],
  writerVersion: string,
): EventOf<'EVENTS_REFUSED'> {
  const sorted = [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
  const at = Math.max(...entries.map(({ receivedAt }) => receivedAt));
  const digest = sha256(utf8(sorted.map(({ id, code }) => `${id} ${code}\n`).join('')));
  return {
    schema_version: SCHEMA_VERSION,
    event_id: mintEventId(at, { octets: (length) => digest.slice(0, length) }),
    event_type: 'EVENTS_REFUSED',
    occurred_at: formatTimestamp(at),
    agent: { id: SELF_AGENT_ID, version: writerVersion },
    payload: {
      actor: { type: 'system', id: SELF_AGENT_ID },
      target: { type: 'quarantine', count: entries.length },
      after: { quarantine_ids: sorted.slice(0, MAX_LISTED).map(({ id }) => id) },
      refused: entries.length,
      reasons: countCodes(sorted),
    },
  };
}

/** How many entries have each code. */
export function countCodes(
  entries: readonly Pick<QuarantineEntry, 'code'>[],
): Partial<Record<RefusalCode, number>> {
  const counts: Partial<Record<RefusalCode, number>> = {};
  for (const { code } of entries) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
