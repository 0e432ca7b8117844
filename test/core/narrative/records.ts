import type { AuditEvent } from '../../../core/event/event.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import type { Recorded } from '../../../core/narrative/entry.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { type Story, storyOf } from '../../../core/narrative/story.ts';
import { type Audience, Storyteller } from '../../../core/narrative/storyteller.ts';

/** English readers in Berlin, who may see personal fields. */
export const BERLIN: Audience = { messages: english, reader: { timeZone: 'Europe/Berlin' }, personal: true };

const AFTER_MS = 1_200;

/** Events as the log would hold them, recorded shortly after they occurred, in the order of the timeline. */
export function recordsOf(events: readonly AuditEvent[]): Recorded[] {
  return [...events]
    .sort((a, b) => a.occurred_at.localeCompare(b.occurred_at))
    .map((event, log_index) => recordOf(event, log_index));
}

/** One event as the log would hold it; `recordedAt` where it was handed in at another time. */
export function recordOf(event: AuditEvent, log_index: number, recordedAt?: string): Recorded {
  return {
    log_index,
    record: {
      record_version: '1.0.0',
      tenant_id: 'acme',
      recorded_at: recordedAt ?? new Date(Date.parse(event.occurred_at) + AFTER_MS).toISOString(),
      event,
      content_hash: 'sha256:',
      ingest: { source: 'sqs' },
      emitter: { id: 'emitter-1' },
      redactions: [],
      writer_version: '0.1.0',
    } as unknown as Recorded['record'],
  };
}

let minted = 0;

/** A valid event of `type`; throws where the schema refuses it, so that no test tells what could not be recorded. */
export function event(type: string, payload: object, more: object = {}): AuditEvent {
  const occurred_at = new Date(Date.parse('2026-11-24T09:30:00.000Z') + 1_000 * minted).toISOString();
  const written = {
    schema_version: '1.0.0',
    event_id: `019ab3c4-5d6e-7f80-9a1b-${String(minted++).padStart(12, '0')}`,
    event_type: type,
    occurred_at,
    agent: { id: 'refund-agent', version: '2.4.1' },
    task: { id: 'task-1' },
    ...(type === 'TASK_INITIATED' ? { initiator: { type: 'user', user_id: 'user-1' } } : {}),
    payload,
    ...more,
  };
  const parsed = parseEvent(JSON.parse(JSON.stringify(written))); // what is undefined is left out
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
}

/** The whole story of `taskId` among `events`; the tasks that it handed over are told inside it. */
export function tellWhole(taskId: string, events: readonly AuditEvent[], audience = BERLIN): Story {
  const own = events.filter(
    ({ event_type, task }) =>
      task?.id === taskId || (event_type === 'TASK_INITIATED' && task?.parent_id === taskId),
  );
  const teller = new Storyteller(taskId, audience);
  const entries = recordsOf(own).map((recorded) => teller.add(recorded));
  const children = entries.flatMap(({ sub_task_id }) => (sub_task_id === undefined ? [] : [sub_task_id]));
  const subTasks = new Map(children.map((child) => [child, tellWhole(child, events, audience)]));
  return storyOf(taskId, teller, entries, audience, { total: own.length, whole: true, subTasks });
}
