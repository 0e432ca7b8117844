import { useState } from 'preact/hooks';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import type { Problem } from '../api.ts';
import { useSigned } from '../context.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { useAnswer } from '../use-answer.ts';

interface Emitter {
  emitter_id: string;
  kid: string;
  agents: string[];
  created_at: string;
  created_by: string;
  removed_at?: string;
}

/** Who may send to the queue, with which key, and for which agents it may speak. */
export function EmittersView() {
  const { api, timeZone } = useSigned();
  const { answer, again } = useAnswer<{ emitters: Emitter[] }>('emitters', (client, signal) =>
    client.get('/v1/audit/emitters', {}, signal),
  );
  const [problem, setProblem] = useState<Problem>();
  const remove = async (kid: string) => {
    const done = await api.send('DELETE', `/v1/audit/emitters/${encodeURIComponent(kid)}`);
    setProblem(done.ok ? undefined : done.problem);
    again();
  };
  const emitters = answer?.ok ? answer.data.emitters : [];
  return (
    <>
      <h1>Emitters</h1>
      <p class="lead">
        Senders to the queue, each with a key of its own. A key is made where it is used: the operator's
        command <code>npm run tenant -- emitter create</code> registers its public half.
      </p>
      {problem && <Failed problem={problem} />}
      {answer === undefined && <Loading what="emitters" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && emitters.length === 0 && (
        <Empty>No emitter is registered: nobody can send to the queue.</Empty>
      )}
      {emitters.length > 0 && (
        <>
          <p class="count">
            Showing {emitters.length} of {emitters.length} keys
          </p>
          <ul class="cards">
            {emitters.map((emitter) => (
              <li key={emitter.kid} class={emitter.removed_at === undefined ? '' : 'over'}>
                <h2>
                  <bdi>{emitter.emitter_id}</bdi>
                </h2>
                <p>
                  speaks for <bdi>{emitter.agents.join(', ')}</bdi>
                </p>
                <p class="quiet small">
                  key <code>{emitter.kid}</code>, registered{' '}
                  {formatMoment(emitter.created_at, { timeZone }, english.locale)}
                  {emitter.removed_at !== undefined &&
                    `, removed ${formatMoment(emitter.removed_at, { timeZone }, english.locale)}`}
                </p>
                {emitter.removed_at === undefined && (
                  <Confirm
                    label="Remove the key of"
                    about={emitter.emitter_id}
                    onConfirm={() => void remove(emitter.kid)}
                  />
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
