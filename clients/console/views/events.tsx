import { useEffect, useState } from 'preact/hooks';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import { useSigned } from '../context.ts';
import { type EventList, listEvents } from '../events.ts';
import { type Field, Filters } from '../parts/filters.tsx';
import { LineView } from '../parts/line.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { href } from '../route.ts';
import { alteredText } from './tasks.tsx';

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
  const { api, pin, timeZone, alarm } = useSigned();
  const [list, setList] = useState<EventList>();
  const [pages, setPages] = useState(1);
  const [turn, setTurn] = useState(0);
  const question = JSON.stringify(query);
  useEffect(() => {
    setPages(1);
    setList(undefined);
  }, [question]);
  useEffect(() => {
    const controller = new AbortController();
    void listEvents(api, query, { verifierKey: pin.key, timeZone, pages }, setList, controller.signal);
    return () => controller.abort();
  }, [api, pin.key, question, timeZone, pages, turn]);
  useEffect(() => {
    if (list && list.altered > 0) alarm(alteredText(list.altered));
  }, [list?.altered]);
  const lines = list?.lines ?? [];
  return (
    <>
      <h1>Events</h1>
      <p class="lead">
        Every action on record, told one by one: by user, agent, type and time, in any combination.
      </p>
      <Filters view="events" fields={FIELDS} query={query} timeZone={timeZone} />
      {list === undefined && <Loading what="events" />}
      {list && lines.length === 0 && !list.problem && (
        <Empty>No event matches. Widen the times, or take a filter away.</Empty>
      )}
      {lines.length > 0 && (
        <>
          <p class="count" role="status">
            Showing {lines.length} of {list?.total} events, {lines.length - (list?.altered ?? 0)} verified
            here
          </p>
          <div class="told">
            <VirtualList
              count={lines.length}
              estimate={76}
              keyOf={(index) => lines[index]?.entry.event_id ?? String(index)}
              label="Events"
              render={(index) => {
                const line = lines[index];
                const id = line?.raw.record.event.task?.id;
                return (
                  line && (
                    <>
                      <LineView line={line} before={lines[index - 1]?.entry} open={false} />
                      {id !== undefined && (
                        <p class="of">
                          in the task{' '}
                          <a href={href('task', { id })}>
                            <bdi>{id}</bdi>
                          </a>
                        </p>
                      )}
                    </>
                  )
                );
              }}
            />
          </div>
          {list?.more && (
            <button type="button" onClick={() => setPages(pages + 1)}>
              Show more
            </button>
          )}
        </>
      )}
      {list?.problem && <Failed problem={list.problem} retry={() => setTurn(turn + 1)} />}
    </>
  );
}
