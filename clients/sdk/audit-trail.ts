import { join } from 'node:path';
import { toHex } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { SELF_AGENT_ID } from '../../core/event/envelope.ts';
import type { EventId } from '../../core/event/ids.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Receipt } from '../../core/receipt/receipt.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './backoff.ts';
import { type Confirmation, Confirmer } from './confirm.ts';
import { onExit } from './exit.ts';
import type { AgentInfo, EventContext, PayloadInput, TaskStart } from './inputs.ts';
import { Journal } from './journal.ts';
import { type BufferPolicy, DEFAULT_BUFFER, type FlushReport, Outbox } from './outbox.ts';
import { type PrivacyOptions, privacyOf } from './privacy.ts';
import { harmless, messageOf, type ProblemListener, warnOfProblem } from './problem.ts';
import { ReceiptsFile } from './receipts-file.ts';
import { Recorder } from './recorder.ts';
import { folderOf, Spill } from './spill.ts';
import { systemClock, systemRandom } from './system.ts';
import { Task } from './task.ts';
import type { TaskReference } from './task-events.ts';
import type { TransportFactory } from './transport.ts';

const SESSION_OCTETS = 16;
const CONFIRM_TIMEOUT_MS = 60_000;

export interface AuditTrailOptions extends PrivacyOptions {
  /** Who acts. `instance_id` is minted for this process where it is missing. */
  agent: AgentInfo;
  /** `sqs(…)` of sqs.ts or `https(…)` of https.ts. */
  transport: TransportFactory;
  /**
   * Where spilled events and receipts are kept, in a folder for each destination: what was meant for one tenant never
   * goes to another. `.audit-trail` in the working directory by default.
   */
  directory?: string;
  /** Fail closed: methods throw and `flush` rejects where an event can't be recorded. */
  strict?: boolean;
  /** Hears of every problem; by default they become process warnings. */
  onError?: ProblemListener;
  /** Hears of every receipt that was fetched and verified. */
  onReceipt?: (receipt: Receipt) => void;
  /** The log's verifier key, got from the tenant's stack rather than from the API that it is to judge. */
  verifierKey?: string;
  /** Whether to flush on SIGTERM too (default true). */
  sigterm?: boolean;
  buffer?: Partial<BufferPolicy>;
  retry?: Partial<RetryPolicy>;
  /**
   * When things happen, in milliseconds since the Unix epoch, for who tells afterwards what an agent did: a backfill.
   * `clock` by default. Only `occurred_at` and durations go by it. Event ids and claims are of the time at which they
   * are made, records bear the time at which they were recorded, and a timeline says how much later that was.
   */
  happensAt?: () => number;
  clock?: Clock;
  random?: Random;
}

/**
 * The audit trail as an agent sees it.
 *
 * ```ts
 * const trail = createAuditTrail({
 *   agent: { id: 'refund-agent', version: '1.4.0' },
 *   transport: https({ apiUrl: 'https://…', token: '…' }),
 * });
 * const task = trail.startTask({ goal: 'Refund order 4711', user_id: 'u-17' });
 * task.complete({ output: { refunded: true } });
 * await trail.flush();
 * ```
 */
export class AuditTrail {
  readonly #recorder: Recorder;
  readonly #outbox: Outbox;
  readonly #journal: Journal;
  readonly #receipts: ReceiptsFile;
  readonly #confirmer: Confirmer | undefined;
  readonly #onProblem: ProblemListener;
  readonly #onReceipt: (receipt: Receipt) => void;
  readonly #strict: boolean;
  readonly #offExit: () => void;

