import { useEffect, useState } from 'preact/hooks';
import { useSigned } from '../context.ts';
import { type EventList, listEvents } from '../events.ts';
import type { PageEntry } from '../pages.ts';
import { href } from '../route.ts';
import { alteredText } from '../story.ts';
import { LineView } from './line.tsx';
import { SignOff } from './sign-off.tsx';
import { Empty, Failed, Loading } from './states.tsx';
import { VirtualList } from './virtual-list.tsx';

interface EventLinesProps {
  path: '/v1/audit/events' | '/v1/audit/reviews';
  query: Readonly<Record<string, string>>;
  /** What one of them is called. */
  what: string;
  /** Whether what is listed may be signed off. */
  signOff?: boolean;
  /** What is said where there is none. */
  empty?: string;
}

/** What `query` asks for at `path`, page by page, each record verified here. */
export function EventLines({ path, query, what, signOff = false, empty }: EventLinesProps) {
  const { api, trust, timeZone, alarm } = useSigned();
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
    void listEvents(api, path, query, { trust, timeZone, pages }, setList, controller.signal);
    return () => controller.abort();
  }, [api, trust, question, timeZone, pages, turn]);
  useEffect(() => {
    if (list && list.altered > 0) alarm(alteredText(list.altered));
  }, [list?.altered]);
  const lines = list?.lines ?? [];
  return (
    <>
      {list === undefined && <Loading what={`${what}s`} />}
      {list && lines.length === 0 && !list.problem && (
        <Empty>{empty ?? `No ${what} matches. Widen the times, or take a filter away.`}</Empty>
      )}
      {lines.length > 0 && (
        <>
          <p class="count" role="status">
            Showing {lines.length} of {list?.total} {what}s, {lines.length - (list?.altered ?? 0)} verified
            here
          </p>
          <div class="told">
            <VirtualList
              count={lines.length}
              estimate={76}
              keyOf={(index) => lines[index]?.entry.event_id ?? String(index)}
              label={`${what}s`}
              render={(index) => {
                const line = lines[index];
                const id = line && taskOf(line.raw);
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
      {signOff && list?.checkpoint !== undefined && !list.problem && (
        <SignOff
          key={question}
          scope={{ filter: query }}
          what="these events"
          checkpoint={list.checkpoint}
          sound={list.altered === 0}
          onSent={() => undefined}
        />
      )}
      {list?.problem && <Failed problem={list.problem} retry={() => setTurn(turn + 1)} />}
    </>
  );
}

/** The task that an event belongs to, or that a review is of. */
function taskOf({ record: { event } }: PageEntry): string | undefined {
  if (event.event_type !== 'REVIEW_RECORDED') return event.task?.id;
  const { target } = event.payload;
  return target?.type === 'task' ? target.id : undefined;
}
