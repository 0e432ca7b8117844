import { useEffect, useState } from 'preact/hooks';
import { durationText } from '../../../core/narrative/duration.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { inWords } from '../../../core/narrative/phrase.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { type Field, Filters } from '../parts/filters.tsx';
import { Icon } from '../parts/icon.tsx';
import { Sentence } from '../parts/phrase.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { href, navigate } from '../route.ts';
import { alteredText } from '../story.ts';
import { type ListedTask, listTasks, type TaskList } from '../tasks.ts';

const { outcomes } = english.summary;
const FIELDS: readonly Field[] = [
  { name: 'q', label: 'Words in the goal', kind: 'text', hint: 'refund order' },
  { name: 'user_id', label: 'On behalf of user', kind: 'text', hint: 'customer-17' },
  { name: 'agent_id', label: 'Agent', kind: 'text', hint: 'refund-agent' },
  {
    name: 'outcome',
    label: 'Outcome',
    kind: 'select',
    options: [
      { value: '', label: 'any' },
      ...Object.entries(outcomes).map(([value, label]) => ({ value, label })),
    ],
  },
  { name: 'from', label: 'Started from', kind: 'time' },
  { name: 'to', label: 'Started before', kind: 'time' },
];

/** The tasks of the tenant, newest first. */
export function TasksView({ query }: { query: Readonly<Record<string, string>> }) {
  const { api, trust, timeZone, alarm } = useSigned();
  const [list, setList] = useState<TaskList>();
  const [pages, setPages] = useState(1);
  const [turn, setTurn] = useState(0);
  const question = JSON.stringify(query);
  useEffect(() => {
    setPages(1);
    setList(undefined);
  }, [question]);
  useEffect(() => {
    const controller = new AbortController();
    void listTasks(api, query, trust, pages, setList, controller.signal);
    return () => controller.abort();
  }, [api, trust, question, pages, turn]);
  useEffect(() => {
    if (list && list.altered > 0) alarm(alteredText(list.altered));
  }, [list?.altered]);
  return (
    <>
      <h1>Tasks</h1>
      <p class="lead">Every run of an agent towards a goal. Open one to read what it did and why.</p>
      <GoTo />
      <Filters view="tasks" fields={FIELDS} query={query} timeZone={timeZone} />
      {list === undefined && <Loading what="tasks" />}
      {list && !list.problem && list.tasks.length === 0 && (
        <Empty>
          {Object.keys(query).length > 0
            ? list.searched === undefined
              ? 'No task matches. Widen the times, or take a filter away.'
              : `None of the ${list.searched} newest tasks has these words in goal, id, agent or user.`
            : 'No agent has started a task yet.'}
        </Empty>
      )}
      {list && list.tasks.length > 0 && (
        <>
          <p class="count" role="status">
            Showing {list.tasks.length}
            {list.total === undefined ? '' : ` of ${Math.max(list.total, list.tasks.length)}`}{' '}
            {list.tasks.length === 1 ? 'task' : 'tasks'}, newest first
            {list.searched !== undefined &&
              `; the words were looked for in goal, id, agent and user of the ${list.searched} newest`}
          </p>
          <ul class="tasks">
            {list.tasks.map((task) => (
              <TaskRow key={task.id} task={task} timeZone={timeZone} />
            ))}
          </ul>
        </>
      )}
      {list?.more && (
        <button type="button" onClick={() => setPages(pages + 1)}>
          {list.searched === undefined ? 'Show more' : 'Look in older tasks'}
        </button>
      )}
      {list?.problem && <Failed problem={list.problem} retry={() => setTurn(turn + 1)} />}
    </>
  );
}

function TaskRow({ task, timeZone }: { task: ListedTask; timeZone: string }) {
  const altered = task.verdict?.verified === false;
  return (
    <li class={altered ? 'altered' : ''}>
      <a href={href('task', { id: task.id })}>
        <span class="goal">
          {task.goal === undefined ? (
            <bdi>{visible(task.id)}</bdi>
          ) : (
            <Sentence phrase={inWords(task.goal, english.withheld.permission)} />
          )}
        </span>
        <span class="who">
          <bdi>{visible(task.agent ?? '')}</bdi> for{' '}
          <bdi>{task.user === undefined ? 'somebody who is not on record' : visible(task.user)}</bdi>
        </span>
        <span class="who">
          <time dateTime={task.startedAt}>{formatMoment(task.startedAt, { timeZone }, english.locale)}</time>
          <br />
          {task.events} {task.events === 1 ? 'event' : 'events'}
          {task.durationMs === undefined ? '' : `, ${durationText(task.durationMs, english)}`}
          {task.missing > 0 && <strong class="wrong">, {task.missing} missing</strong>}
        </span>
        <span class={`chip ${task.outcome}`}>{outcomes[task.outcome]}</span>
      </a>
      {altered && (
        <strong class="mark bad">
          <Icon name="cross" /> altered
        </strong>
      )}
    </li>
  );
}

/** Straight to a task whose id is known. */
function GoTo() {
  const [id, setId] = useState('');
  return (
    <form
      class="go"
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() !== '') navigate('task', { id: id.trim() });
      }}
    >
      <label>
        <span class="hidden">Task id</span>
        <input
          value={id}
          placeholder="Task id"
          spellcheck={false}
          onInput={(event) => setId(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Open</button>
    </form>
  );
}
