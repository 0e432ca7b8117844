import { useState } from 'preact/hooks';
import { durationText } from '../../../core/narrative/duration.ts';
import type { StoryEntry, Tone } from '../../../core/narrative/entry.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatClock, formatDate, formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { href } from '../route.ts';
import type { Line } from '../story.ts';
import { Icon, type IconName } from './icon.tsx';
import { Sentence } from './phrase.tsx';

const ICONS: Readonly<Record<Exclude<Tone, 'plain'>, IconName>> = {
  start: 'start',
  decision: 'decision',
  human: 'human',
  data: 'data',
  good: 'check',
  bad: 'cross',
  pause: 'pause',
};

const GAP_MS = 60_000; // a longer silence is told instead of drawn
const OPEN: readonly Tone[] = ['decision', 'human'];

/** One record of a story: the sentence, its time, whether it verifies; reasons in full, details on demand. */
export function LineView({
  line,
  before,
  open,
}: {
  line: Line;
  before: StoryEntry | undefined;
  open: boolean;
}) {
  const { timeZone } = useSigned();
  const { entry, verdict } = line;
  const [shown, setShown] = useState(false);
  const more = open || shown;
  const day = formatDate(entry.occurred_at, { timeZone }, english.locale);
  const newDay = !before || formatDate(before.occurred_at, { timeZone }, english.locale) !== day;
  const gap = before ? Date.parse(entry.occurred_at) - Date.parse(before.occurred_at) : 0;
  return (
    <>
      {newDay && <p class="day">{day}</p>}
      {!newDay && gap > GAP_MS && <p class="gap">{durationText(gap, english)} later</p>}
      <article class={`line ${entry.tone}${verdict.verified ? '' : ' altered'}`}>
        <time
          class="at"
          dateTime={entry.occurred_at}
          title={formatMoment(entry.occurred_at, { timeZone }, english.locale)}
        >
          {formatClock(entry.occurred_at, { timeZone }, english.locale)}
        </time>
        <span class="dot">
          {verdict.verified ? (
            entry.tone !== 'plain' && <Icon name={ICONS[entry.tone]} />
          ) : (
            <Icon name="cross" />
          )}
        </span>
        <div class="what">
          {!verdict.verified && (
            <p class="failure">
              <strong>Altered.</strong> {verdict.failure.meaning}
            </p>
          )}
          <p class="text">
            <Sentence phrase={entry.text} />
          </p>
          {(more || OPEN.includes(entry.tone)) && <Reasons entry={entry} />}
          {entry.late !== undefined && !more && (
            <p class="late">recorded {durationText(entry.late, english)} later</p>
          )}
          {more && <Details line={line} />}
          {entry.sub_task_id !== undefined && (
            <p>
              <a href={href('task', { id: entry.sub_task_id })}>Read what that agent did</a>
            </p>
          )}
        </div>
        <button
          type="button"
          class={verdict.verified ? 'more verified' : 'more'}
          aria-expanded={more}
          aria-label={`${more ? 'Less' : 'Details'} of record ${entry.log_index}, ${verdict.verified ? 'verified' : 'altered'}`}
          onClick={() => setShown(!shown)}
        >
          <Icon name={verdict.verified ? 'check' : 'cross'} />
          {more ? 'Less' : 'Details'}
        </button>
      </article>
    </>
  );
}

function Reasons({ entry: { body, options } }: { entry: StoryEntry }) {
  return (
    <>
      {body.map((paragraph, position) => (
        <blockquote key={position}>
          <Sentence phrase={paragraph} />
        </blockquote>
      ))}
      {options.length > 0 && (
        <ul class="options">
          {options.map(({ option, outcome, outcomeText, reason }, position) => (
            <li key={position} class={outcome}>
              <Sentence phrase={option} />: <strong>{outcomeText}</strong>
              {reason && (
                <span class="quiet">
                  {' '}
                  (<Sentence phrase={reason} />)
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Details({ line: { entry, verdict, raw } }: { line: Line }) {
  const { timeZone } = useSigned();
  const { record, log_index, leaf_hash, proof } = raw;
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  return (
    <div class="details">
      <dl>
        {entry.facts.map(({ label, value }, position) => (
          <div key={position}>
            <dt>{label}</dt>
            <dd>
              <Sentence phrase={value} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Occurred (agent's clock)</dt>
          <dd>{at(entry.occurred_at)}</dd>
        </div>
        <div>
          <dt>Recorded (log's clock)</dt>
          <dd>{at(record.recorded_at)}</dd>
        </div>
        <div>
          <dt>Agent</dt>
          <dd>
            <bdi>{visible(`${record.event.agent.id} ${record.event.agent.version}`)}</bdi>
          </dd>
        </div>
        <div>
          <dt>Sent by</dt>
          <dd>
            <bdi>{visible(record.emitter.id)}</bdi> over {record.ingest.source}
          </dd>
        </div>
        <div>
          <dt>Place in the log</dt>
          <dd>
            index {log_index} of {proof.tree_size},{' '}
            {verdict.verified ? 'verified here' : verdict.failure.code}
          </dd>
        </div>
        <div>
          <dt>Leaf hash</dt>
          <dd>
            <code>{leaf_hash}</code>
          </dd>
        </div>
      </dl>
      <details>
        <summary>The record as it was logged</summary>
        <pre tabIndex={0}>{visible(JSON.stringify(raw, null, 2), { lines: true })}</pre>
      </details>
    </div>
  );
}
