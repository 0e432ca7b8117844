import { z } from 'zod';
import type { SeededRandom } from './seeded-random.ts';

const COMBINATIONS = 24;
const HOUR = 3_600_000;

/** What the filters of the API are about, read from the event itself. */
export interface Counted {
  index: number;
  event_type: string;
  agent_id: string;
  user_id: string | undefined;
  task_id: string | undefined;
  at: number;
}
/** A question to the API. */
export type Filter = Partial<
  Record<'agent_id' | 'user_id' | 'task_id' | 'from' | 'to' | 'category', string>
> & {
  event_type?: string[];
};

const GOVERNING_AGENT = 'agent-audit-trail';
const eventSchema = z.looseObject({
  event_type: z.string(),
  occurred_at: z.iso.datetime(),
  agent: z.looseObject({ id: z.string() }),
  initiator: z.looseObject({ user_id: z.string().optional() }).optional(),
  task: z.looseObject({ id: z.string() }).optional(),
});

/** Reads `event`, which stands at `index` of the log. */
export function counted(event: unknown, index: number): Counted {
  const { event_type, agent, initiator, task, occurred_at } = eventSchema.parse(event);
  return {
    index,
    event_type,
    agent_id: agent.id,
    user_id: initiator?.user_id,
    task_id: task?.id,
    at: Date.parse(occurred_at),
  };
}

/** Whether the API promises to count `event` under `filter`; the plainest way to say it. */
export function matches(event: Counted, filter: Filter): boolean {
  const category = filter.category ?? (filter.event_type ? 'all' : 'agent');
  const own = event.agent_id === GOVERNING_AGENT ? 'governance' : 'agent';
  return (
    (category === 'all' || category === own) &&
    (filter.event_type?.includes(event.event_type) ?? true) &&
    (['agent_id', 'user_id', 'task_id'] as const).every(
      (name) => filter[name] === undefined || filter[name] === event[name],
    ) &&
    (filter.from === undefined || event.at >= Date.parse(filter.from)) &&
    (filter.to === undefined || event.at < Date.parse(filter.to))
  );
}

/** Each filter alone, at its edges, and seeded combinations of two and three. */
export function filtersFor(events: readonly Counted[], random: SeededRandom): Filter[] {
  const one = <T>(values: readonly T[]): T => {
    const value = values[random.below(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  };
  const distinct = (name: 'event_type' | 'agent_id' | 'user_id' | 'task_id') =>
    [...new Set(events.map((event) => event[name]))].filter((value) => value !== undefined);
  const iso = (ms: number) => new Date(ms).toISOString();
  const times = events.map(({ at }) => at).toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const hour = Math.ceil(first / HOUR) * HOUR;
  const windows: Filter[] = [
    { from: iso(first), to: iso(last) }, // the last event is at `to`, so it is out
    { from: iso(first), to: iso(last + 1) },
    { from: iso(hour + HOUR), to: iso(hour + 3 * HOUR) },
    { from: iso(one(times)) },
    { to: iso(one(times)) },
    { from: iso(hour), to: iso(hour) },
    { from: iso(hour + 1).replace('Z', '+00:00'), to: `${iso(hour + 2.5 * HOUR).slice(0, -1)}-02:00` },
  ];
  const types = distinct('event_type');
  const any = (): Filter[] => {
    const [from, to] = [one(times), one(times)].toSorted((a, b) => a - b);
    return [
      { event_type: [one(types)] },
      { event_type: [one(types), one(types)] },
      { agent_id: one(distinct('agent_id')) },
      { user_id: one(distinct('user_id')) },
      { task_id: one(distinct('task_id')) },
      { from: iso(from ?? 0), to: iso(to ?? 0) },
      { category: one(['agent', 'governance', 'all']) },
    ];
  };
  const combined = Array.from({ length: COMBINATIONS }, (_, number): Filter => {
    const kinds = any();
    const chosen = Array.from(
      { length: 2 + (number % 2) },
      () => kinds.splice(random.below(kinds.length), 1)[0],
    );
    return Object.assign({}, ...chosen);
  });
  return [
    {},
    ...types.map((type) => ({ event_type: [type] })),
    { event_type: ['TOOL_CALLED', 'TOOL_RESULT_RECEIVED'] },
    { event_type: ['TASK_COMPLETED', 'TASK_FAILED', 'TASK_INITIATED'] },
    { event_type: ['TOKEN_ISSUED', 'MESSAGE_EXCHANGED'] },
    ...distinct('agent_id').map((agent_id) => ({ agent_id })),
    ...distinct('user_id')
      .slice(0, 6)
      .map((user_id) => ({ user_id })),
    { user_id: 'nobody' },
    ...Array.from({ length: 5 }, () => ({ task_id: one(distinct('task_id')) })),
    ...windows,
    ...['agent', 'governance', 'all'].map((category) => ({ category })),
    ...combined,
  ];
}
