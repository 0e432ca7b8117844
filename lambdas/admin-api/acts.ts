import type { PayloadOf } from '../../core/event/event.ts';
import { type GovernanceTerms, governanceEvent } from '../../core/event/governance-event.ts';
import type { Unrecorded } from '../../core/identity/registry.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { ApiRequest } from '../shared/http/request.ts';
import { type Outbox, ownEvents, PRODUCT_VERSION } from '../shared/internal-queue.ts';

type ActType =
  | 'TOKEN_ISSUED'
  | 'TOKEN_REVOKED'
  | 'EMITTER_REGISTERED'
  | 'EMITTER_REMOVED'
  | 'EXPORT_DOWNLOADED'
  | 'RETENTION_POLICY_CHANGED'
  | 'LEGAL_HOLD_PLACED'
  | 'LEGAL_HOLD_RELEASED'
  | 'WEBHOOK_CHANGED';

/** What is done, to what; who does it and by which request is known from the request. */
type Act<T extends ActType> = Omit<PayloadOf<T>, 'actor' | 'request_id'>;

const EMITTER_ID = 'admin-api';

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
  readonly #terms: GovernanceTerms;

  constructor(outbox: Outbox, clock: Pick<Clock, 'now'>, random: Random) {
    this.#outbox = outbox;
    this.#terms = { clock, random, version: PRODUCT_VERSION };
  }

  /** The mark of an act: JSON of its governance event. */
  mark<T extends ActType>(
    type: T,
    act: Act<T>,
    { caller, requestId }: Pick<ApiRequest, 'caller' | 'requestId'>,
  ): string {
    const payload = { actor: { type: caller.kind, id: caller.id }, ...act, request_id: requestId };
    return JSON.stringify(governanceEvent(type, payload as PayloadOf<T>, this.#terms));
  }

  /** Puts the event of a mark into the queue, then takes the mark away. Throws `unavailable`; the mark stays then. */
  async record(unrecorded: string, clear: (unrecorded: string) => Promise<void>): Promise<void> {
    const events: unknown[] = [JSON.parse(unrecorded)];
    await this.#outbox.send([ownEvents(EMITTER_ID, events)]);
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
