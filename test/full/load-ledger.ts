import { plainEvent } from '../local/support/events.ts';
import { call } from '../local/support/http.ts';
import type { LocalTenant } from '../local/support/local-tenants.ts';
import { messageOf, openMessages, sendToQueue } from '../local/support/queue.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

const BATCH = 20; // events of a message or a request
const BACKLOG = 60; // open messages at which senders wait: more would only be worked off after the end
const PAUSE_MS = 100;
const ATTEMPTS = 10; // where no answer comes for half a minute

/** What was sent to a tenant, and what has to come of it. */
export class Ledger {
  readonly tenant: LocalTenant;
  readonly run: string;
  /** Ids that have to be one record each, by task. */
  readonly good = new Map<string, string[]>();
  /** Ids that have to be refused with a reason, as often as they were sent. */
  readonly bad: string[] = [];
  /** Messages and requests that were sent a second time. */
  repeated = 0;
  readonly #random: SeededRandom;

  constructor(tenant: LocalTenant, run: string, random: SeededRandom) {
    this.tenant = tenant;
    this.run = run;
    this.#random = random;
  }

  /** Sends batches of task `name` until `goesOn` says no: some over SQS, some over HTTPS, some twice, some with an event that is bad. */
  async send(name: string, goesOn: () => boolean): Promise<void> {
    const task = `${this.run}-${name}`;
    const ids: string[] = [];
    this.good.set(task, ids);
    while (goesOn()) {
      if ((await openMessages(this.tenant)) > BACKLOG) {
        await pause();
        continue;
      }
      const events = Array.from({ length: BATCH }, () => plainEvent(task));
      const overQueue = this.#random.chance(0.5);
      const spoiled =
        overQueue && this.#random.chance(0.1) ? [plainEvent(task, { payload: { operation: 'guess' } })] : [];
      const times = this.#random.chance(0.1) ? 2 : 1;
      this.repeated += times - 1;
      for (let time = 0; time < times; time++) {
        await untilTaken(() => this.#hand([...events, ...spoiled], overQueue));
        this.bad.push(...spoiled.map(({ event_id }) => event_id)); // refused each time that it comes as another message
      }
      ids.push(...events.map(({ event_id }) => event_id));
    }
  }

  async #hand(events: readonly unknown[], overQueue: boolean): Promise<void> {
    if (overQueue) return await sendToQueue(this.tenant, [await messageOf(this.tenant, events)]);
    const { status, text } = await call(this.tenant, 'POST', '/v1/audit/events', {
      token: this.tenant.tokens.writer,
      body: { events },
    });
    if (status !== 202 || !text.includes('"rejected":[]'))
      throw new Error(`it was not taken: ${status} ${text}`);
  }
}

/** Sends one event after another and waits for each to be readable; resolves to the milliseconds that each took. */
export async function probe(tenant: LocalTenant, task: string, goesOn: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  while (goesOn()) {
    const event = plainEvent(task);
    const begun = performance.now();
    await sendToQueue(tenant, [await messageOf(tenant, [event])]);
    let status: number;
    do {
      await pause();
      const path = `/v1/audit/receipts/${event.event_id}`;
      ({ status } = await call(tenant, 'GET', path, { token: tenant.tokens.reader }));
    } while (status === 404 || status === 202);
    if (status !== 200) throw new Error(`a receipt was answered with ${status}`);
    waits.push(performance.now() - begun);
  }
  return waits;
}

/**
 * As a sender does: where no answer came, the same again. Only what hears nothing is tried again (a refusal is thrown), and
 * what had come through all the same is a duplicate.
 */
async function untilTaken(send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || error.name !== 'TimeoutError') throw error;
      await pause();
    }
  }
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