  constructor(options: AuditTrailOptions) {
    const { agent, clock = systemClock, random = systemRandom, strict = false } = options;
    if (agent.id === SELF_AGENT_ID) {
      throw new AuditError('misconfigured', `${SELF_AGENT_ID} is the audit trail itself`, {
        field: 'agent.id',
      });
    }
    const session = toHex(random.octets(SESSION_OCTETS));
    const transport = options.transport({ clock, random, session });
    const directory = join(options.directory ?? '.audit-trail', folderOf(transport.destination));
    this.#strict = strict;
    this.#onProblem = harmless(options.onError ?? warnOfProblem);
    this.#onReceipt = harmless(options.onReceipt ?? (() => undefined));
    this.#receipts = new ReceiptsFile(directory);
    this.#confirmer = transport.receipts && new Confirmer(transport.receipts, clock, options.verifierKey);
    this.#journal = new Journal(directory, session);
    this.#outbox = new Outbox({
      transport,
      clock,
      random,
      retry: { ...DEFAULT_RETRY, ...options.retry },
      buffer: { ...DEFAULT_BUFFER, ...options.buffer },
      spill: new Spill(directory, session),
      journal: this.#journal,
      receipts: this.#receipts,
      onProblem: this.#onProblem,
    });
    this.#recorder = new Recorder({
      agent: { ...agent, instance_id: agent.instance_id ?? session },
      clock,
      happensAt: options.happensAt ?? (() => clock.now()),
      random,
      outbox: this.#outbox,
      strict,
      ...privacyOf(options),
    });
    this.#offExit = onExit({
      flush: () => this.#outbox.flush(),
      spill: () => this.#outbox.spillNow(),
      sigterm: options.sigterm ?? true,
    });
    void this.#outbox.resend();
  }

  /** A run begins (TASK_INITIATED). Who it runs for is said once, here, and stands on all its events. */
  startTask(start: TaskStart): Task {
    return Task.start(this.#recorder, start);
  }

  /**
   * Goes on with a task that this or another process began, from its `reference`: after a pause that outlived the
   * process, say. Records nothing by itself; `resume` does.
   */
  continueTask(reference: TaskReference): Task {
    return Task.continue(this.#recorder.asNewInstance(), reference);
  }

  /** The agent itself changed: model, prompt, tools or policy (AGENT_CHANGED). */
  agentChanged(change: PayloadInput<'AGENT_CHANGED'>, context: EventContext = {}): EventId {
    return this.#recorder.record({ ...context, event_type: 'AGENT_CHANGED', payload: change });
  }

  /**
   * Sends everything that waits, in memory and on disk, and says what became of it. Call it at the end of each
   * invocation where the process may freeze. In strict mode rejects with `unavailable` unless every event was taken.
   */
  async flush(): Promise<FlushReport> {
    const report = await this.#outbox.flush();
    if (this.#strict && (report.rejected > 0 || report.unsent > 0)) {
      throw new AuditError(
        'unavailable',
        `of the recorded events ${report.rejected} were refused and ${report.unsent} could not be sent`,
      );
    }
    return report;
  }

  /**
   * Waits until the log holds the event, verifies its receipt against the verifier key, and compares the hash with the
   * one that this trail noted on sending. Whatever is found is an answer, not an error; flush before. The receipt shows
   * that the log committed to a leaf for this event; what stands in the leaf, the record shows (docs/sdk.md).
   */
  async confirm(eventId: string, options: { timeoutMs?: number } = {}): Promise<Confirmation> {
    const sent = await this.#receipts.find(eventId);
    if (!sent) return { ok: false, reason: 'unknown_event', detail: 'this trail has not sent such an event' };
    if (!this.#confirmer) {
      return { ok: false, reason: 'unavailable', detail: 'the transport has no address of the API' };
    }
    const answer = await this.#confirmer.confirm(sent, options.timeoutMs ?? CONFIRM_TIMEOUT_MS);
    if (answer.ok) this.#keepReceipt(answer.receipt);
    return answer;
  }

  #keepReceipt(receipt: Receipt): void {
    try {
      this.#receipts.confirmed(receipt.event_id, receipt);
    } catch (cause) {
      const message = `the receipts file could not be written: ${messageOf(cause)}`;
      this.#onProblem({ code: 'bookkeeping', message, event_ids: [receipt.event_id], cause });
    }
    this.#onReceipt(receipt);
  }

  /** Flushes and takes the trail's hooks off the process. Nothing may be recorded afterwards. */
  async close(): Promise<FlushReport> {
    try {
      return await this.flush();
    } finally {
      this.#offExit();
      this.#journal.end();
    }
  }
}

/** Makes the audit trail of one agent in this process. Throws `misconfigured` for options that can't work. */
export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  return new AuditTrail(options);
}
