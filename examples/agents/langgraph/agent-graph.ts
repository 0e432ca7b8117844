import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import type { Task } from '../../../clients/sdk/task.ts';
import { type AuditedTool, auditedTools, toolCallsOf } from './audited-tools.ts';
import { recordDecision } from './record-decision.ts';

/** The smallest agent there is: model → tools → model … until the model answers without calling a tool. */
export function agentGraph(model: BaseChatModel, task: Task, tools: readonly AuditedTool[]) {
  const thinking = model.bindTools?.([...tools.map(({ tool }) => tool), recordDecision]);
  if (!thinking) throw new Error('the model calls no tools');
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await thinking.invoke(messages)] }))
    .addNode('tools', auditedTools(task, tools))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (toolCallsOf(messages).length > 0 ? 'tools' : END))
    .addEdge('tools', 'model')
    .compile();
}
