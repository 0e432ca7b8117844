import { AsyncLocalStorage } from 'node:async_hooks';
import type { LanguageModelUsage, ModelMessage, Telemetry } from 'ai';
import { AdaptedRun, PausedRuns, type RunAudit } from '../adapted-run.ts';
import { contentText, memberOf, plainOf, textOf } from '../adapted-text.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { Completion } from '../inputs.ts';

/** What the AI SDK says of a call of the application: its `functionId`, and of `runtimeContext` what is included. */
export interface AiSdkCall {
  functionId: string | undefined;
  runtimeContext: Record<string, unknown>;
}

/** The same for all calls, or found for each. */
export type AiSdkAudit = RunAudit | ((call: AiSdkCall) => RunAudit);

type EventOf<K extends keyof Telemetry> =
  NonNullable<Telemetry[K]> extends (event: infer E) => unknown ? E : never;

/**
 * Records what agents of the Vercel AI SDK do (`generateText`, `streamText`, `ToolLoopAgent`), without a change to them:
 *
 * ```ts
 * registerTelemetry(auditAiSdk(trail, { user_id: 'u-17', approver: 'u-2' }));
 * ```
 *
 * A tool that needs approval is a question to a person, and neither a failure nor an end; the call that brings the
 * answer goes on with the same task. Keep one integration for the process: it remembers which runs wait.
 */
export function auditAiSdk(trail: AuditTrail, about: AiSdkAudit): Telemetry {
  const runs = new Map<string, AdaptedRun>();
  const paused = new PausedRuns<AdaptedRun>();
  /** Within a tool: the run that called it, so that what an agent in there does is a child task. */
  const within = new AsyncLocalStorage<AdaptedRun>();
  /** Runs whose beginning a strict trail refused: their tools must not run. */
  const refused = new Map<string, unknown>();

  const begin = ({ user_id, session_id }: RunAudit, goal: string) =>
    within.getStore()?.task.startTask({ goal }) ??
    trail.startTask({ goal, user_id, ...(session_id !== undefined && { session_id }) });

  const take = (callId: string): AdaptedRun | undefined => {
    const run = runs.get(callId);
    runs.delete(callId);
    refused.delete(callId);
    return run;
  };

  return {
    onStart(event) {
      if (event.operationId !== 'ai.generateText' && event.operationId !== 'ai.streamText') return;
      if (!('messages' in event && 'runtimeContext' in event)) return;
      const { callId, functionId, runtimeContext, messages = [] } = event;
      const resumed = resume(messages, paused);
      const call = { functionId, runtimeContext: { ...runtimeContext } };
      const own = resumed?.about ?? (typeof about === 'function' ? about(call) : about);
      try {
        runs.set(callId, resumed ?? new AdaptedRun(begin(own, goalOf(messages)), own));
      } catch (error) {
        refused.set(callId, error); // the SDK swallows what is thrown here
      }
    },

    onLanguageModelCallEnd({ callId, content, usage }) {
      const parts = content ?? [];
      runs.get(callId)?.answered({
        text: contentText(parts.filter(({ type }) => type === 'text')),
        reasoning: parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])),
        actions: parts.flatMap((part) => (part.type === 'tool-call' ? [part.toolName] : [])),
        tokens: tokensOf(usage),
      });
    },

    /** Recorded before the tool runs: where a strict trail refuses the call, the tool is not run. */
    executeTool: async ({ callId, toolCallId, toolCall, execute }) => {
      const run = runs.get(callId);
      if (refused.has(callId)) throw refused.get(callId);
      if (!run) return execute();
      run.called(toolCallId, {
        tool: toolCall?.toolName ?? 'unknown',
        ...(toolCall?.input !== undefined && { input: plainOf(toolCall.input) }),
      });
      return within.run(run, execute);
    },

    onToolExecutionEnd({ callId, toolCall, toolOutput, toolExecutionMs }) {
      const call = runs.get(callId)?.ended(toolCall.toolCallId);
      if (toolOutput.type === 'tool-error') call?.error(toolOutput.error);
      else call?.result({ summary: textOf(toolOutput.output), latency_ms: toolExecutionMs });
    },

    onStepEnd({ callId, content }) {
      for (const part of content) {
        if (part.type !== 'tool-approval-request' || part.isAutomatic === true) continue;
        const { toolName, input } = part.toolCall;
        runs.get(callId)?.asked(part.approvalId, textOf({ tool: toolName, input }));
      }
    },

    onEnd(event) {
      const run = take(event.callId);
      if (!run || !('finishReason' in event)) return;
      paused.keep(run.questions, run);
      if (event.finishReason === 'error') run.task.fail({ reason: 'The model ended with an error.' });
      else
        run.returned(
          completionOf(event as EventOf<'onEnd'> & { text?: string; totalUsage?: LanguageModelUsage }),
        );
    },

    onAbort({ callId, reason }) {
      take(callId)?.task.cancel(
        reason === undefined ? {} : { reason: textOf(memberOf(reason, 'message') ?? reason) },
      );
    },

    onError(event) {
      const run = take(String(memberOf(event, 'callId')));
      const error = memberOf(event, 'error');
      if (memberOf(error, 'name') === 'AbortError')
        run?.task.cancel({ reason: textOf(memberOf(error, 'message')) });
      else run?.task.fail({ reason: 'The run ended with an error.', error });
    },
  };
}

/** The run whose questions the last message answers, with the answers recorded. */
function resume(messages: readonly ModelMessage[], paused: PausedRuns<AdaptedRun>): AdaptedRun | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'tool') return undefined;
  let resumed: AdaptedRun | undefined;
  for (const part of last.content) {
    if (part.type !== 'tool-approval-response') continue;
    resumed ??= paused.take(part.approvalId);
    resumed?.decided(part.approvalId, part.approved ? 'approved' : 'rejected', part.reason);
  }
  resumed?.resumed();
  return resumed;
}

function goalOf(messages: readonly ModelMessage[]): string {
  const asked = messages.findLast(({ role }) => role === 'user');
  return contentText(asked?.content).trim() || 'not stated';
}

function completionOf({ text, totalUsage }: { text?: string; totalUsage?: LanguageModelUsage }): Completion {
  const tokens = totalUsage && tokensOf(totalUsage);
  return { ...(text !== undefined && text !== '' && { output: textOf(text) }), ...(tokens && { tokens }) };
}

function tokensOf(usage: LanguageModelUsage): Completion['tokens'] {
  const { inputTokens: input, outputTokens: output, totalTokens: total } = usage;
  const cached = usage.inputTokenDetails?.cacheReadTokens;
  const reasoning = usage.outputTokenDetails?.reasoningTokens;
  const known = Object.entries({ input, output, cached, reasoning, total }).filter(([, count]) => count);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}
