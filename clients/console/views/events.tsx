import { EVENT_TYPES } from '../../../core/event/event.ts';
import { useSigned } from '../context.ts';
import { EventLines } from '../parts/event-lines.tsx';
import { type Field, Filters } from '../parts/filters.tsx';

const FIELDS: readonly Field[] = [
  { name: 'user_id', label: 'On behalf of user', kind: 'text', hint: 'customer-17' },
  { name: 'agent_id', label: 'Agent', kind: 'text', hint: 'refund-agent' },
  { name: 'from', label: 'Occurred from', kind: 'time' },
  { name: 'to', label: 'Occurred before', kind: 'time' },
  {
    name: 'event_type',
    label: 'Type',
    kind: 'select',
    options: [{ value: '', label: 'any' }, ...EVENT_TYPES.map((type) => ({ value: type, label: type }))],
  },
  {
    name: 'category',
    label: 'Whose',
    kind: 'select',
    options: [
      { value: '', label: 'agents' },
      { value: 'governance', label: 'what was done to the trail' },
      { value: 'all', label: 'both' },
    ],
  },
];

/** Every action that was recorded: on behalf of a user, by an agent, between two dates. */
export function EventsView({ query }: { query: Readonly<Record<string, string>> }) {
  const { timeZone } = useSigned();
  return (
    <>
      <h1>Events</h1>
      <p class="lead">
        Every action on record, told one by one: by user, agent, type and time, in any combination.
      </p>
      <Filters view="events" fields={FIELDS} query={query} timeZone={timeZone} />
      <EventLines path="/v1/audit/events" query={query} what="event" signOff />
    </>
  );
}
