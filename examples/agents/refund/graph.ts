import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { z } from 'zod';
import type { Task } from '../../../clients/sdk/task.ts';
import { auditedTools, toolCallsOf } from '../langgraph/audited-tools.ts';
import { recordDecision } from '../langgraph/record-decision.ts';
import { refundTools } from './tools.ts';

const ASK_HUMAN = 'ask_human';

/** What the graph asks a person, and what the person says. */
export const questionSchema = z.object({ reason: z.string(), question: z.string() });
export const answerSchema = z.object({
  approver: z.string(),
  decision: z.enum(['approved', 'rejected']),
  justification: z.string(),
});

const askHuman = tool(async () => 'asked', {
  name: ASK_HUMAN,
  description: 'Asks a person, where the policy says so.',
  schema: questionSchema,
});

/** model → tools → model … until the model answers without calling a tool. */
export function refundGraph(model: BaseChatModel, task: Task) {
  const tools = refundTools(task);
  const thinking = model.bindTools?.([...tools.map((audited) => audited.tool), recordDecision, askHuman]);
  if (!thinking) throw new Error('the model calls no tools');

  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await thinking.invoke(messages)] }))
    .addNode('tools', auditedTools(task, tools))
    .addNode('human', ({ messages }) => {
      const [call] = toolCallsOf(messages);
      // The run stops here. When it goes on, LangGraph runs this node again from its beginning, so whatever is said to
      // the audit trail about the pause is said by whoever runs the graph (runs.ts), not in here.
      const answer: unknown = interrupt(call?.args);
      const content = JSON.stringify(answer);
      return { messages: [new ToolMessage({ content, tool_call_id: call?.id ?? ASK_HUMAN })] };
    })
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => {
      const [first] = toolCallsOf(messages);
      if (!first) return END;
      return first.name === ASK_HUMAN ? 'human' : 'tools';
    })
    .addEdge('tools', 'model')
    .addEdge('human', 'model')
    .compile({ checkpointer: new MemorySaver() });
}
