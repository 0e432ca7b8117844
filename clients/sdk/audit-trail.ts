import { toHex } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { SELF_AGENT_ID } from '../../core/event/envelope.ts';
import type { EventId } from '../../core/event/ids.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './backoff.ts';
import { onExit } from './exit.ts';
import type { AgentInfo, EventContext, PayloadInput, TaskStart } from './inputs.ts';
import { type BufferPolicy, DEFAULT_BUFFER, type FlushReport, Outbox } from './outbox.ts';
import { harmless, type ProblemListener, warnOfProblem } from './problem.ts';
import { ReceiptsFile } from './receipts-file.ts';
import { Recorder } from './recorder.ts';
import { Spill } from './spill.ts';
import { systemClock, systemRandom } from './system.ts';
import { Task } from './task.ts';
import type { TransportFactory } from './transport.ts';

const SESSION_OCTETS = 16;
const SIGTERM_GRACE_MS = 5_000;

export interface AuditTrailOptions {
  /** Who acts. `instance_id` is minted for this process where it is missing. */
  agent: AgentInfo;
  /** `sqs(…)` of sqs.ts or `https(…)` of https.ts. */
  transport: TransportFactory;
  /** Folder of spilled events and receipts; `.audit-trail` in the working directory by default. */
  directory?: string;
  /** Fail closed: methods throw and `flush` rejects where an event can't be recorded. */
  strict?: boolean;
  /** Hears of every problem; by default they become process warnings. */
  onError?: ProblemListener;
  /** Whether to flush on SIGTERM too (default true). */
  sigterm?: boolean;
  buffer?: Partial<BufferPolicy>;
  retry?: Partial<RetryPolicy>;
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
    const directory = options.directory ?? '.audit-trail';
    this.#strict = strict;
    this.#outbox = new Outbox({
      transport: options.transport({ clock, random, session }),
      clock,
      random,
      retry: { ...DEFAULT_RETRY, ...options.retry },
      buffer: { ...DEFAULT_BUFFER, ...options.buffer },
      spill: new Spill(directory, session),
      receipts: new ReceiptsFile(directory),
      onProblem: harmless(options.onError ?? warnOfProblem),
    });
    this.#recorder = new Recorder({
      agent: { ...agent, instance_id: agent.instance_id ?? session },
      clock,
      random,
      outbox: this.#outbox,
      strict,
    });
    this.#offExit = onExit(
      { flush: () => this.#outbox.flush(), spill: () => this.#outbox.spillNow() },
      { sigterm: options.sigterm ?? true, graceMs: SIGTERM_GRACE_MS },
    );
    void this.#outbox.resend();
  }

  /** A run begins (TASK_INITIATED). Who it runs for is said once, here, and stands on all its events. */
  startTask(start: TaskStart): Task {
    return Task.start(this.#recorder, start);
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

  /** Flushes and takes the trail's hooks off the process. Nothing may be recorded afterwards. */
  async close(): Promise<FlushReport> {
    try {
      return await this.flush();
    } finally {
      this.#offExit();
    }
  }
}

/** Makes the audit trail of one agent in this process. Throws `misconfigured` for options that can't work. */
export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  return new AuditTrail(options);
}
