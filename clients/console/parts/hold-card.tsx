import { useRef, useState } from 'preact/hooks';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { filterText } from '../filter-text.ts';
import { formTexts } from '../form-texts.ts';
import { useAct } from '../use-act.ts';
import { TextField } from './fields.tsx';
import { Form } from './form.tsx';
import { Failed } from './states.tsx';

/** A legal hold as the API shows it. */
export interface LegalHold {
  hold_id: string;
  filter: Readonly<Record<string, unknown>>;
  reason: string;
  state: 'in_force' | 'released' | 'ended';
  until?: string;
  placed_at: string;
  placed_by: { type: string; id: string };
  released_at?: string;
  released_by?: { type: string; id: string };
  release_reason?: string;
  secured_records: number;
}

const STATES = {
  in_force: { says: 'In force', looks: 'open' },
  released: { says: 'Released', looks: 'completed' },
  ended: { says: 'Ended', looks: 'completed' },
} as const;

export function HoldCard({ hold, onReleased }: { hold: LegalHold; onReleased(): void }) {
  const { timeZone } = useSigned();
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  const { says, looks } = STATES[hold.state];
  return (
    <li>
      <div class="head">
        <h2>
          <bdi>{visible(hold.reason)}</bdi>
        </h2>
        <span class={`chip ${looks}`}>{says}</span>
      </div>
      <p>
        <bdi>{filterText(hold.filter, 'everything', at)}</bdi>
      </p>
      <p class="quiet small">
        <code>{hold.hold_id}</code>, placed {at(hold.placed_at)} by {hold.placed_by.type}{' '}
        <code>{hold.placed_by.id}</code>
        {hold.until === undefined ? ', until it is released' : `, until ${at(hold.until)}`}
      </p>
      {hold.released_at !== undefined && (
        <p class="quiet small">
          released {at(hold.released_at)} by {hold.released_by?.type} <code>{hold.released_by?.id}</code>:{' '}
          <bdi>{visible(hold.release_reason ?? '')}</bdi>
        </p>
      )}
      {hold.state === 'in_force' && <Release hold={hold} onReleased={onReleased} />}
    </li>
  );
}

/** Asks why, and whose hold it is, before anything that it keeps may go. */
function Release({
  hold: { hold_id, reason, placed_by },
  onReleased,
}: {
  hold: LegalHold;
  onReleased(): void;
}) {
  const { me } = useSigned();
  const form = useRef<HTMLFormElement>(null);
  const [asked, setAsked] = useState(false);
  const { act, busy, problem } = useAct();
  const own = placed_by.type === me.type && placed_by.id === me.id;
  const release = async () => {
    const query = new URLSearchParams({
      reason: formTexts(form.current)['reason'] ?? '',
      ...(!own && { placed_by: placed_by.id }),
    });
    const path = `/v1/audit/legal-holds/${encodeURIComponent(hold_id)}?${query}`;
    if (await act('DELETE', path)) onReleased();
  };
  if (!asked) {
    return (
      <button type="button" onClick={() => setAsked(true)}>
        Release <span class="hidden">the hold {visible(reason)}</span>
      </button>
    );
  }
  return (
    <Form
      formRef={form}
      class="row inline"
      label={`Release the hold ${visible(reason)}`}
      onSend={() => void release()}
    >
      {!own && (
        <p class="whole">
          Somebody else placed it: {placed_by.type} <code>{placed_by.id}</code>. The record will say that it
          was released in their place.
        </p>
      )}
      <TextField name="reason" label="Why, which stands in the log for good" required wide most={1_000} />
      <button type="submit" class="danger" disabled={busy}>
        Release the hold
      </button>
      <button type="button" onClick={() => setAsked(false)}>
        Keep it
      </button>
      {problem && <Failed problem={problem} />}
    </Form>
  );
}
