import { useEffect, useState } from 'preact/hooks';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { useSigned } from '../context.ts';
import type { LoadedStory } from '../story.ts';
import { Icon } from './icon.tsx';
import { Sentence } from './phrase.tsx';
import { OnItsWay, SignOff } from './sign-off.tsx';

interface ReviewsProps {
  taskId: string;
  story: LoadedStory;
  /** Brings a line of the story into view. */
  onShow(index: number): void;
  /** Reads the task anew. */
  onReread(): void;
}

const MOST = 10;
const REREADS_MS = [2_000, 4_000, 8_000, 16_000]; // until the log has taken a review, which is mostly at once

/** Who signed the task off, and the place to do so. */
export function Reviews({ taskId, story, onShow, onReread }: ReviewsProps) {
  const { timeZone, may } = useSigned();
  const { lines, altered, checkpoint, done, problem } = story;
  const reviews = lines.flatMap((line, index) =>
    line.entry.event_type === 'REVIEW_RECORDED' ? [{ ...line, index }] : [],
  );
  const [sent, setSent] = useState<string>();
  const [rereads, setRereads] = useState(0);
  const there = reviews.some(({ entry }) => entry.event_id === sent);
  useEffect(() => {
    const wait = REREADS_MS[rereads];
    if (sent === undefined || there || wait === undefined) return;
    const timer = setTimeout(() => {
      setRereads(rereads + 1);
      onReread();
    }, wait);
    return () => clearTimeout(timer);
  }, [sent, there, rereads]);
  if (!done || (reviews.length === 0 && !may('reviews'))) return null;
  return (
    <section class="reviews" aria-labelledby="reviews">
      <h2 id="reviews">{english.summary.reviews}</h2>
      {reviews.length === 0 && <p class="quiet">Nobody has signed this task off yet.</p>}
      <ul>
        {reviews.slice(-MOST).map(({ entry, verdict, index }) => (
          <li key={entry.event_id}>
            <Icon name={verdict.verified ? 'check' : 'cross'} />
            <span>
              <Sentence phrase={entry.text} />
              <span class="quiet small">
                {' '}
                {formatMoment(entry.occurred_at, { timeZone }, english.locale)},{' '}
                {verdict.verified ? 'verified here' : 'altered'}
              </span>
            </span>
            <button type="button" onClick={() => onShow(index)}>
              Show <span class="hidden">the review of {entry.occurred_at}</span>
            </button>
          </li>
        ))}
      </ul>
      {reviews.length > MOST && <p class="quiet">and {reviews.length - MOST} before these, in the story</p>}
      {sent !== undefined && !there && <OnItsWay />}
      {checkpoint && sent === undefined && (
        <SignOff
          scope={{ task_id: taskId }}
          what="this task"
          checkpoint={checkpoint.note}
          sound={altered.length === 0 && problem === undefined}
          onSent={setSent}
        />
      )}
    </section>
  );
}
