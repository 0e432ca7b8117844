import type { AuditEvent } from '../event/event.ts';
import { eventKey } from '../index/keys.ts';
import { backOff, getAll } from '../sequencer/until-processed.ts';
import type { Keeper } from './keeper.ts';

const SERVICE = 'apply-retention';

/** Whether the log has the event, final: it is put into the queue, and waited for as long as there is time. */
export async function isRecorded(event: AuditEvent, keeper: Keeper, deadline: number): Promise<boolean> {
  const { table, clock, random, heads } = keeper;
  const patience = { clock, random, deadline };
  for (let attempt = 0; ; attempt++) {
    const [item] = await getAll(table, [eventKey(event.event_id)], patience);
    const final = item && Number(item['i']) < ((await heads.read())?.finalSize ?? 0);
    if (final) return true;
    if (attempt === 0) await keeper.outbox.send([messageOf(event)]);
    try {
      await backOff(attempt, patience);
    } catch {
      return false;
    }
  }
}

function messageOf(event: AuditEvent): string {
  return JSON.stringify({ source: 'internal', emitter: { id: SERVICE }, events: [event] });
}
