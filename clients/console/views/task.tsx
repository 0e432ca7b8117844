import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Completeness, completenessTexts } from '../../../core/narrative/completeness.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import { useSigned } from '../context.ts';
import { Icon } from '../parts/icon.tsx';
import { LineView } from '../parts/line.tsx';
import { Sentence } from '../parts/phrase.tsx';
import { Reviews } from '../parts/reviews.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { href } from '../route.ts';
import { alteredText, type LoadedStory, loadStory } from '../story.ts';

/** One task, told, verified record by record. */
export function TaskView({ query }: { query: Readonly<Record<string, string>> }) {
  const id = query['id'] ?? '';
  const { api, trust, timeZone, alarm } = useSigned();
  const [story, setStory] = useState<LoadedStory>();
  const [turn, setTurn] = useState(0);
  const [printing, setPrinting] = useState(false);
  useEffect(() => setStory(undefined), [api, trust, id, timeZone]);
  useEffect(() => {
    if (id === '') return;
    const controller = new AbortController();
    void loadStory(api, id, trust, timeZone, setStory, controller.signal);
    return () => controller.abort();
  }, [api, trust, id, timeZone, turn]);
  useEffect(() => {
    if (story && story.altered.length > 0) alarm(alteredText(story.altered.length));
  }, [story?.altered.length]);
  useEffect(() => {
    if (!printing) return;
    const done = () => setPrinting(false);
    addEventListener('afterprint', done, { once: true });
    const frame = requestAnimationFrame(() => print());
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('afterprint', done);
    };
  }, [printing]);

  if (id === '') return <Empty>No task was named.</Empty>;
  return (
    <>
      <nav class="path" aria-label="Where you are">
        <a href={href('tasks')}>Tasks</a>
        {story?.parentId !== undefined && (
          <>
            {' / '}
            <a href={href('task', { id: story.parentId })}>
              <bdi>{story.parentId}</bdi>
            </a>
          </>
        )}
        {' / '}
        <bdi>{id}</bdi>
      </nav>
      {story === undefined && <Loading what="the task" />}
      {story && (
        <Told
          id={id}
          story={story}
          printing={printing}
          onPrint={() => setPrinting(true)}
          onReread={() => setTurn(turn + 1)}
        />
      )}
      {story?.problem && <Failed problem={story.problem} retry={() => setTurn(turn + 1)} />}
    </>
  );
}

function Told({
  id,
  story,
  printing,
  onPrint,
  onReread,
}: {
  id: string;
  story: LoadedStory;
  printing: boolean;
  onPrint(): void;
  onReread(): void;
}) {
  const { lines, total, done, facts, problem } = story;
  const [focus, setFocus] = useState<number>();
  const [goal, ...rest] = facts;
  const subTasks = useMemo(() => lines.filter(({ entry }) => entry.sub_task_id !== undefined), [lines]);
  if (lines.length === 0) return problem ? null : <Empty>The log holds nothing of this task.</Empty>;
  return (
    <>
      <h1 class="goal">{goal ? <Sentence phrase={goal.value} /> : id}</h1>
      <Verdicts story={story} onShow={setFocus} />
      <div class="columns">
        <section class="summary" aria-label={english.summary.heading}>
          <dl>
            {rest.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <Sentence phrase={value} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
        <section class="told" aria-labelledby="told">
          <div class="head">
            <h2 id="told">{english.summary.story}</h2>
            <p class="count" role="status">
              Showing {lines.length} of {total} events{done ? '' : ', reading on …'}
            </p>
            <button type="button" class="print" onClick={onPrint} disabled={!done}>
              <Icon name="print" /> Print
            </button>
          </div>
          {subTasks.length > 0 && (
            <p class="tree">
              Handed over to other agents:{' '}
              {subTasks.slice(0, 20).map(({ entry }, position) => (
                <span key={entry.event_id}>
                  {position > 0 && ', '}
                  <a href={href('task', { id: entry.sub_task_id })}>
                    <bdi>{lines.find((line) => line.entry === entry)?.raw.record.event.agent.id}</bdi>
                  </a>
                </span>
              ))}
              {subTasks.length > 20 && ` and ${subTasks.length - 20} more`}
            </p>
          )}
          <VirtualList
            count={lines.length}
            estimate={76}
            keyOf={(index) => lines[index]?.entry.event_id ?? String(index)}
            label={english.summary.story}
            all={printing}
            focus={focus}
            render={(index) => {
              const line = lines[index];
              return line && <LineView line={line} before={lines[index - 1]?.entry} open={printing} />;
            }}
          />
        </section>
      </div>
      <Reviews taskId={id} story={story} onShow={setFocus} onReread={onReread} />
    </>
  );
}

/** The two questions of somebody who has to sign: was anything changed, is anything missing. */
function Verdicts({ story, onShow }: { story: LoadedStory; onShow(index: number): void }) {
  const { pin } = useSigned();
  const { lines, altered, completeness, done, checkpoint, problem } = story;
  const sound = altered.length === 0 && problem?.code !== 'integrity';
  const [first] = altered;
  return (
    <div class="verdicts">
      <section class={sound ? 'verdict good' : 'verdict bad'} aria-label="Verification">
        <h2>
          <Icon name={sound ? 'check' : 'cross'} />
          {sound ? (done ? 'Verified' : 'Verified so far') : 'Altered'}
        </h2>
        <p>
          {sound
            ? `All ${lines.length} records are, unchanged, in the log whose head of ${checkpoint?.size ?? 0} records is signed. Checked in this browser.`
            : problem?.code === 'integrity' && altered.length === 0
              ? `After ${lines.length} records the log refuses to go on: what is stored there was altered.`
              : `${alteredText(altered.length)}.`}
        </p>
        {first !== undefined && (
          <button type="button" class="danger" onClick={() => onShow(first)}>
            Show the first of them
          </button>
        )}
        <p class="quiet small">
          Key {pin.source === 'pasted' ? 'given by you' : 'kept since this browser first asked'}:{' '}
          <a href={href('integrity')}>
            <code>{pin.key.split('+')[1]}</code>
          </a>
        </p>
      </section>
      <CompletenessVerdict completeness={completeness} sound={sound} />
    </div>
  );
}

function CompletenessVerdict({ completeness, sound }: { completeness: Completeness; sound: boolean }) {
  const good = sound && completeness.complete;
  const heading = completeness.complete
    ? completeness.whole
      ? 'Complete'
      : 'Complete so far'
    : 'Something is missing';
  return (
    <section class={good ? 'verdict good' : 'verdict open'} aria-label={english.summary.completeness}>
      <h2>
        <Icon name={good ? 'check' : 'wait'} />
        {sound ? heading : 'Completeness unknown'}
      </h2>
      {sound ? (
        completenessTexts(completeness, english).map((text) => (
          <p key={plain(text)}>
            <Sentence phrase={text} />
          </p>
        ))
      ) : (
        <p>Records were altered, so nothing that they say of themselves can be relied on.</p>
      )}
    </section>
  );
}
