import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import type { Task } from '../../../clients/sdk/task.ts';
import { agentGraph } from '../langgraph/agent-graph.ts';
import type { AuditedTool } from '../langgraph/audited-tools.ts';

const HOTELS = [
  { name: 'Casa do Rio', city: 'Lisbon', per_night: 140 },
  { name: 'Grand Tejo', city: 'Lisbon', per_night: 310 },
];

/** The sub-agent: finds a hotel. `task` is its own, and its parent is the task of the agent that asked. */
export async function findHotel(
  model: BaseChatModel,
  task: Task,
  city: string,
  budget: number,
): Promise<string> {
  const search = tool(
    async (wanted) => {
      const found = HOTELS.filter((hotel) => hotel.city === wanted.city);
      task.dataAccessed({
        operation: 'read',
        store: { kind: 'api', system: 'hotels', name: 'availability' },
        record_count: found.length,
        data_classes: ['public'],
      });
      return found.map(({ name, per_night }) => `${name}, ${per_night} EUR a night`).join('; ');
    },
    { name: 'search_hotels', description: 'Hotels of a city.', schema: z.object({ city: z.string() }) },
  );
  const tools: AuditedTool[] = [{ tool: search, kind: 'api', purpose: 'see which hotels have a room' }];
  const wish = `Find a hotel in ${city} for at most ${budget} EUR a night.`;
  const { messages } = await agentGraph(model, task, tools).invoke({ messages: [new HumanMessage(wish)] });
  return messages.at(-1)?.text ?? '';
}
