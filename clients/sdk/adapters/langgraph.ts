import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { AuditTrail } from '../audit-trail.ts';
import type { Call } from '../call.ts';
import type { TaskStart } from '../inputs.ts';
import type { PendingDecision } from '../pending-decision.ts';
import type { Task } from '../task.ts';

/** What the graph does not know of its own run. */
export interface GraphAudit {
  /** On whose account the graph runs. */
  user_id: string;
  /** Who answers a question that the graph put to a person; default: the user. */
  approver?: string;
}

/** A run of a graph and what it waits for; it outlives the run where that was paused. */
interface Run {
  task: Task;
  calls: Map<string, Call>;
  questions: Map<string, PendingDecision>;
}

/**
 * Records what a LangGraph.js graph does, without a change to the graph:
 *
 * ```ts
 * const audit = auditGraph(trail, { user_id: 'u-17' });
 * await graph.invoke(input, { callbacks: [audit], configurable: { thread_id: 't-1' } });
 * ```
 *
 * An interrupt is a question to a person, and neither a failure nor an end; resuming the thread with the same handler
 * records the answer and goes on with the same task.
 */
export function auditGraph(trail: AuditTrail, about: GraphAudit): BaseCallbackHandler {
  return new GraphHandler(trail, about);
}

class GraphHandler extends BaseCallbackHandler {
  readonly name = 'agent-audit-trail';
  override readonly awaitHandlers = true; // in the order in which things happen
  readonly #trail: AuditTrail;
  readonly #about: GraphAudit;
  /** By LangChain's run ids: the run that each belongs to. */
  readonly #runs = new Map<string, Run>();
  /** By thread: runs that wait for a person. */
  readonly #paused = new Map<string, Run>();
  readonly #threads = new Map<string, string>();

  constructor(trail: AuditTrail, about: GraphAudit) {
    super();
    this.#trail = trail;
    this.#about = about;
  }

  /** The parameters stand in the order in which they are passed, which is not the one that the base class declares. */
  override handleChainStart(...given: unknown[]): void {
    const [, inputs, runId, parentRunId, , metadata] = given as [
      unknown,
      unknown,
      string,
      string?,
      unknown?,
      object?,
    ];
    const parent = parentRunId === undefined ? undefined : this.#runs.get(parentRunId);
    if (parent) this.#runs.set(runId, parent);
    if (parentRunId !== undefined) return;
    const thread = Reflect.get(metadata ?? {}, 'thread_id');
    if (typeof thread === 'string') this.#threads.set(runId, thread);
    const paused = typeof thread === 'string' ? this.#paused.get(thread) : undefined;
    this.#runs.set(runId, paused ? this.#resume(paused, inputs) : this.#start(inputs));
  }

  #start(inputs: unknown): Run {
    const start: TaskStart = { goal: goalOf(inputs), user_id: this.#about.user_id };
    return { task: this.#trail.startTask(start), calls: new Map(), questions: new Map() };
  }

  #resume(run: Run, inputs: unknown): Run {
    const resume: unknown =
      typeof inputs === 'object' && inputs !== null ? Reflect.get(inputs, 'resume') : undefined;
    for (const [id, question] of run.questions) {
      const own: unknown =
        typeof resume === 'object' && resume !== null ? Reflect.get(resume, id) : undefined;
      const answer = own ?? resume;
      question.decided({
        approver: { id: this.#about.approver ?? this.#about.user_id },
        decision: decisionIn(answer),
        ...(answer !== undefined && { justification: textOf(answer) }),
      });
    }
    run.questions.clear();
    run.task.resume({ waiting_for: 'a person' });
    return run;
  }

  override handleChainEnd(outputs: unknown, runId: string, parentRunId?: string): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run || parentRunId !== undefined) return;
    const thread = this.#threads.get(runId);
    this.#threads.delete(runId);
    if (run.questions.size > 0) {
      run.task.suspend({ waiting_for: 'a person' });
      if (thread !== undefined) this.#paused.set(thread, run);
      return;
    }
    if (thread !== undefined) this.#paused.delete(thread);
    run.task.complete({ output: lastTextOf(outputs) });
  }

  override handleChainError(error: unknown, runId: string, parentRunId?: string): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run) return;
    if (this.#asked(run, error) || parentRunId !== undefined) return;
    this.#threads.delete(runId);
    run.task.fail({ reason: 'The graph ended with an error.', error });
  }

  override handleToolStart(...given: unknown[]): void {
    const [, input, runId, parentRunId, , , name, callId] = given as [
      unknown,
      string,
      string,
      string?,
      unknown?,
      unknown?,
      string?,
      string?,
    ];
    const run = parentRunId === undefined ? undefined : this.#runs.get(parentRunId);
    if (!run) return;
    this.#runs.set(runId, run);
    const key = callId ?? runId;
    // A tool that was interrupted starts again, from its beginning, with the same call.
    const call =
      run.calls.get(key) ??
      run.task.toolCalled({ tool: name ?? 'unknown', input: jsonOf(input), call_id: key });
    run.calls.set(key, call);
    run.calls.set(runId, call);
  }

  override handleToolEnd(output: unknown, runId: string): void {
    this.#ended(runId)?.result({ summary: textOf(contentOf(output)) });
  }

  override handleToolError(error: unknown, runId: string): void {
    const run = this.#runs.get(runId);
    if (run && this.#asked(run, error)) {
      this.#runs.delete(runId);
      run.calls.delete(runId);
      return;
    }
    this.#ended(runId)?.error(error);
  }

  #ended(runId: string): Call | undefined {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    const call = run?.calls.get(runId);
    if (run && call) {
      run.calls.delete(runId);
      run.calls.delete(call.callId);
    }
    return call;
  }

  /** Whether the error is an interrupt; each of its questions is recorded once, though several runs report it. */
  #asked(run: Run, error: unknown): boolean {
    const interrupts: unknown = error instanceof Error ? Reflect.get(error, 'interrupts') : undefined;
    if (!Array.isArray(interrupts)) return false;
    for (const interrupt of interrupts) {
      const id = String(Reflect.get(Object(interrupt), 'id') ?? 'interrupt');
      if (run.questions.has(id)) continue;
      const question = textOf(Reflect.get(Object(interrupt), 'value'));
      run.questions.set(
        id,
        run.task.escalate({ reason: 'The graph waits for a person.', question, call_id: id }),
      );
    }
    return true;
  }
}

function messagesOf(state: unknown): unknown[] {
  const messages: unknown =
    typeof state === 'object' && state !== null ? Reflect.get(state, 'messages') : undefined;
  return Array.isArray(messages) ? messages : [];
}

function contentOf(message: unknown): unknown {
  const content: unknown =
    typeof message === 'object' && message !== null ? Reflect.get(message, 'content') : undefined;
  return content ?? message;
}

function goalOf(inputs: unknown): string {
  const last = messagesOf(inputs).at(-1);
  return textOf(last === undefined ? inputs : contentOf(last)) || 'not stated';
}

function lastTextOf(outputs: unknown): string {
  const last = messagesOf(outputs).at(-1);
  return textOf(last === undefined ? outputs : contentOf(last));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return String(value);
  }
}

function jsonOf(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The outcome of an answer: what is neither yes nor no has changed what was asked for. */
function decisionIn(answer: unknown): 'approved' | 'rejected' | 'changed' {
  const word = textOf(answer).trim().toLowerCase();
  if (/^(approved?|accept(ed)?|yes|ok|true)$/.test(word)) return 'approved';
  return /^(reject(ed)?|den(y|ied)|no|false|decline[d]?)$/.test(word) ? 'rejected' : 'changed';
}
