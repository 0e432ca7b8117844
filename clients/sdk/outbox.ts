import { formatTimestamp } from '../../core/event/time.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { backoff, type RetryPolicy } from './backoff.ts';
import type { Journal } from './journal.ts';
import type { OutgoingEvent } from './outgoing.ts';
import { messageOf, type ProblemListener, type TrailProblem } from './problem.ts';
import type { ReceiptsFile } from './receipts-file.ts';
import { replayable } from './replay.ts';
import type { Spill } from './spill.ts';
import { type Delivery, type Transport, verdictForAll } from './transport.ts';

/** How much may wait in memory, and how long an event waits for company; times in milliseconds. */
export interface BufferPolicy {
  events: number;
  bytes: number;
  lingerMs: number;
}

export const DEFAULT_BUFFER: BufferPolicy = { events: 10_000, bytes: 16 * 2 ** 20, lingerMs: 200 };

/** What became of the events since the last flush. */
export interface FlushReport {
  /** The audit trail has them durably. */
  taken: number;
  /** Refused for what they are: by the schema here, or by the audit trail. */
  rejected: number;
  /** On disk, to be sent later. */
  unsent: number;
}

export interface OutboxOptions {
  transport: Transport;
  clock: Clock;
  random: Random;
  retry: RetryPolicy;
  buffer: BufferPolicy;
  spill: Spill;
  /** Absent: what waits in memory is lost with a process that is killed. */
  journal?: Journal;
  receipts: ReceiptsFile;
  onProblem: ProblemListener;
}

