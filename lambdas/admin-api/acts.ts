import { SCHEMA_VERSION, SELF_AGENT_ID } from '../../core/event/envelope.ts';
import type { PayloadOf } from '../../core/event/event.ts';
import { mintEventId } from '../../core/event/ids.ts';
import { formatTimestamp } from '../../core/event/time.ts';
import type { Unrecorded } from '../../core/identity/registry.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { ApiRequest } from '../shared/http/request.ts';

type ActType = 'TOKEN_ISSUED' | 'TOKEN_REVOKED' | 'EMITTER_REGISTERED' | 'EMITTER_REMOVED';

/** What is done, to what; who does it and by which request is known from the request. */
type Act<T extends ActType> = Omit<PayloadOf<T>, 'actor' | 'request_id'>;

/** Sends to the internal queue: every body is in it when this returns. */
export interface Outbox {
  send(bodies: readonly string[]): Promise<void>;
}

const EMITTER_ID = 'admin-api';
const VERSION = '0.1.0';

/**
 * Makes every administrative act a record of the tenant's own log. Item and queue can't be written in one transaction,
 * so the order is: one conditional write with the act and its event (`unrecorded`), then the event into the queue, then
 * the mark away, and only then is the act reported. A crash or an outage after the write leaves the mark, and the next
 * request of any kind sends what it says; the event's id is in it, so the log takes it once. What is granted is not in
 * force while its mark stands, and what is revoked is revoked at once: in no state does a grant work that the log will
 * not hear of, and no failure keeps a token alive that was to be revoked.
 */
export class Acts {
  readonly #outbox: Outbox;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #random: Random;

  constructor(outbox: Outbox, clock: Pick<Clock, 'now'>, random: Random) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#random = random;
  }

  /** The mark of an act: JSON of its governance event. */
  mark<T extends ActType>(
    type: T,
    act: Act<T>,
    { caller, requestId }: Pick<ApiRequest, 'caller' | 'requestId'>,
  ): string {
    const now = this.#clock.now();
    const event = {
      schema_version: SCHEMA_VERSION,
      event_id: mintEventId(now, this.#random),
      event_type: type,
      occurred_at: formatTimestamp(now),
      agent: { id: SELF_AGENT_ID, version: VERSION },
      payload: { actor: { type: caller.kind, id: caller.id }, ...act, request_id: requestId },
    };
    return JSON.stringify(event);
  }

  /** Puts the event of a mark into the queue, then takes the mark away. Throws `unavailable`; the mark stays then. */
  async record(unrecorded: string, clear: (unrecorded: string) => Promise<void>): Promise<void> {
    const events: unknown[] = [JSON.parse(unrecorded)];
    await this.#outbox.send([JSON.stringify({ source: 'internal', emitter: { id: EMITTER_ID }, events })]);
    await clear(unrecorded);
  }

  /** Catches up on acts whose events are not known to be in the queue. */
  async settle<E extends Unrecorded>(
    entries: readonly E[],
    clear: (entry: E, unrecorded: string) => Promise<void>,
  ): Promise<void> {
    for (const entry of entries) {
      if (entry.unrecorded !== undefined)
        await this.record(entry.unrecorded, (unrecorded) => clear(entry, unrecorded));
    }
  }
}
