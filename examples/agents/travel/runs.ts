import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import type { AuditTrail } from '../../../clients/sdk/audit-trail.ts';
import type { Task } from '../../../clients/sdk/task.ts';
import { agentGraph } from '../langgraph/agent-graph.ts';
import type { AuditedTool } from '../langgraph/audited-tools.ts';
import type { Run } from '../local-run/report.ts';
import { findHotel } from './hotel-agent.ts';
import { hotelFinder, planner } from './scripts.ts';

/** A trip that is booked with the help of a sub-agent, and one that a person stops before anything is booked. */
export async function travelRuns(trail: AuditTrail): Promise<Run[]> {
  return [...(await bookedTrip(trail)), stoppedTrip(trail)];
}

/** Two tasks, parent and child, so two runs. */
async function bookedTrip(trail: AuditTrail): Promise<Run[]> {
  const goal = 'Book three nights in Lisbon';
  const task = trail.startTask({ goal, user_id: 'employee-4', input: { city: 'Lisbon', budget: 180 } });
  const children: Run[] = [];
  const tools = travelTools(task, (what, lastEvent) => children.push({ what, lastEvent }));
  const wish = new HumanMessage('Three nights in Lisbon next week, please, for at most 180 EUR a night.');
  const { messages } = await agentGraph(planner(), task, tools).invoke({ messages: [wish] });
  const lastEvent = task.complete({ output: { answer: messages.at(-1)?.text ?? '' } });
  return [...children, { what: `${goal}: booked`, lastEvent }];
}

function travelTools(task: Task, onChild: (what: string, lastEvent: string) => void): AuditedTool[] {
  // To the caller the sub-agent is a tool of kind `agent`; what it does is a task of its own, with this one as parent.
  const askHotelAgent = tool(
    async ({ city, budget }) => {
      const goal = `Find a hotel in ${city}`;
      const child = task.startTask({ goal, agent: { id: 'hotel-agent', version: '2.1.0' } });
      const hotel = await findHotel(hotelFinder(), child, city, budget);
      onChild(`${goal}: ${hotel}`, child.complete({ output: { hotel } }));
      return hotel;
    },
    {
      name: 'ask_hotel_agent',
      description: 'Asks the hotel agent for a hotel within a budget a night, in EUR.',
      schema: z.object({ city: z.string(), budget: z.number() }),
    },
  );
  const bookTrip = tool(
    async ({ hotel, train }) => {
      task.dataAccessed({
        operation: 'write',
        store: { kind: 'api', system: 'bookings', name: 'trips' },
        record_count: 1,
        data_classes: ['travel'],
      });
      return `booked ${hotel} and ${train}`;
    },
    {
      name: 'book_trip',
      description: 'Books hotel and train. It costs money.',
      schema: z.object({ hotel: z.string(), train: z.string() }),
    },
  );
  return [
    { tool: askHotelAgent, kind: 'agent', purpose: 'find a hotel within the budget' },
    { tool: bookTrip, kind: 'api', side_effect: true, purpose: 'book hotel and train' },
  ];
}

function stoppedTrip(trail: AuditTrail): Run {
  const goal = 'Book a flight to New York';
  const task = trail.startTask({ goal, user_id: 'employee-9', input: { city: 'New York' } });
  const search = task.toolCalled({ tool: { name: 'search_flights', kind: 'api' }, input: { to: 'JFK' } });
  // The employee closes the request while the search is still running.
  task.humanIntervened({ actor: { id: 'employee-9' }, action: 'stop', target_call_id: search.callId });
  search.error('stopped by the employee', { status: 'cancelled' });
  return {
    what: `${goal}: called off`,
    lastEvent: task.cancel({ by: 'employee-9', reason: 'The meeting moved online.' }),
  };
}
