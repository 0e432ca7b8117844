import { useRef, useState } from 'preact/hooks';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import type { WebhookKind } from '../../../core/webhook/receiver.ts';
import { formTexts, picked } from '../form-texts.ts';
import { useAct } from '../use-act.ts';
import { CREDENTIALS, type IssuedWebhook, KINDS } from '../webhooks.ts';
import { SelectField, TextField } from './fields.tsx';
import { Form } from './form.tsx';
import { Secret } from './secret.tsx';
import { Failed } from './states.tsx';

const WHOSE = [
  ['', 'agents'],
  ['governance', 'what was done to the trail'],
  ['all', 'both'],
] as const;
const TYPES = [['', 'any'] as const, ...EVENT_TYPES.map((type) => [type, type] as const)];
/** The fields of each kind of receiver, as the API names them. */
const FIELDS: Readonly<Record<WebhookKind, readonly string[]>> = {
  standard: ['signature'],
  ocsf: ['signature'],
  'splunk-hec': ['index'],
  'elastic-bulk': ['data_stream'],
  sentinel: ['directory_id', 'client_id', 'rule_id', 'stream', 'cloud'],
};

/** Sets up an endpoint; its secret is shown this once. */
export function NewWebhook({ onMade }: { onMade(): void }) {
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<WebhookKind>('standard');
  const [made, setMade] = useState<IssuedWebhook>();
  const { act, busy, problem } = useAct();
  const submit = async () => {
    const texts = formTexts(form.current);
    const { event_type, ack, from_index } = texts;
    setMade(undefined);
    const issued = await act<IssuedWebhook>('POST', '/v1/audit/webhooks', {
      ...picked(texts, ['url', 'name', 'credential'], 'UTC'),
      receiver: { kind, ...picked(texts, FIELDS[kind], 'UTC'), ...(ack !== undefined && { ack: true }) },
      filter: { ...picked(texts, ['category'], 'UTC'), ...(event_type && { event_type: [event_type] }) },
      ...(from_index !== undefined && { from_index: Number(from_index) }),
    });
    if (!issued) return;
    setMade(issued);
    setKind('standard');
    form.current?.reset();
    onMade();
  };
  return (
    <>
      <Form formRef={form} class="panel row" label="New endpoint" onSend={() => void submit()}>
        <TextField
          name="url"
          label="Address"
          hint="https://hooks.example.com/audit"
          required
          wide
          most={2_000}
        />
        <TextField name="name" label="Name" hint="SOC" />
        <label>
          <span>What it takes</span>
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as WebhookKind)}>
            {Object.entries(KINDS).map(([value, says]) => (
              <option key={value} value={value}>
                {says}
              </option>
            ))}
          </select>
        </label>
        <ReceiverFields kind={kind} />
        <SelectField name="event_type" label="Type" options={TYPES} />
        <SelectField name="category" label="Whose" options={WHOSE} />
        <label>
          <span>From log index; empty: from now on</span>
          <input name="from_index" type="number" min="0" />
        </label>
        <button type="submit" class="primary" disabled={busy}>
          Set up
        </button>
        {problem && <Failed problem={problem} />}
      </Form>
      {made && <Secret issued={made} />}
    </>
  );
}

function ReceiverFields({ kind }: { kind: WebhookKind }) {
  const credential = CREDENTIALS[kind];
  return (
    <>
      {(kind === 'standard' || kind === 'ocsf') && (
        <SelectField
          name="signature"
          label="Signed with"
          options={[
            ['v1', 'a shared secret (v1, HMAC)'],
            ['v1a', 'a key of ours (v1a, Ed25519)'],
          ]}
        />
      )}
      {kind === 'splunk-hec' && (
        <>
          <TextField name="index" label="Index; empty: the token’s own" hint="audit" />
          <label class="check">
            <input name="ack" type="checkbox" />
            <span>The token has indexer acknowledgement on</span>
          </label>
        </>
      )}
      {kind === 'elastic-bulk' && (
        <TextField name="data_stream" label="Data stream" hint="logs-audit-acme" required />
      )}
      {kind === 'sentinel' && (
        <>
          <TextField name="directory_id" label="Directory (tenant) id" required />
          <TextField name="client_id" label="Application (client) id" required />
          <TextField name="rule_id" label="Data collection rule" hint="dcr-…" required />
          <TextField name="stream" label="Stream" hint="Custom-AuditTrail" required />
          <SelectField
            name="cloud"
            label="Cloud"
            options={[
              ['public', 'public'],
              ['government', 'US government'],
              ['china', 'China'],
            ]}
          />
        </>
      )}
      {credential !== undefined && (
        <label>
          <span>{credential}, never shown again</span>
          <input name="credential" type="password" required autoComplete="off" />
        </label>
      )}
    </>
  );
}
