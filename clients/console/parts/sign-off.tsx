import { useRef, useState } from 'preact/hooks';
import { type EventId, mintEventId } from '../../../core/event/ids.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import { CONCLUSIONS } from '../../../core/review/review.ts';
import type { Problem } from '../api.ts';
import { useSigned } from '../context.ts';
import { Form } from './form.tsx';
import { Failed } from './states.tsx';

interface SignOffProps {
  scope: { task_id: string } | { filter: Readonly<Record<string, string>> };
  /** What is signed off, in words. */
  what: string;
  /** The signed note of what was looked at. */
  checkpoint: string;
  /** Whether everything that was looked at verifies. */
  sound: boolean;
  /** The review is in the queue of the log. */
  onSent(reviewId: EventId): void;
}

/** Lets a reviewer conclude. What was altered can be rejected and nothing else. */
export function SignOff({ scope, what, checkpoint, sound, onSent }: SignOffProps) {
  const { api, may } = useSigned();
  const form = useRef<HTMLFormElement>(null);
  const last = useRef<{ said: string; id: EventId }>(undefined);
  const [problem, setProblem] = useState<Problem>();
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  if (!may('reviews')) return null;
  const submit = async () => {
    const data = new FormData(form.current ?? undefined);
    const comment = String(data.get('comment') ?? '').trim();
    const said = {
      scope: 'filter' in scope ? { filter: filterOf(scope.filter) } : scope,
      checkpoint,
      conclusion: String(data.get('conclusion')),
      ...(comment === '' ? {} : { comment }),
    };
    // Whoever presses again after an answer that got lost says the same thing, and it is one review.
    const text = JSON.stringify(said);
    if (last.current?.said !== text) last.current = { said: text, id: mintEventId(Date.now(), RANDOM) };
    setBusy(true);
    const answer = await api.send('POST', '/v1/audit/reviews', { ...said, review_id: last.current.id });
    setBusy(false);
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    setSent(true);
    onSent(last.current.id);
  };
  if (sent) return <OnItsWay />;
  return (
    <Form formRef={form} class="panel row sign-off" label={`Sign off ${what}`} onSend={() => void submit()}>
      <label>
        <span>After reading {what}, I conclude</span>
        <select name="conclusion">
          {CONCLUSIONS.filter((conclusion) => sound || conclusion === 'rejected').map((conclusion) => (
            <option key={conclusion} value={conclusion}>
              {plain(english.conclusion[conclusion])}
            </option>
          ))}
        </select>
      </label>
      <label class="wide">
        <span>Comment, which stays in the log for good: no personal data</span>
        <input name="comment" autoComplete="off" maxLength={2_000} />
      </label>
      <button type="submit" class="primary" disabled={busy}>
        Sign off
      </button>
      {problem && <Failed problem={problem} />}
    </Form>
  );
}

export function OnItsWay() {
  return (
    <p class="state" role="status">
      Signed off. The review is on its way into the log, and stands in it for good.
    </p>
  );
}

const RANDOM = { octets: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };

/** The filter of an address as the API's bodies have it. */
function filterOf({ event_type, ...filter }: Readonly<Record<string, string>>): object {
  return { ...filter, ...(event_type === undefined ? {} : { event_type: [event_type] }) };
}
