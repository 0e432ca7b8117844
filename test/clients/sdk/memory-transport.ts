import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditTrailOptions, createAuditTrail } from '../../../clients/sdk/audit-trail.ts';
import type { OutgoingEvent } from '../../../clients/sdk/outgoing.ts';
import type { TrailProblem } from '../../../clients/sdk/problem.ts';
import { folderOf } from '../../../clients/sdk/spill.ts';
import type { Delivery, Transport, Verdict } from '../../../clients/sdk/transport.ts';
import type { AuditEvent } from '../../../core/event/event.ts';
import type { Clock } from '../../../core/ports.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

/** A clock on which waiting takes no time but moves it; `slept` tells how long was waited. */
class LeapingClock implements Clock {
  readonly slept: number[] = [];
  #now = Date.UTC(2026, 10, 24, 9);

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    await Promise.resolve();
    this.#now += ms;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Takes everything, unless told what to answer to a call. */
export class MemoryTransport implements Transport {
  readonly destination: string = 'memory:acme';
  readonly limits = { events: 100, bytes: 1_000_000 };
  readonly taken: OutgoingEvent[] = [];
  readonly calls: string[][] = [];
  /** Answers for the next calls; a function sees the events. */
  readonly answers: ((events: readonly OutgoingEvent[]) => Delivery | Promise<Delivery>)[] = [];

  async send(events: readonly OutgoingEvent[]): Promise<Delivery> {
    this.calls.push(events.map(({ event_id }) => event_id));
    const answer = this.answers.shift();
    const delivery = answer ? await answer(events) : allOf(events, { outcome: 'taken' });
    for (const [index, event] of events.entries()) {
      if (delivery.verdicts[index]?.outcome === 'taken') this.taken.push(event);
    }
    return delivery;
  }

  events(): AuditEvent[] {
    return this.taken.map(({ json }) => JSON.parse(json));
  }
}

export function allOf(events: readonly OutgoingEvent[], verdict: Verdict): Delivery {
  return { verdicts: events.map(() => verdict) };
}

/** A trail over memory, on a leaping clock and a folder of its own. */
export function memoryTrail(options: Partial<AuditTrailOptions> = {}) {
  const transport = new MemoryTransport();
  const clock = new LeapingClock();
  const problems: TrailProblem[] = [];
  const base = options.directory ?? mkdtempSync(join(tmpdir(), 'audit-trail-'));
  const trail = createAuditTrail({
    agent: { id: 'refund-agent', version: '1.0.0' },
    transport: () => transport,
    directory: base,
    clock,
    random: new SeededRandom(7),
    sigterm: false,
    onError: (problem) => problems.push(problem),
    ...options,
  });
  const made = options.transport?.({ clock, random: new SeededRandom(8), session: 's' }) ?? transport;
  return { trail, transport, clock, problems, base, directory: join(base, folderOf(made.destination)) };
}
