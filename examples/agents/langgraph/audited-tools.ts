import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import type { EventContext, ToolCall } from '../../../clients/sdk/inputs.ts';
import type { Task } from '../../../clients/sdk/task.ts';
import { decisionSchema, RECORD_DECISION } from './record-decision.ts';

/** A LangChain tool, and what the audit trail should know of it besides its name. */
export interface AuditedTool {
  tool: StructuredToolInterface;
  kind?: 'tool' | 'api' | 'agent';
  /** Whether it changes something outside the agent. */
  side_effect?: boolean;
  purpose?: string;
  elevated_permissions?: string[];
}

/** The calls that the model asked for in its last message. */
export function toolCallsOf(messages: readonly BaseMessage[]) {
  const last = messages.at(-1);
  return AIMessage.isInstance(last) ? (last.tool_calls ?? []) : [];
}

const CAUSATION = 'audit_causation';

/** The call that a tool is running in, and the decision behind it: what it does to data is recorded as caused by them. */
export function causeOf(config: { configurable?: Record<string, unknown> }): EventContext {
  return { causation: config.configurable?.[CAUSATION] as EventContext['causation'] };
}

/**
 * A graph node that runs the tool calls of the last message and tells the audit trail before and after each: this is
 * where agent and audit trail meet. What a tool throws is recorded and thrown on, so that the run fails as it would
 * without an audit trail.
 */
export function auditedTools(task: Task, tools: readonly AuditedTool[]) {
  let decision_id: string | undefined;
  return async ({ messages }: { messages: BaseMessage[] }) => {
    const answers: ToolMessage[] = [];
    for (const { name, args, id = name } of toolCallsOf(messages)) {
      if (name === RECORD_DECISION) {
        decision_id = task.decision({ ...decisionSchema.parse(args), source: 'stated' });
        answers.push(new ToolMessage({ content: 'recorded', tool_call_id: id }));
        continue;
      }
      const known = tools.find(({ tool }) => tool.name === name);
      if (!known) throw new Error(`the model asked for a tool that it does not have: ${name}`);
      const call = task.toolCalled({
        ...announcement(known),
        input: args,
        ...(decision_id && { decision_id }),
      });
      try {
        const causation = { call_id: call.callId, ...(decision_id && { decision_id }) };
        const result: unknown = await known.tool.invoke(args, { configurable: { [CAUSATION]: causation } });
        call.result({ summary: String(result) });
        answers.push(new ToolMessage({ content: String(result), tool_call_id: id }));
      } catch (error) {
        call.error(error);
        throw error;
      }
    }
    return { messages: answers };
  };
}

function announcement({ tool, kind = 'tool', side_effect = false, ...rest }: AuditedTool): ToolCall {
  return { tool: { name: tool.name, kind, side_effect }, ...rest };
}
