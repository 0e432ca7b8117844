import { eventKey } from '../index/keys.ts';
import type { PreparedEvent } from '../record/prepare.ts';
import { leafOf } from '../record/prepare.ts';
import { append, type Candidate } from '../sequencer/append.ts';
import { getAll } from '../sequencer/until-processed.ts';
import { packDisclosures } from './disclosures.ts';
import type { Intake } from './intake.ts';
import type { OpenMessage, QueueMessage } from './open-message.ts';

/** An event that passed, and where it came from. */
export interface Ready {
  message: QueueMessage;
  open: OpenMessage;
  position: number;
  element: unknown;
  prepared: PreparedEvent;
}

/** What the log made of some events. */
interface Outcome {
  recorded: number;
  duplicates: number;
  /** Their ids are taken by other content. */
  conflicts: Ready[];
}

/** The candidate that `prepared` is to the sequencer. */
export function candidateOf(prepared: PreparedEvent): Candidate {
  const { eventId, dedupeTag } = prepared;
  return { eventId, dedupeTag, leaf: (recordedAt) => leafOf(prepared, recordedAt) };
}

/** Appends the events to the log, their disclosures durable before. When it throws, all may be given again. */
export async function recordEvents(
  events: readonly Ready[],
  deadline: number,
  intake: Intake,
): Promise<Outcome> {
  const disclosures = await storeDisclosures(events, deadline, intake);
  const terms = {
    policyVersion: intake.policyVersion,
    deadline,
    ...(disclosures !== undefined && { disclosures }),
  };
  const candidates = events.map(({ prepared }) => candidateOf(prepared));
  const verdicts = await append(candidates, terms, intake.log);
  const withOutcome = (wanted: string) =>
    events.filter((_, position) => verdicts[position]?.outcome === wanted);
  return {
    recorded: withOutcome('recorded').length,
    duplicates: withOutcome('duplicate').length,
    conflicts: withOutcome('conflict'),
  };
}

/**
 * Stores what opens the events' commitments, and returns its name. Events that the log has already are left out: their
 * disclosures lie with their own batch, and a second copy that nothing points to would outlive an erasure.
 */
async function storeDisclosures(
  events: readonly Ready[],
  deadline: number,
  { log }: Intake,
): Promise<string | undefined> {
  const byId = new Map<string, PreparedEvent>();
  for (const { prepared } of events) {
    if (!byId.has(prepared.eventId)) byId.set(prepared.eventId, prepared); // of two with one id the first is recorded
  }
  for (const [id, { disclosures }] of byId) if (disclosures.length === 0) byId.delete(id);
  const patience = { clock: log.clock, random: log.random, deadline };
  const known = await getAll(log.table, [...byId.keys()].map(eventKey), patience);
  for (const { sk } of known) byId.delete(sk);
  if (byId.size === 0) return undefined;
  const lines = [...byId.values()].map(({ eventId, disclosures }) => ({ event_id: eventId, disclosures }));
  const { key, bytes } = packDisclosures(lines, log.codec);
  await log.work.write(key, bytes);
  return key;
}
