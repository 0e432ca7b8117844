import type { AuditEvent } from '../event/event.ts';
import { eventKey } from '../index/keys.ts';
import { backOff, getAll, type Patience } from '../sequencer/until-processed.ts';
import type { Keeper } from './keeper.ts';

const SERVICE = 'apply-retention';

/** Whether the log has the event, final: it is put into the queue, and waited for as long as there is time. */
export async function isRecorded(event: AuditEvent, keeper: Keeper, deadline: number): Promise<boolean> {
  const patience = { clock: keeper.clock, random: keeper.random, deadline };
  for (let attempt = 0; !(await isFinal(event, keeper, patience)); attempt++) {
    if (attempt === 0) await keeper.outbox.send([messageOf(event)]);
    try {
      await backOff(attempt, patience);
    } catch {
      return false;
    }
  }
  return true;
}

async function isFinal(event: AuditEvent, { table, heads }: Keeper, patience: Patience): Promise<boolean> {
  const [item] = await getAll(table, [eventKey(event.event_id)], patience);
  return item !== undefined && Number(item['i']) < ((await heads.read())?.finalSize ?? 0);
}

function messageOf(event: AuditEvent): string {
  return JSON.stringify({ source: 'internal', emitter: { id: SERVICE }, events: [event] });
}
