import { useState } from 'preact/hooks';
import { REFUSAL_CODES } from '../../../core/event/refusal.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import type { Answer } from '../api.ts';
import { useSigned } from '../context.ts';
import { type Field, Filters } from '../parts/filters.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { href } from '../route.ts';
import { useAnswer } from '../use-answer.ts';

interface Refused {
  quarantine_id: string;
  code: string;
  detail: string;
  digest: string;
  bytes: number;
  source: string;
  emitter_id?: string;
  event_id?: string;
  refused_at: string;
  content?: string;
}

const FIELDS: readonly Field[] = [
  {
    name: 'code',
    label: 'Reason',
    kind: 'select',
    options: [
      { value: '', label: 'any' },
      ...REFUSAL_CODES.map((code) => ({ value: code, label: code.replaceAll('_', ' ') })),
    ],
  },
];

/** What was refused and why. Nothing that was sent disappears without a trace. */
export function QuarantineView({ query }: { query: Readonly<Record<string, string>> }) {
  const { timeZone, may } = useSigned();
  const { code, cursor } = query;
  const { answer, again } = useAnswer<{ quarantine: Refused[]; next_cursor: string | null }>(
    JSON.stringify(query),
    (api, signal) => api.get('/v1/audit/quarantine', { code, cursor, limit: '50' }, signal),
  );
  return (
    <>
      <h1>Quarantine</h1>
      <p class="lead">
        Events that the log did not take, each with the reason. Each batch of refusals is itself a record.
      </p>
      <Filters view="quarantine" fields={FIELDS} query={query} timeZone={timeZone} />
      {answer === undefined && <Loading what="the quarantine" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && answer.data.quarantine.length === 0 && (
        <Empty>Nothing was refused{code ? ' for this reason' : ''}.</Empty>
      )}
      {answer?.ok && answer.data.quarantine.length > 0 && (
        <>
          <p class="count" role="status">
            Showing {answer.data.quarantine.length}, newest first
          </p>
          <ul class="cards">
            {answer.data.quarantine.map((refused) => (
              <li key={refused.quarantine_id}>
                <h2>
                  <code>{refused.code}</code>
                </h2>
                <p>
                  <bdi>{visible(refused.detail)}</bdi>
                </p>
                <p class="quiet small">
                  {formatMoment(refused.refused_at, { timeZone }, english.locale)} · over {refused.source} ·{' '}
                  {refused.bytes} bytes
                  {refused.emitter_id !== undefined && (
                    <>
                      {' '}
                      · from <bdi>{visible(refused.emitter_id)}</bdi>
                    </>
                  )}
                </p>
                {may('events:write') && <Retry refused={refused} />}
                {refused.content !== undefined && (
                  <details>
                    <summary>What was sent</summary>
                    <pre tabIndex={0}>{visible(refused.content, { lines: true })}</pre>
                  </details>
                )}
              </li>
            ))}
          </ul>
          {answer.data.next_cursor !== null && (
            <a class="next" href={href('quarantine', { code, cursor: answer.data.next_cursor })}>
              Older
            </a>
          )}
        </>
      )}
    </>
  );
}

interface SentVerdict {
  accepted: { event_id: string }[];
  rejected: { code: string; detail: string }[];
}

/** Sends a refused event once more, and says what became of it. */
function Retry({ refused: { quarantine_id, refused_at } }: { refused: Refused }) {
  const { api } = useSigned();
  const [answer, setAnswer] = useState<Answer<SentVerdict>>();
  const retry = async () =>
    setAnswer(await api.send('POST', `/v1/audit/quarantine/${encodeURIComponent(quarantine_id)}/retry`));
  if (!answer) {
    return (
      <button type="button" onClick={() => void retry()}>
        Send again <span class="hidden">what was refused at {refused_at}</span>
      </button>
    );
  }
  if (!answer.ok) return <Failed problem={answer.problem} />;
  const { accepted, rejected } = answer.data;
  return (
    <p role="status">
      {accepted.length > 0 && `Accepted now, ${accepted.length} in the queue. `}
      {rejected.length > 0 && (
        <>
          Refused again:{' '}
          <bdi>{visible(rejected.map(({ code, detail }) => `${code}, ${detail}`).join('; '))}</bdi>
        </>
      )}
    </p>
  );
}
