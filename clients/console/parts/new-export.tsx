import { useRef, useState } from 'preact/hooks';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../../core/export/export-job.ts';
import { useSigned } from '../context.ts';
import { formTexts, picked } from '../form-texts.ts';
import { useAct } from '../use-act.ts';
import { SelectField, TextField, TimeField } from './fields.tsx';
import { Form } from './form.tsx';
import { Failed } from './states.tsx';

/** What each format is for. */
const FORMATS: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'records with proofs, which verify offline',
  pdf: 'a report to read, with the records attached',
  ocsf: 'OCSF events, one a line',
  'splunk-hec': 'for Splunk’s HTTP Event Collector',
  'elastic-bulk': 'for Elastic’s bulk API',
  'tlog-tiles': 'the whole log, for C2SP tools',
};
const FILTERS = ['user_id', 'agent_id', 'task_id', 'from', 'to', 'category'] as const;

/** Asks for an export: format, filter, range. */
export function NewExport({ onMade }: { onMade(): void }) {
  const { timeZone, may } = useSigned();
  const form = useRef<HTMLFormElement>(null);
  const [format, setFormat] = useState<ExportFormat>('ndjson');
  const { act, busy, problem } = useAct();
  const submit = async () => {
    const texts = formTexts(form.current);
    const { event_type } = texts;
    const filter = { ...picked(texts, FILTERS, timeZone), ...(event_type && { event_type: [event_type] }) };
    if (await act('POST', '/v1/audit/exports', { format, filter })) onMade();
  };
  return (
    <Form formRef={form} class="panel row" label="New export" onSend={() => void submit()}>
      <label class="wide">
        <span>Format</span>
        <select
          name="format"
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value as ExportFormat)}
        >
          {EXPORT_FORMATS.map((name) => (
            <option key={name} value={name}>
              {name}: {FORMATS[name]}
            </option>
          ))}
        </select>
      </label>
      {format !== 'tlog-tiles' && <Filter />}
      <p class="quiet small whole">
        {format === 'tlog-tiles'
          ? 'The whole log and nothing less: it takes no filter. '
          : 'What is left empty does not narrow it. '}
        {format !== 'tlog-tiles' &&
          (may('personal:read')
            ? 'Personal fields will be open in the files, since your token may read them. '
            : 'Personal fields stay committed, since your token may not read them. ')}
        Times in {timeZone}.
      </p>
      <button type="submit" class="primary" disabled={busy}>
        Export
      </button>
      {problem && <Failed problem={problem} />}
    </Form>
  );
}

const WHOSE = [
  ['', 'agents'],
  ['governance', 'what was done to the trail'],
  ['all', 'both'],
] as const;
const TYPES = [['', 'any'] as const, ...EVENT_TYPES.map((type) => [type, type] as const)];

function Filter() {
  return (
    <>
      <TextField name="user_id" label="On behalf of user" />
      <TextField name="agent_id" label="Agent" />
      <TextField name="task_id" label="Task" />
      <TimeField name="from" label="Occurred from" />
      <TimeField name="to" label="Occurred before" />
      <SelectField name="event_type" label="Type" options={TYPES} />
      <SelectField name="category" label="Whose" options={WHOSE} />
    </>
  );
}
