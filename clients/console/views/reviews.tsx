import { useSigned } from '../context.ts';
import { EventLines } from '../parts/event-lines.tsx';
import { type Field, Filters } from '../parts/filters.tsx';

const FIELDS: readonly Field[] = [
  { name: 'task_id', label: 'Task', kind: 'text', hint: 'task id' },
  { name: 'from', label: 'Made from', kind: 'time' },
  { name: 'to', label: 'Made before', kind: 'time' },
];

/** What people concluded when they reviewed tasks and ranges. The log is the only place that has it. */
export function ReviewsView({ query }: { query: Readonly<Record<string, string>> }) {
  const { timeZone } = useSigned();
  return (
    <>
      <h1>Reviews</h1>
      <p class="lead">
        Who signed off what, and with what conclusion. Open a task, or filter the events, to sign off
        yourself.
      </p>
      <Filters view="reviews" fields={FIELDS} query={query} timeZone={timeZone} />
      <EventLines path="/v1/audit/reviews" query={query} what="review" />
    </>
  );
}