/**
 * Holds events between the agent and the transport: bounded, in order, one delivery at a time. An event leaves it
 * for the audit trail, the spill file or the file of the rejected, and for nowhere else.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: OutgoingEvent[] = [];
  #queuedBytes = 0;
  /** Handed to the transport, without a verdict yet. */
  #inFlight: readonly OutgoingEvent[] = [];
  #running: Promise<void> | undefined;
  #resending: Promise<void> | undefined;
  #hurry = Promise.withResolvers<void>();
  /** The last delivery ended on disk, so what lies there would fare no better now. */
  #gaveUp = false;
  #report: FlushReport = { taken: 0, rejected: 0, unsent: 0 };

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Whether nothing that was put lies undelivered on disk. */
  get healthy(): boolean {
    return this.#report.unsent === 0;
  }

  /** Whether there is room for `event`. */
  accepts(event: OutgoingEvent): boolean {
    const { events, bytes } = this.#options.buffer;
    return this.#queue.length < events && this.#queuedBytes + event.bytes <= bytes;
  }

  /** Takes `event`; where there is no room, it goes to the disk and the listener hears of it. Never throws. */
  put(event: OutgoingEvent): void {
    if (!this.accepts(event)) {
      this.#keep([event], { code: 'overflow', message: 'the buffer of the audit trail is full' });
      return;
    }
    this.#journal(event);
    this.#queue.push(event);
    this.#queuedBytes += event.bytes;
    const { limits } = this.#options.transport;
    if (this.#queue.length >= limits.events || this.#queuedBytes >= limits.bytes) this.#hurry.resolve();
    this.#start();
  }

  /** Keeps what will never be taken as it is. Never throws. */
  reject(problem: TrailProblem, rejected: { code: string; detail: string }, event: unknown): void {
    this.#report.rejected++;
    this.#options.onProblem(problem);
    this.#onDisk(problem, () => this.#options.spill.reject(rejected, event));
  }

  /** Sends what waits, then what lies on disk; resolves when each event has had its verdict. Never rejects. */
  async flush(): Promise<FlushReport> {
    this.#hurry.resolve();
    this.#start();
    this.#gaveUp = false;
    while (this.#running) await this.#running;
    if (!this.#gaveUp) await this.resend();
    const report = this.#report;
    this.#report = { taken: 0, rejected: 0, unsent: report.unsent };
    return report;
  }

  /** Puts everything that has no verdict yet on disk, now: for a process that ends. */
  spillNow(): void {
    const events = [...this.#inFlight, ...this.#queue.splice(0)];
    this.#inFlight = [];
    this.#queuedBytes = 0;
    if (events.length > 0) {
      this.#keep(events, { code: 'undelivered', message: 'the process ended before the events were sent' });
    }
  }

  /** Where the disk does not take the event, it waits in memory alone, and the listener hears of it. */
  #journal(event: OutgoingEvent): void {
    try {
      this.#options.journal?.write(event);
    } catch (cause) {
      const message = `the journal could not be written: ${messageOf(cause)}`;
      this.#options.onProblem({ code: 'bookkeeping', message, event_ids: [event.event_id], cause });
    }
  }

  /** Nothing more has to be remembered of `events`: they are with the audit trail, or in another file. */
  #settled(events: readonly OutgoingEvent[]): void {
    try {
      this.#options.journal?.settled(events);
    } catch (cause) {
      const message = `the journal could not be cleared: ${messageOf(cause)}`;
      this.#options.onProblem({
        code: 'bookkeeping',
        message,
        event_ids: events.map(({ event_id }) => event_id),
        cause,
      });
    }
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await Promise.race([this.#options.clock.sleep(this.#options.buffer.lingerMs), this.#hurry.promise]);
      this.#hurry = Promise.withResolvers();
      while (this.#queue.length > 0) await this.#deliver(this.#next());
    }
  }

  /** What fits one delivery, at least one event. */
  #next(): OutgoingEvent[] {
    const { limits } = this.#options.transport;
    let bytes = 0;
    let count = 0;
    for (const event of this.#queue) {
      bytes += event.bytes;
      if (count > 0 && (count === limits.events || bytes > limits.bytes)) break;
      count++;
    }
    const batch = this.#queue.splice(0, count);
    this.#queuedBytes -= batch.reduce((sum, event) => sum + event.bytes, 0);
    return batch;
  }

  /** Tries until each event has a final verdict or the attempts are used up; then the rest goes to disk. */
  async #deliver(batch: readonly OutgoingEvent[]): Promise<void> {
    const { clock, random, retry } = this.#options;
    this.#inFlight = batch;
    for (let attempt = 0; ; attempt++) {
      const sent = this.#inFlight;
      const { verdicts, retryAfterMs } = await this.#send(sent);
      // `spillNow` may have emptied it meanwhile: those events are on disk, and the writer knows a repeated id.
      if (this.#inFlight !== sent) return;
      const { again, reason } = this.#settle(sent, verdicts);
      this.#inFlight = again;
      if (again.length === 0) return;
      if (attempt + 1 >= retry.attempts) {
        this.#inFlight = [];
        this.#gaveUp = true;
        this.#keep(again, {
          code: 'undelivered',
          message: `gave up after ${retry.attempts} attempts: ${reason}`,
        });
        return;
      }
      await clock.sleep(backoff(retry, attempt, random, retryAfterMs));
    }
  }

  async #send(events: readonly OutgoingEvent[]): Promise<Delivery> {
    try {
      return await this.#options.transport.send(events);
    } catch (cause) {
      return { verdicts: verdictForAll(events.length, { outcome: 'retry', reason: reasonOf(cause) }) };
    }
  }

  #settle(
    events: readonly OutgoingEvent[],
    verdicts: Delivery['verdicts'],
  ): { again: OutgoingEvent[]; reason: string } {
    const taken: OutgoingEvent[] = [];
    const again: OutgoingEvent[] = [];
    const hopeless: OutgoingEvent[] = [];
    let reason = 'no answer';
    for (const [index, event] of events.entries()) {
      const verdict = verdicts[index] ?? { outcome: 'retry', reason };
      if (verdict.outcome === 'taken') taken.push(event);
      else if (verdict.outcome === 'rejected') this.#rejectSent(event, verdict);
      else {
        (verdict.outcome === 'retry' ? again : hopeless).push(event);
        reason = verdict.reason;
      }
    }
    this.#note(taken);
    this.#gaveUp = hopeless.length > 0;
    if (hopeless.length > 0) this.#keep(hopeless, { code: 'undelivered', message: reason });
    return { again, reason };
  }

  #rejectSent(event: OutgoingEvent, { code, detail }: { code: string; detail: string }): void {
    const message = `the audit trail refused an event: ${code}, ${detail}`;
    const { event_id } = event;
    this.reject(
      { code: 'rejected', message, event_ids: [event_id] },
      { code, detail },
      JSON.parse(event.json),
    );
    this.#settled([event]);
  }

  #note(taken: readonly OutgoingEvent[]): void {
    if (taken.length === 0) return;
    this.#report.taken += taken.length;
    const sent_at = formatTimestamp(this.#options.clock.now());
    try {
      this.#options.receipts.sent(
        taken.map(({ event_id, agent_id, content_hash }) => ({ event_id, agent_id, content_hash, sent_at })),
      );
    } catch (cause) {
      const message = `the receipts file could not be written: ${messageOf(cause)}`;
      const event_ids = taken.map(({ event_id }) => event_id);
      this.#options.onProblem({ code: 'bookkeeping', message, event_ids, cause });
    }
    this.#settled(taken);
  }

  /** Sends what this or an earlier process spilled; what still can't be sent is spilled again. Never rejects. */
  resend(): Promise<void> {
    this.#resending ??= this.#resendSpilled().finally(() => {
      this.#resending = undefined;
    });
    return this.#resending;
  }

  async #resendSpilled(): Promise<void> {
    try {
      for (const { events, release } of this.#options.spill.claim()) {
        this.#report.unsent = Math.max(0, this.#report.unsent - events.length);
        const { clock, random } = this.#options;
        for (const event of events) {
          const outgoing = replayable(event, clock, random);
          this.#queue.push(outgoing);
          this.#queuedBytes += outgoing.bytes;
        }
        this.#hurry.resolve();
        this.#start();
        while (this.#running) await this.#running;
        release();
      }
    } catch (cause) {
      this.#options.onProblem({
        code: 'bookkeeping',
        event_ids: [],
        message: `the spill file could not be read: ${messageOf(cause)}`,
        cause,
      });
    }
  }

  #keep(events: readonly OutgoingEvent[], problem: Pick<TrailProblem, 'code' | 'message'>): void {
    this.#report.unsent += events.length;
    const told = { ...problem, event_ids: events.map(({ event_id }) => event_id) };
    this.#options.onProblem(told);
    this.#onDisk(told, () => {
      this.#options.spill.keep(events);
      this.#settled(events);
    });
  }

  /** Runs `write`; a disk that fails is the one way in which an event is lost, and is said. */
  #onDisk(problem: TrailProblem, write: () => void): void {
    try {
      write();
    } catch (cause) {
      const message = `an event was lost: ${problem.message}, and the disk failed: ${messageOf(cause)}`;
      this.#options.onProblem({ ...problem, code: 'lost', message, cause });
    }
  }
}

/** What was thrown, and what lay behind it: `fetch` itself says only that it failed. */
function reasonOf(thrown: unknown): string {
  const behind = thrown instanceof Error ? thrown.cause : undefined;
  if (!(behind instanceof Error)) return messageOf(thrown);
  return `${messageOf(thrown)}: ${(behind as NodeJS.ErrnoException).code ?? behind.message}`;
}
