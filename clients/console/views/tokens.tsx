import { useRef, useState } from 'preact/hooks';
import { SCOPE_PRESETS } from '../../../core/identity/scope.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import type { Problem } from '../api.ts';
import { useSigned } from '../context.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Form } from '../parts/form.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { useAnswer } from '../use-answer.ts';

interface Token {
  token_id: string;
  name: string;
  scopes: string[];
  valid_until?: string;
  revoked_at?: string;
  created_at: string;
  created_by: string;
}

/** Who may ask the API, for what, until when. Every change here is a record of the log. */
export function TokensView() {
  const { api, timeZone } = useSigned();
  const { answer, again } = useAnswer<{ tokens: Token[] }>('tokens', (client, signal) =>
    client.get('/v1/audit/tokens', {}, signal),
  );
  const [problem, setProblem] = useState<Problem>();
  const revoke = async (id: string) => {
    const done = await api.send('DELETE', `/v1/audit/tokens/${encodeURIComponent(id)}`);
    setProblem(done.ok ? undefined : done.problem);
    again();
  };
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  const tokens = answer?.ok ? answer.data.tokens : [];
  return (
    <>
      <h1>Tokens</h1>
      <p class="lead">Who may ask the API, and for what. Issuing and revoking are records of the log.</p>
      <NewToken onMade={again} />
      {problem && <Failed problem={problem} />}
      {answer === undefined && <Loading what="tokens" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && tokens.length === 0 && <Empty>There is no token yet.</Empty>}
      {tokens.length > 0 && (
        <>
          <p class="count">
            Showing {tokens.length} of {tokens.length} tokens
          </p>
          <ul class="cards">
            {tokens.map((token) => (
              <li key={token.token_id} class={token.revoked_at === undefined ? '' : 'over'}>
                <h2>
                  <bdi>{token.name}</bdi>
                </h2>
                <p>{token.scopes.join(', ')}</p>
                <p class="quiet small">
                  made {at(token.created_at)}
                  {token.valid_until === undefined
                    ? ', does not expire'
                    : `, valid until ${at(token.valid_until)}`}
                  {token.revoked_at === undefined ? '' : `, revoked ${at(token.revoked_at)}`}
                </p>
                {token.revoked_at === undefined && (
                  <Confirm label="Revoke" about={token.name} onConfirm={() => void revoke(token.token_id)} />
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function NewToken({ onMade }: { onMade(): void }) {
  const { api } = useSigned();
  const form = useRef<HTMLFormElement>(null);
  const [made, setMade] = useState<{ name: string; token: string }>();
  const [problem, setProblem] = useState<Problem>();
  const submit = async () => {
    const data = new FormData(form.current ?? undefined);
    const text = (name: string) => String(data.get(name) ?? '');
    const answer = await api.send<{ name: string; token: string }>('POST', '/v1/audit/tokens', {
      name: text('name'),
      preset: text('preset'),
      ...(text('days') === '' ? {} : { expires_in_days: Number(text('days')) }),
    });
    setProblem(answer.ok ? undefined : answer.problem);
    setMade(answer.ok ? answer.data : undefined);
    if (answer.ok) {
      form.current?.reset();
      onMade();
    }
  };
  return (
    <Form formRef={form} class="panel row" label="New token" onSend={() => void submit()}>
      <label>
        <span>Name</span>
        <input name="name" required maxLength={256} autoComplete="off" placeholder="siem" />
      </label>
      <label>
        <span>May</span>
        <select name="preset">
          {Object.entries(SCOPE_PRESETS).map(([preset, scopes]) => (
            <option key={preset} value={preset}>
              {preset}: {scopes.length > 5 ? 'everything' : scopes.join(', ')}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Days</span>
        <input name="days" type="number" min="1" max="3650" placeholder="90" />
      </label>
      <button type="submit" class="primary">
        Issue a token
      </button>
      {problem && <Failed problem={problem} />}
      {made && (
        <p class="made" role="status">
          The token <bdi>{made.name}</bdi>, shown this once: <code class="key">{made.token}</code>
        </p>
      )}
    </Form>
  );
}
