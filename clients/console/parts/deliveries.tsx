import { useEffect, useState } from 'preact/hooks';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import type { Attempt } from '../../../core/webhook/delivery.ts';
import { useSigned } from '../context.ts';
import { href } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { Empty, Failed, Loading } from './states.tsx';

interface DeliveriesProps {
  path: string;
  id: string;
  cursor: string | undefined;
  /** A delivery that is on its way: looked for until it is here. */
  awaited: string | undefined;
  onCame(): void;
}

const WAIT_MS = 1_000;
const MOST_WAITS = 30;

/** The attempts of the last thirty days, newest first. */
export function Deliveries({ path, id, cursor, awaited, onCame }: DeliveriesProps) {
  const { answer, again } = useAnswer<{ deliveries: Attempt[]; next_cursor: string | null }>(
    `${id} ${cursor ?? ''}`,
    (api, signal) => api.get(`${path}/deliveries`, { cursor, limit: '50' }, signal),
  );
  const deliveries = answer?.ok ? answer.data.deliveries : [];
  const [waited, setWaited] = useState(0);
  const there = deliveries.some(({ delivery_id }) => delivery_id === awaited);
  const waits = awaited !== undefined && !there && waited < MOST_WAITS;
  useEffect(() => setWaited(0), [awaited]);
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => {
      setWaited(waited + 1);
      again();
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [waits, waited]);
  useEffect(() => {
    if (there) onCame();
  }, [there]);
  return (
    <section class="panel" aria-labelledby="deliveries">
      <div class="head">
        <h2 id="deliveries">Deliveries</h2>
        <p class="count" role="status">
          {waits ? 'A test message is on its way …' : `Showing ${deliveries.length}, newest first`}
        </p>
        <button type="button" onClick={again}>
          Read anew
        </button>
      </div>
      {answer === undefined && <Loading what="deliveries" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && deliveries.length === 0 && <Empty>Nothing was sent in the last thirty days.</Empty>}
      {deliveries.length > 0 && <Attempts deliveries={deliveries} />}
      {answer?.ok && answer.data.next_cursor !== null && (
        <a class="next" href={href('webhook', { id, cursor: answer.data.next_cursor })}>
          Older
        </a>
      )}
    </section>
  );
}

function Attempts({ deliveries }: { deliveries: readonly Attempt[] }) {
  const { timeZone } = useSigned();
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  return (
    <section class="scroll" tabIndex={0} aria-label="Attempts">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Message</th>
            <th scope="col">Log indexes</th>
            <th scope="col">Attempt</th>
            <th scope="col">Outcome</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((attempt) => (
            <tr key={attempt.delivery_id}>
              <td>{at(attempt.at)}</td>
              <td>
                {attempt.message}, {attempt.records} {attempt.records === 1 ? 'record' : 'records'}
              </td>
              <td>
                {attempt.from_index === undefined
                  ? ''
                  : `${attempt.from_index} to before ${attempt.next_index}`}
              </td>
              <td>{attempt.attempt}</td>
              <td class={attempt.outcome === 'failed' ? 'wrong' : ''}>{outcomeText(attempt, at)}</td>
              <td>{attempt.duration_ms} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function outcomeText(attempt: Attempt, at: (iso: string) => string): string {
  const { outcome, status, problem, refused, next_attempt_at } = attempt;
  return [
    outcome,
    ...(problem === undefined ? [] : [problem.replaceAll('_', ' ')]),
    ...(status === undefined ? [] : [String(status)]),
    ...(refused === undefined ? [] : [`${refused.length} refused for good`]),
    ...(next_attempt_at === undefined ? [] : [`again ${at(next_attempt_at)}`]),
  ].join(', ');
}
