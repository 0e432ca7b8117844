import { z } from 'zod';
import { type AuditEvent, userIdOf } from '../event/event.ts';
import { short, timestamp } from '../event/values.ts';
import type { Unrecorded } from '../identity/registry.ts';
import { postingPartition } from '../index/keys.ts';
import { type Selection, select } from '../query/filter.ts';

/** What a hold keeps; everything that is given must hold, and there is something. `from` is inclusive, `to` exclusive. */
export const holdFilterSchema = z
  .strictObject({
    task_id: short().optional(),
    agent_id: short().optional(),
    user_id: short().optional(),
    subject: z
      .strictObject({ type: short(), id: short() })
      .optional()
      .meta({ description: 'Whom the data is about; the id is kept as a keyed pseudonym.' }),
    from: timestamp().optional().meta({ description: 'What occurred at this time or later.' }),
    to: timestamp().optional().meta({ description: 'What occurred before this time.' }),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
    error: 'expected a task, an agent, a user, a subject, or a time: a hold on everything is no hold',
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    error: 'expected a time after "from"',
  });
export type HoldFilter = z.output<typeof holdFilterSchema>;

/** Up to which index (exclusive) S3's own legal hold stands on the objects with matches. */
export interface Secured {
  batches: number;
  files: number;
}

/** A legal hold. Times are milliseconds since the Unix epoch; a subject's id is its pseudonym. */
export interface LegalHold extends Unrecorded {
  holdId: string;
  filter: HoldFilter;
  reason: string;
  /** It ends by itself then. */
  until?: number;
  placedAt: number;
  placedBy: { type: string; id: string };
  release?: { at: number; by: { type: string; id: string }; reason: string };
  secured: Secured;
}

/** The holds of one tenant. */
export interface HoldRegistry {
  /** All that were ever placed. Strongly consistent. */
  list(): Promise<LegalHold[]>;
  get(holdId: string): Promise<LegalHold | undefined>;
  /** Durable when it returns. */
  add(hold: LegalHold): Promise<void>;
  /** Marks it released; false where it was released before. */
  release(holdId: string, release: NonNullable<LegalHold['release']>, unrecorded: string): Promise<boolean>;
  /** Takes the mark away, if it still is this one. */
  recorded(holdId: string, unrecorded: string): Promise<void>;
  /** What stands under S3's own legal hold for it by now. */
  secured(holdId: string, secured: Secured): Promise<void>;
}

/**
 * Whether the hold keeps anything now. It does from the moment that it is placed, whether its record is on its way or not; and
 * until its release is.
 */
export function isInForce({ until, release, unrecorded }: LegalHold, now: number): boolean {
  if (until !== undefined && until <= now) return false;
  return release === undefined || unrecorded !== undefined;
}

/** Whether the filter of a hold takes this event in. */
function matches({ task_id, agent_id, user_id, subject, from, to }: HoldFilter, event: AuditEvent): boolean {
  return (
    (task_id === undefined || event.task?.id === task_id) &&
    (agent_id === undefined || event.agent.id === agent_id) &&
    (user_id === undefined || userIdOf(event) === user_id) &&
    (subject === undefined ||
      (event.subjects ?? []).some(({ type, id }) => type === subject.type && id === subject.id)) &&
    (from === undefined || event.occurred_at >= from) &&
    (to === undefined || event.occurred_at < to)
  );
}

/** The hold that keeps the event, if one does. */
export function heldBy(event: AuditEvent, holds: readonly LegalHold[]): string | undefined {
  return holds.find(({ filter }) => matches(filter, event))?.holdId;
}

/** The filter, made ready for the index. */
export function selectHeld({ subject, ...filter }: HoldFilter, indexKey: Uint8Array): Selection {
  const selection = select({ ...filter, category: 'all' }, indexKey);
  if (!subject) return { ...selection, unbounded: false };
  const ofSubject = [postingPartition(indexKey, 'subject', subject.id)];
  const lists = selection.namesId ? [...selection.lists, ofSubject] : [ofSubject];
  return { ...selection, lists, namesId: true, typesSettled: true, unbounded: false, counted: undefined };
}
