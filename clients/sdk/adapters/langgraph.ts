import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { LLMResult } from '@langchain/core/outputs';
import { AdaptedRun, PausedRuns, type RunAudit } from '../adapted-run.ts';
import { contentText, jsonOf, memberOf, textOf } from '../adapted-text.ts';
import type { AuditTrail } from '../audit-trail.ts';
import { answerOf } from '../langchain-answer.ts';

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
export function auditGraph(trail: AuditTrail, about: RunAudit): BaseCallbackHandler {
  return new GraphHandler(trail, about);
}

class GraphHandler extends BaseCallbackHandler {
  readonly name = 'agent-audit-trail';
  override readonly awaitHandlers = true; // in the order in which things happen
  readonly #trail: AuditTrail;
  readonly #about: RunAudit;
  /** By LangChain's run ids: the run that each belongs to. */
  readonly #runs = new Map<string, AdaptedRun>();
  /** By thread. */
  readonly #paused = new PausedRuns<AdaptedRun>();
  /** By LangChain's run ids of tools: the ids of their calls. */
  readonly #calls = new Map<string, string>();
  readonly #threads = new Map<string, string>();

  constructor(trail: AuditTrail, about: RunAudit) {
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
    const thread = memberOf(metadata, 'thread_id');
    if (typeof thread === 'string') this.#threads.set(runId, thread);
    const paused = typeof thread === 'string' ? this.#paused.take(thread) : undefined;
    this.#runs.set(runId, paused ? resumed(paused, inputs) : this.#start(inputs));
  }

  #start(inputs: unknown): AdaptedRun {
    const { user_id, session_id } = this.#about;
    const start = { goal: goalOf(inputs), user_id, ...(session_id !== undefined && { session_id }) };
    return new AdaptedRun(this.#trail.startTask(start), this.#about);
  }

  override handleChainEnd(outputs: unknown, runId: string, parentRunId?: string): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run || parentRunId !== undefined) return;
    const thread = this.#threads.get(runId);
    this.#threads.delete(runId);
    if (run.waits && thread !== undefined) this.#paused.keep([thread], run);
    run.returned({ output: lastTextOf(outputs) });
  }

  override handleChainError(error: unknown, runId: string, parentRunId?: string): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (!run) return;
    if (asked(run, error) || parentRunId !== undefined) return;
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
    const id = callId ?? runId;
    this.#calls.set(runId, id);
    // A tool that was interrupted starts again, from its beginning, with the same call.
    run.called(id, { tool: name ?? 'unknown', input: jsonOf(input) });
  }

  override handleToolEnd(output: unknown, runId: string): void {
    this.#ended(runId)?.result({ summary: textOf(contentOf(output)) });
  }

  override handleToolError(error: unknown, runId: string): void {
    const run = this.#runs.get(runId);
    if (run && asked(run, error)) {
      this.#runs.delete(runId);
      this.#calls.delete(runId);
      return;
    }
    this.#ended(runId)?.error(error);
  }

  #ended(runId: string): ReturnType<AdaptedRun['ended']> {
    const run = this.#runs.get(runId);
    const id = this.#calls.get(runId);
    this.#runs.delete(runId);
    this.#calls.delete(runId);
    return id === undefined ? undefined : run?.ended(id);
  }

  override handleLLMEnd(output: LLMResult, _runId: string, parentRunId?: string): void {
    if (parentRunId !== undefined) this.#runs.get(parentRunId)?.answered(answerOf(output));
  }

  override handleRetrieverStart(...given: unknown[]): void {
    const [, , runId, parentRunId, , , name] = given as [
      unknown,
      string,
      string,
      string?,
      unknown?,
      unknown?,
      string?,
    ];
    const run = parentRunId === undefined ? undefined : this.#runs.get(parentRunId);
    if (!run) return;
    this.#runs.set(runId, run);
    this.#calls.set(runId, name ?? 'retriever');
  }

  override handleRetrieverEnd(documents: unknown[], runId: string): void {
    const name = this.#calls.get(runId) ?? 'retriever';
    const store = { kind: 'retriever', name };
    this.#runs.get(runId)?.task.dataAccessed({ operation: 'read', store, record_count: documents.length });
    this.handleRetrieverError(undefined, runId);
  }

  override handleRetrieverError(_error: unknown, runId: string): void {
    this.#runs.delete(runId);
    this.#calls.delete(runId);
  }
}

/** The run with the answer to what it asked: one for all questions, or one each by their ids. */
function resumed(run: AdaptedRun, inputs: unknown): AdaptedRun {
  const resume = memberOf(inputs, 'resume');
  for (const id of run.questions) {
    const answer = memberOf(resume, id) ?? resume;
    run.decided(id, decisionIn(answer), answer === undefined ? undefined : textOf(answer));
  }
  run.resumed();
  return run;
}

/** Whether the error is an interrupt; each of its questions is recorded once, though several runs report it. */
function asked(run: AdaptedRun, error: unknown): boolean {
  const interrupts = error instanceof Error ? memberOf(error, 'interrupts') : undefined;
  if (!Array.isArray(interrupts)) return false;
  for (const interrupt of interrupts) {
    run.asked(String(memberOf(interrupt, 'id') ?? 'interrupt'), textOf(memberOf(interrupt, 'value')));
  }
  return true;
}

function messagesOf(state: unknown): unknown[] {
  const messages = memberOf(state, 'messages');
  return Array.isArray(messages) ? messages : [];
}

function contentOf(message: unknown): unknown {
  const content = memberOf(message, 'content');
  return contentText(content) || (content ?? message);
}

function goalOf(inputs: unknown): string {
  return lastTextOf(inputs) || 'not stated';
}

function lastTextOf(state: unknown): string {
  const last = messagesOf(state).at(-1);
  return textOf(last === undefined ? state : contentOf(last));
}

/** The outcome of an answer: what is neither yes nor no has changed what was asked for. */
function decisionIn(answer: unknown): 'approved' | 'rejected' | 'changed' {
  const word = textOf(answer).trim().toLowerCase();
  if (/^(approved?|accept(ed)?|yes|ok|true)$/.test(word)) return 'approved';
  return /^(reject(ed)?|den(y|ied)|no|false|decline[d]?)$/.test(word) ? 'rejected' : 'changed';
}
