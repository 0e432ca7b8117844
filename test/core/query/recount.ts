import { EVENT_TYPES, isGovernanceType } from '../../../core/event/event.ts';
import { type EventFilter, filterSchema } from '../../../core/query/filter.ts';
import type { Order } from '../../../core/query/page.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import type { Known } from './filled-log.ts';

/** What the answer has to be, by looking at every event. */
export function recount(known: readonly Known[], filter: EventFilter, order: Order): Known[] {
  const category = filter.category ?? (filter.event_type ? 'all' : 'agent');
  return known
    .filter(
      (event) => category === 'all' || (category === 'governance') === isGovernanceType(event.eventType),
    )
    .filter(({ eventType }) => !filter.event_type || filter.event_type.includes(eventType))
    .filter(({ agentId }) => filter.agent_id === undefined || agentId === filter.agent_id)
    .filter(({ userId }) => filter.user_id === undefined || userId === filter.user_id)
    .filter(({ taskId }) => filter.task_id === undefined || taskId === filter.task_id)
    .filter(({ occurredAt }) => filter.from === undefined || occurredAt >= Date.parse(filter.from))
    .filter(({ occurredAt }) => filter.to === undefined || occurredAt < Date.parse(filter.to))
    .sort((a, b) => (order === 'log' ? 0 : a.occurredAt - b.occurredAt) || a.index - b.index);
}

/** A filter of up to seven parts, about half of which match something. */
export function randomFilter(random: SeededRandom): EventFilter {
  const pick = <T>(values: readonly T[]): T | undefined => values[random.below(values.length)];
  const time = () => new Date(Date.parse('2026-11-24T02:00:00Z') + random.below(6 * 3_600_000)).toISOString();
  const maybe = <T>(probability: number, value: T): T | undefined =>
    random.chance(probability) ? value : undefined;
  const types = EVENT_TYPES.filter(() => random.chance(0.3));
  const given = {
    event_type: maybe(0.4, types.length === 0 ? undefined : types),
    agent_id: maybe(0.4, pick(['refunds', 'bookings', 'agent-audit-trail', 'nobody'])),
    user_id: maybe(0.4, pick(['ann', 'ben', 'nobody'])),
    task_id: maybe(0.3, `task-${random.below(14)}`),
    from: maybe(0.4, time()),
    to: maybe(0.4, time()),
    category: maybe(0.6, pick(['agent', 'governance', 'all'])),
  };
  return filterSchema.parse(given);
}
