import { RECORD_DECISION } from '../../core/decision/block.ts';
import { decisionOfCall } from '../../core/decision/extract.ts';
import type { Call } from './call.ts';
import type { Completion, PayloadInput, ToolCall } from './inputs.ts';
import type { PendingDecision } from './pending-decision.ts';
import type { Task } from './task.ts';

/** What an agent's framework does not know of its own run. */
export interface RunAudit {
  /** On whose account the agent runs. */
  user_id: string;
  /** Who answers when a person is asked; default: the user. */
  approver?: string;
  /** The conversation that the run belongs to. */
  session_id?: string;
}

/** What one answer of a model held. */
export interface Answer {
  text: string;
  reasoning?: readonly string[];
  /** Names of the tools that it wants to be called. */
  actions?: readonly string[];
  tokens?: PayloadInput<'MESSAGE_EXCHANGED'>['tokens'];
}

const A_PERSON = 'a person';

/** One run as an adapter follows it: its task, calls without a result, and questions without an answer. */
export class AdaptedRun {
  readonly task: Task;
  readonly about: RunAudit;
  readonly #calls = new Map<string, Call>();
  readonly #attempts = new Map<string, number>();
  readonly #questions = new Map<string, PendingDecision>();

  constructor(task: Task, about: RunAudit) {
    this.task = task;
    this.about = about;
  }

  /** Whether a person, or whoever else has to answer, is waited for. */
  get waits(): boolean {
    return this.#questions.size > 0;
  }

  get questions(): readonly string[] {
    return [...this.#questions.keys()];
  }

  /** What a model said, the decisions that it stated, and what it thought. */
  answered({ text, reasoning = [], actions = [], tokens }: Answer): void {
    if (text.trim() !== '' || tokens) {
      const content = text.trim() === '' ? null : text;
      this.task.message({ role: 'assistant', channel: 'model', content, ...(tokens && { tokens }) });
    }
    this.task.captureDecisions(text);
    const named = actions.filter((name) => name !== RECORD_DECISION);
    for (const thought of reasoning.filter((part) => part.trim() !== '')) {
      this.task.decision({
        reasoning_summary: thought,
        selected_action: named.length > 0 ? `Call ${named.join(', ')}` : 'none',
        source: 'extracted',
      });
    }
  }

  /** A call begins; one of `record_decision` is the decision that it states. */
  called(id: string, call: ToolCall): void {
    const name = typeof call.tool === 'string' ? call.tool : call.tool.name;
    const stated = decisionOfCall(name, call.input);
    if (stated) this.task.decision(stated);
    else if (!this.#calls.has(id))
      this.#calls.set(id, this.task.toolCalled({ ...call, ...this.#attempt(id) }));
  }

  /** A framework that tries a call again does so under its id: each attempt is a call of its own. */
  #attempt(id: string): { call_id: string; attempt?: number; retry_of?: string } {
    const attempt = (this.#attempts.get(id) ?? 0) + 1;
    this.#attempts.set(id, attempt);
    if (attempt === 1) return { call_id: id };
    const before = attempt === 2 ? id : `${id} attempt ${attempt - 1}`;
    return { call_id: `${id} attempt ${attempt}`, attempt, retry_of: before };
  }

  /** The call that waits for its result, which whoever asks is about to record. */
  ended(id: string): Call | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  /** A person is asked, once for each `id`. */
  asked(id: string, question: string): void {
    if (this.#questions.has(id)) return;
    const reason = 'The run waits for a person.';
    this.#questions.set(id, this.task.escalate({ reason, question, call_id: id }));
  }

  /** The person answered; what was not asked is passed over. */
  decided(id: string, decision: 'approved' | 'rejected' | 'changed', justification?: string): void {
    this.#questions.get(id)?.decided({
      approver: { id: this.about.approver ?? this.about.user_id },
      decision,
      ...(justification !== undefined && { justification }),
    });
    this.#questions.delete(id);
  }

  resumed(): void {
    this.task.resume({ waiting_for: A_PERSON });
  }

  /** The framework returned. Where a person was asked that is a pause, else the end. */
  returned(completion: Completion): void {
    if (this.waits) this.task.suspend({ waiting_for: A_PERSON });
    else this.task.complete(completion);
  }
}

const MAX_PAUSED = 10_000;

/** Runs that wait, by what their answers name. Those that nobody comes back to are forgotten, the oldest first. */
export class PausedRuns<Run> {
  readonly #runs = new Map<string, Run>();

  keep(keys: Iterable<string>, run: Run): void {
    for (const key of keys) this.#runs.set(key, run);
    for (const key of this.#runs.keys()) {
      if (this.#runs.size <= MAX_PAUSED) break;
      this.#runs.delete(key);
    }
  }

  /** The run that waits for `key`; it waits no longer. */
  take(key: string): Run | undefined {
    const run = this.#runs.get(key);
    if (run) for (const [other, waiting] of this.#runs) if (waiting === run) this.#runs.delete(other);
    return run;
  }
}
