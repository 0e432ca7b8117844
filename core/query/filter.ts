import { z } from 'zod';
import {
  AGENT_EVENT_TYPES,
  categoryOf,
  EVENT_TYPES,
  type EventType,
  GOVERNANCE_EVENT_TYPES,
} from '../event/event.ts';
import { short, timestamp } from '../event/values.ts';
import { type Dimension, postingPartition } from '../index/keys.ts';
import type { PostingEntry } from '../index/posting.ts';

/** What a reader may ask events by; everything that is given must hold. */
export const filterSchema = z.strictObject({
  event_type: z
    .array(z.enum(EVENT_TYPES as [EventType, ...EventType[]]))
    .min(1)
    .max(EVENT_TYPES.length)
    .optional()
    .meta({ description: 'Any of these types.' }),
  agent_id: short().optional(),
  user_id: short().optional(),
  task_id: short().optional(),
  from: timestamp().optional().meta({ description: 'Events that occurred at this time or later.' }),
  to: timestamp().optional().meta({ description: 'Events that occurred before this time.' }),
  category: z
    .enum(['agent', 'governance', 'all'])
    .optional()
    .meta({ description: 'Default: agent; with event_type, whatever the types are.' }),
});
export type EventFilter = z.output<typeof filterSchema>;

/** A filter, made ready for the index. */
export interface Selection {
  /** Lists of which a matching event is in one each; those of one element share no event. */
  lists: string[][];
  /** Whether every entry in `lists` is of a wanted type. */
  typesSettled: boolean;
  /** Whether an agent, a user or a task is named, which entries of other lists do not tell. */
  namesId: boolean;
  /** Whether nearly everything in the log matches: no id, no type, no time, not governance alone. */
  unbounded: boolean;
  types: ReadonlySet<EventType>;
  /** Lists with counts by day and type that have every match once; undefined where users or tasks are named. */
  counted?: string[] | undefined;
  /** Milliseconds: inclusive, exclusive. */
  from: number;
  to: number;
}

const ID_DIMENSIONS = ['agent_id', 'user_id', 'task_id'] as const;

/** The lists that answer `filter`. Time and type stand in every entry, so only ids need lists of their own. */
export function select(filter: EventFilter, indexKey: Uint8Array): Selection {
  const partition = (dimension: Dimension, value: string) => postingPartition(indexKey, dimension, value);
  const types = typesOf(filter);
  const ids = ID_DIMENSIONS.flatMap((dimension) => {
    const value = filter[dimension];
    return value === undefined ? [] : [[partition(dimension, value)]];
  });
  return {
    lists: ids.length > 0 ? ids : [typeLists(filter, types, partition)],
    typesSettled: ids.length === 0 || types.size === EVENT_TYPES.length,
    namesId: ids.length > 0,
    unbounded:
      ids.length === 0 &&
      Object.keys(filter).every((name) => name === 'category') &&
      filter.category !== 'governance',
    types,
    counted: countedLists(filter, types, partition),
    from: filter.from === undefined ? 0 : Date.parse(filter.from),
    to: filter.to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(filter.to),
  };
}

function countedLists(
  { agent_id, user_id, task_id }: EventFilter,
  types: ReadonlySet<EventType>,
  partition: (dimension: Dimension, value: string) => string,
): string[] | undefined {
  if (user_id !== undefined || task_id !== undefined) return undefined;
  if (agent_id !== undefined) return [partition('agent_id', agent_id)];
  return [...new Set([...types].map(categoryOf))].map((category) => partition('category', category));
}

/** The story of a task: its own events, the starts of its sub-tasks, and the reviews of it. */
export function selectStory(taskId: string, indexKey: Uint8Array): Selection {
  const story = (['task_id', 'about_task_id'] as const).map((dimension) =>
    postingPartition(indexKey, dimension, taskId),
  );
  const everything = select({ category: 'all' }, indexKey);
  return { ...everything, lists: [story], namesId: true, unbounded: false, counted: undefined };
}

/** The reviews of a task, or all of them, between two times. */
export function selectReviews(
  { task_id, from, to }: Pick<EventFilter, 'task_id' | 'from' | 'to'>,
  indexKey: Uint8Array,
): Selection {
  const all = select({ event_type: ['REVIEW_RECORDED'], from, to }, indexKey);
  if (task_id === undefined) return all;
  const ofTask = [[postingPartition(indexKey, 'about_task_id', task_id)]];
  return { ...all, lists: ofTask, typesSettled: false, namesId: true, counted: undefined };
}

/** Whether an entry of a list is of a type and time that the filter wants. */
export function wants(selection: Selection, entry: Pick<PostingEntry, 'type' | 'occurredAt'>): boolean {
  const { types, from, to } = selection;
  return types.has(entry.type) && entry.occurredAt >= from && entry.occurredAt < to;
}

/** The types of event that `filter` asks for. */
export function typesOf({
  event_type,
  category,
}: Pick<EventFilter, 'event_type' | 'category'>): Set<EventType> {
  const ofCategory = new Set<EventType>(
    {
      agent: AGENT_EVENT_TYPES,
      governance: GOVERNANCE_EVENT_TYPES,
      all: EVENT_TYPES,
    }[category ?? (event_type ? 'all' : 'agent')],
  );
  return event_type ? new Set(event_type.filter((type) => ofCategory.has(type))) : ofCategory;
}

function typeLists(
  { event_type, category = 'agent' }: EventFilter,
  types: ReadonlySet<EventType>,
  partition: (dimension: Dimension, value: string) => string,
): string[] {
  if (event_type) return [...types].map((type) => partition('event_type', type));
  const categories = category === 'all' ? ['agent', 'governance'] : [category];
  return categories.map((name) => partition('category', name));
}
