import { useRef, useState } from 'preact/hooks';
import { formTexts } from '../form-texts.ts';
import { useAct } from '../use-act.ts';
import { useWatched } from '../use-watched.ts';
import { Confirm } from './confirm.tsx';
import { type Erasure, erasurePath, FoundText, Status } from './erasure-card.tsx';
import { TextField } from './fields.tsx';
import { Form } from './form.tsx';
import { Failed } from './states.tsx';

/** Whose fields, and on which request: kept here between looking and erasing, since the API keeps a pseudonym alone. */
interface Wanted {
  subject?: { type: string; id: string };
  user_id?: string;
  request: string;
}

/** Looks first; what was found is then erased by a second, deliberate step. */
export function NewErasure({ onAsked }: { onAsked(): void }) {
  const form = useRef<HTMLFormElement>(null);
  const [looked, setLooked] = useState<{ wanted: Wanted; preview: Erasure }>();
  const { act, busy, problem } = useAct();
  const ask = (wanted: Wanted, preview: boolean) =>
    act<Erasure>('POST', '/v1/audit/erasures', { ...wanted, preview });
  const look = async () => {
    const { subject_type = '', subject_id, user_id, request = '' } = formTexts(form.current);
    const wanted: Wanted = {
      ...(subject_id !== undefined && { subject: { type: subject_type, id: subject_id } }),
      ...(user_id !== undefined && { user_id }),
      request,
    };
    const preview = await ask(wanted, true);
    setLooked(preview && { wanted, preview });
  };
  const erase = async (wanted: Wanted) => {
    if (!(await ask(wanted, false))) return;
    setLooked(undefined);
    form.current?.reset();
    onAsked();
  };
  return (
    <>
      <Form
        formRef={form}
        class="panel row"
        label="New erasure"
        onInput={() => setLooked(undefined)}
        onSend={() => void look()}
      >
        <TextField name="subject_type" label="About: kind" hint="customer" />
        <TextField name="subject_id" label="About: id" hint="c-7" />
        <TextField name="user_id" label="Or everything on behalf of user" />
        <TextField name="request" label="Reference of the request" hint="DSR-2026-118" required most={256} />
        <button type="submit" class="primary" disabled={busy}>
          Look first
        </button>
        <p class="quiet small whole">
          The reference stands in the log for good: no personal data. Looking changes nothing.
        </p>
        {problem && <Failed problem={problem} />}
      </Form>
      {looked && (
        <Looked
          key={looked.preview.erasure_id}
          seen={looked.preview}
          onErase={() => void erase(looked.wanted)}
        />
      )}
    </>
  );
}

function Looked({ seen, onErase }: { seen: Erasure; onErase(): void }) {
  const { job, problem } = useWatched(erasurePath(seen.erasure_id), seen);
  const { found, status } = job;
  return (
    <section class="panel" aria-label="What was found">
      <div class="head">
        <h2>What would be erased</h2>
        <Status erasure={job} />
      </div>
      {!found && <p class="quiet">Usually it takes seconds; at the latest the hour.</p>}
      {found && <FoundText found={found} done={false} />}
      {found && status === 'done' && found.records > 0 && found.blocked.length === 0 && (
        <Confirm
          label="Erase"
          about={`the personal fields of ${found.records} records, for the request ${job.request}`}
          onConfirm={onErase}
        />
      )}
      {problem && <Failed problem={problem} />}
    </section>
  );
}
