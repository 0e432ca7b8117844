import { useRef, useState } from 'preact/hooks';
import type { Explanation } from '../../../core/retention/explain-change.ts';
import type { RetentionPolicy } from '../../../core/retention/policy.ts';
import { type PolicyChange, SETTINGS, type StandingPolicy } from '../retention.ts';
import { useAct } from '../use-act.ts';
import { Form } from './form.tsx';
import { Failed } from './states.tsx';

const PATH = '/v1/audit/retention-policy';
type Draft = Record<keyof RetentionPolicy, string>;

interface ChangePolicyProps {
  standing: StandingPolicy;
  onMade(change: PolicyChange): void;
  /** Reads the policy anew, where somebody else has changed it. */
  onReread(): void;
}

/** Sets the policy in two steps: first the API says what would change and what can't, then it is put in force. */
export function ChangePolicy({ standing, onMade, onReread }: ChangePolicyProps) {
  const { version, policy, presets } = standing;
  const [draft, setDraft] = useState<Draft>(() => asDraft(policy));
  const [preset, setPreset] = useState('');
  const [looked, setLooked] = useState<PolicyChange>();
  const reason = useRef<HTMLInputElement>(null);
  const { act, busy, problem } = useAct();
  const change = (next: Draft) => {
    setDraft(next);
    setLooked(undefined);
  };
  const send = (preview: boolean) => {
    const why = reason.current?.value.trim() ?? '';
    const wanted = Object.fromEntries(SETTINGS.map(([name]) => [name, Number(draft[name])]));
    return act<PolicyChange>('PUT', PATH, { version, policy: wanted, preview, ...(why && { reason: why }) });
  };
  const source = presets.find(({ id }) => id === preset)?.source;
  return (
    <Form class="panel row" label="Change the policy" onSend={() => void send(true).then(setLooked)}>
      <h2 class="whole">Change it</h2>
      <label class="wide">
        <span>A usual time, to lock and keep for</span>
        <select
          value={preset}
          onChange={({ currentTarget: { value } }) => {
            setPreset(value);
            const days = presets.find(({ id }) => id === value)?.days;
            if (days !== undefined) change(keptFor(draft, days));
          }}
        >
          <option value="">other days</option>
          {presets.map(({ id, days }) => (
            <option key={id} value={id}>
              {id.replaceAll('-', ' ')}: {days} days
            </option>
          ))}
        </select>
      </label>
      {SETTINGS.map(([name, label]) => (
        <label key={name} class="days">
          <span>{label}, days</span>
          <input
            name={name}
            type="number"
            min="0"
            max="36500"
            required
            value={draft[name]}
            onInput={({ currentTarget: { value } }) => {
              setPreset('');
              change({ ...draft, [name]: value });
            }}
          />
        </label>
      ))}
      <label class="wide">
        <span>Why, which stands in the record of the change</span>
        <input ref={reason} name="reason" maxLength={1_000} autoComplete="off" />
      </label>
      {source !== undefined && <p class="quiet small whole">{source} No preset makes anybody compliant.</p>}
      <button type="submit" class="primary" disabled={busy}>
        See what would change
      </button>
      {problem && <Failed problem={problem} {...(problem.code === 'conflict' && { retry: onReread })} />}
      {looked && (
        <section class="whole" role="status">
          <h2>{isNothing(looked.changes) ? 'Nothing would change' : 'What would change'}</h2>
          <ChangeInWords changes={looked.changes} />
          {!isNothing(looked.changes) && (
            <div class="actions">
              <button
                type="button"
                class="danger"
                disabled={busy}
                onClick={() => void send(false).then((made) => made && onMade(made))}
              >
                Put it in force
              </button>
              <button type="button" onClick={() => change(asDraft(policy))}>
                Keep the policy
              </button>
            </div>
          )}
        </section>
      )}
    </Form>
  );
}

const TITLES = {
  new_records: 'For new records',
  existing_records: 'For records that are there',
  cannot_change: 'What cannot change',
} as const;

/** What the API says of a change, heading by heading. */
export function ChangeInWords({ changes }: { changes: Explanation }) {
  return (
    <>
      {(Object.keys(TITLES) as (keyof typeof TITLES)[])
        .filter((part) => changes[part].length > 0)
        .map((part) => (
          <div key={part}>
            <h3>{TITLES[part]}</h3>
            <ul>
              {changes[part].map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
        ))}
    </>
  );
}

function isNothing(changes: Explanation): boolean {
  return Object.values(changes).every((lines) => lines.length === 0);
}

function asDraft(policy: RetentionPolicy): Draft {
  return Object.fromEntries(SETTINGS.map(([name]) => [name, String(policy[name])])) as Draft;
}

/** `draft`, locked and kept for `days`, and not purged before. */
function keptFor(draft: Draft, days: number): Draft {
  const max_days = String(Math.max(days, Number(draft.max_days)));
  return { ...draft, immutability_days: String(days), min_days: String(days), max_days };
}
