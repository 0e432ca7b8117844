import { useRef, useState } from 'preact/hooks';
import { useSigned } from '../context.ts';
import { formTexts, picked } from '../form-texts.ts';
import { useAct } from '../use-act.ts';
import { TextField, TimeField } from './fields.tsx';
import { Form } from './form.tsx';
import { Failed } from './states.tsx';

const FILTERS = ['task_id', 'agent_id', 'user_id', 'from', 'to'] as const;

/** Places a hold; the answer says how many records it keeps now. */
export function NewHold({ onMade }: { onMade(): void }) {
  const { timeZone } = useSigned();
  const form = useRef<HTMLFormElement>(null);
  const [matches, setMatches] = useState<number>();
  const { act, busy, problem } = useAct();
  const submit = async () => {
    const texts = formTexts(form.current);
    const { reason = '', subject_type, subject_id, awaits } = texts;
    const subject =
      subject_type === undefined && subject_id === undefined
        ? {}
        : { subject: { type: subject_type ?? '', id: subject_id ?? '' } };
    setMatches(undefined);
    const placed = await act<{ matches: number }>('POST', '/v1/audit/legal-holds', {
      filter: { ...picked(texts, FILTERS, timeZone), ...subject },
      reason,
      ...picked(texts, ['until'], timeZone),
      ...(awaits !== undefined && { awaits: true }),
    });
    if (!placed) return;
    setMatches(placed.matches);
    form.current?.reset();
    onMade();
  };
  return (
    <Form formRef={form} class="panel row" label="New legal hold" onSend={() => void submit()}>
      <TextField name="task_id" label="Task" />
      <TextField name="agent_id" label="Agent" />
      <TextField name="user_id" label="On behalf of user" />
      <TextField name="subject_type" label="About: kind" hint="customer" />
      <TextField name="subject_id" label="About: id" hint="c-7" />
      <TimeField name="from" label="Occurred from" />
      <TimeField name="to" label="Occurred before" />
      <TimeField name="until" label="Ends by itself on" />
      <TextField name="reason" label="Why, which stands in the log for good" required wide most={1_000} />
      <label class="check whole">
        <input name="awaits" type="checkbox" />
        <span>Records are still to come: that nothing matches yet is no mistake</span>
      </label>
      <p class="quiet small whole">What is given must hold all at once. Times in {timeZone}.</p>
      <button type="submit" class="primary" disabled={busy}>
        Place the hold
      </button>
      {problem && <Failed problem={problem} />}
      {matches !== undefined && (
        <p class="made" role="status">
          The hold is in force. It keeps {matches} {matches === 1 ? 'record' : 'records'} now.
        </p>
      )}
    </Form>
  );
}
