import { useEffect, useRef, useState } from 'preact/hooks';
import type { Trust } from '../../../core/receipt/key-chain.ts';
import type { Api, Problem } from '../api.ts';
import { useSigned } from '../context.ts';
import type { Page } from '../pages.ts';
import { Icon } from '../parts/icon.tsx';
import { Failed, Loading, Red } from '../parts/states.tsx';
import { pinByHand } from '../session.ts';
import { alteredText } from '../story.ts';
import { useAnswer } from '../use-answer.ts';
import { verifyHead, verifyRecords } from '../verification.ts';

/** The key that this browser verifies with, the signed head, and the whole log on demand. */
export function IntegrityView() {
  const { trust } = useSigned();
  const { answer, again } = useAnswer<string>('checkpoint', (api, signal) =>
    api.get('/v1/audit/log/checkpoint', {}, signal),
  );
  const head = answer?.ok ? verifyHead(answer.data, trust) : undefined;
  return (
    <>
      <h1>Integrity</h1>
      <p class="lead">
        Every record is a leaf of a Merkle tree whose head the tenant's key signs. This browser checks that
        itself; it trusts nothing but the key below.
      </p>
      <KeyPanel />
      <section class="panel">
        <h2>The signed head</h2>
        {answer === undefined && <Loading what="the checkpoint" />}
        {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
        {head && !head.ok && (
          <Red title="The head of the log does not verify">
            <p>{head.failure.meaning}</p>
          </Red>
        )}
        {head?.ok && (
          <p class="ok">
            <Icon name="check" /> Signed by the key above
            {typeof trust === 'string' || trust.keys.length === 1 ? '' : ', or one that follows from it'}:{' '}
            {head.checkpoint.size} records, root <code>{head.root}</code>
          </p>
        )}
        {answer?.ok && <pre tabIndex={0}>{answer.data}</pre>}
      </section>
      <WholeLog />
    </>
  );
}

function KeyPanel() {
  const { api, pin, setPin } = useSigned();
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  return (
    <section class="panel">
      <h2>The key</h2>
      <p>
        <code class="key">{pin.key}</code>
      </p>
      <p class="quiet">
        {pin.source === 'pasted'
          ? `You gave it on ${pin.since.slice(0, 10)}.`
          : `The API named it when this browser first asked, on ${pin.since.slice(0, 10)}. The log's operator named it, so compare it with what you were given by another way: a contract, a colleague, an earlier export.`}
      </p>
      {pin.offered !== undefined && (
        <p>
          The API names: <code class="key">{pin.offered}</code>
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const pinned = pinByHand(api.base, input.current?.value ?? '');
          setWrong(pinned === undefined);
          if (pinned)
            setPin({
              ...pinned,
              ...(pin.offered !== undefined && pin.offered !== pinned.key ? { offered: pin.offered } : {}),
            });
        }}
      >
        <label>
          <span>Verify with a key that you hold</span>
          <input
            ref={input}
            spellcheck={false}
            autoComplete="off"
            placeholder="origin+hash+key"
            aria-invalid={wrong}
          />
        </label>
        <button type="submit">Use this key</button>
        {wrong && (
          <p class="wrong" role="alert">
            This is not a verifier key: expected name+8 hex digits+base64.
          </p>
        )}
      </form>
    </section>
  );
}

interface Progress {
  checked: number;
  total: number;
  altered: number;
  done: boolean;
  problem?: Problem;
  why?: string;
}

function WholeLog() {
  const { api, trust, alarm } = useSigned();
  const [progress, setProgress] = useState<Progress>();
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  const start = () => {
    controller.current?.abort();
    controller.current = new AbortController();
    void verifyAll(api, trust, setProgress, controller.current.signal);
  };
  useEffect(() => {
    if (progress && progress.altered > 0) alarm(alteredText(progress.altered));
  }, [progress?.altered]);
  return (
    <section class="panel">
      <h2>The whole log</h2>
      <p>Reads every record of this tenant, verifies each, and looks for places that are empty.</p>
      <button
        type="button"
        class="primary"
        onClick={start}
        disabled={progress !== undefined && !progress.done}
      >
        Verify everything
      </button>
      {progress && (
        <>
          <progress
            value={progress.checked}
            max={Math.max(1, progress.total)}
            aria-label="Records verified"
          />
          <p role="status" class={progress.done && progress.altered === 0 && !progress.problem ? 'ok' : ''}>
            {progress.checked} of {progress.total} records checked, {progress.altered} altered
            {progress.done && !progress.problem && progress.altered === 0
              ? ': every place holds the record that was signed.'
              : ''}
          </p>
          {progress.why !== undefined && <p class="wrong">{progress.why}</p>}
          {progress.problem && <Failed problem={progress.problem} retry={start} />}
        </>
      )}
    </section>
  );
}

/** Walks a snapshot of the log and verifies every record; indices must leave no hole below the size of the walk. */
async function verifyAll(
  api: Api,
  trust: Trust,
  onUpdate: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<number>();
  let altered = 0;
  for (let cursor: string | undefined; ; ) {
    const answer = await api.get<Page>('/v1/audit/events', { category: 'all', limit: '500', cursor }, signal);
    if (signal.aborted) return;
    if (!answer.ok)
      return onUpdate({ checked: seen.size, total: seen.size, altered, done: true, problem: answer.problem });
    const { events, checkpoint, next_cursor, total_count: total } = answer.data;
    const { verdicts } = await verifyRecords(events, checkpoint, trust, signal);
    if (signal.aborted) return;
    for (const { log_index } of events) seen.add(log_index);
    altered += verdicts.filter(({ verified }) => !verified).length;
    const done = next_cursor === null;
    const missing = done ? Math.max(...seen, -1) + 1 - seen.size : 0;
    onUpdate({
      ...{ checked: seen.size, total, altered, done },
      ...(missing > 0 ? { why: `${missing} places of the log were not answered.` } : {}),
    });
    if (done) return;
    cursor = next_cursor;
  }
}
