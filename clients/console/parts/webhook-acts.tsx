import { useState } from 'preact/hooks';
import { useSigned } from '../context.ts';
import { navigate } from '../route.ts';
import { useAct } from '../use-act.ts';
import { CREDENTIALS, type IssuedWebhook, type Webhook, webhookPath } from '../webhooks.ts';
import { Confirm } from './confirm.tsx';
import { Form } from './form.tsx';
import { Secret } from './secret.tsx';
import { Failed } from './states.tsx';

interface WebhookActsProps {
  webhook: Webhook;
  onChanged(): void;
  /** A test message is on its way; its delivery will have this id. */
  onTest(deliveryId: string): void;
}

/** What can be done about an endpoint. */
export function WebhookActs({ webhook, onChanged, onTest }: WebhookActsProps) {
  const { may } = useSigned();
  const { act, busy, problem } = useAct();
  const [issued, setIssued] = useState<IssuedWebhook>();
  const path = webhookPath(webhook.webhook_id);
  const about = webhook.name ?? webhook.url;
  const off = webhook.state === 'disabled';
  const change = async (method: 'POST' | 'PATCH', where: string, body: object) => {
    if (await act(method, where, body)) onChanged();
  };
  const test = async () => {
    const sent = await act<{ delivery_id: string }>('POST', `${path}/test`);
    if (sent) onTest(sent.delivery_id);
  };
  const renew = async (body: object) => {
    const made = await act<IssuedWebhook>('POST', `${path}/secret`, body);
    setIssued(made);
    if (made) onChanged();
  };
  const remove = async () => {
    if (await act('DELETE', path)) navigate('webhooks', {});
  };
  return (
    <section class="panel" aria-label="What can be done">
      <div class="actions">
        <button type="button" disabled={busy} onClick={() => void test()}>
          Send a test
        </button>
        {webhook.state !== 'enabled' && (
          <button
            type="button"
            class="primary"
            disabled={busy}
            onClick={() => void change('PATCH', path, { state: 'enabled' })}
          >
            {off ? 'Switch on' : 'Try now'}
          </button>
        )}
        {!off && (
          <Confirm
            label="Switch off"
            about={about}
            means="Nothing is sent to it until it is switched on; it then goes on from where it stood."
            onConfirm={() => void change('PATCH', path, { state: 'disabled' })}
          />
        )}
        <Confirm label="Remove" about={about} onConfirm={() => void remove()} />
      </div>
      {may('events:read') && (
        <Replay
          next={webhook.next_index}
          busy={busy}
          onReplay={(from_index) => void change('POST', `${path}/replay`, { from_index })}
        />
      )}
      <NewSecret webhook={webhook} busy={busy} onRenew={(body) => void renew(body)} />
      {issued && <Secret issued={issued} />}
      {problem && <Failed problem={problem} />}
    </section>
  );
}

function Replay({ next, busy, onReplay }: { next: number; busy: boolean; onReplay(from: number): void }) {
  const [from, setFrom] = useState('');
  return (
    <Form class="inline" label="Replay" onSend={() => onReplay(Number(from))}>
      <label>
        <span>Send everything again from log index; beyond {next} leaves out what lies between</span>
        <input
          type="number"
          min="0"
          required
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={busy}>
        Replay
      </button>
    </Form>
  );
}

interface NewSecretProps {
  webhook: Webhook;
  busy: boolean;
  onRenew(body: object): void;
}

/** A secret of ours is made anew, with an overlap; a credential of theirs is given anew. */
function NewSecret({ webhook: { receiver }, busy, onRenew }: NewSecretProps) {
  const [hours, setHours] = useState('24');
  const [credential, setCredential] = useState('');
  const given = CREDENTIALS[receiver.kind];
  return (
    <Form
      class="inline"
      label="New secret"
      onSend={() => {
        onRenew(given === undefined ? { overlap_hours: Number(hours) } : { credential });
        setCredential('');
      }}
    >
      {given === undefined ? (
        <label>
          <span>Hours that the old secret signs as well; 0 where it has leaked</span>
          <input
            type="number"
            min="0"
            max="168"
            required
            value={hours}
            onInput={(event) => setHours(event.currentTarget.value)}
          />
        </label>
      ) : (
        <label>
          <span>New {given}</span>
          <input
            type="password"
            required
            autoComplete="off"
            value={credential}
            onInput={(event) => setCredential(event.currentTarget.value)}
          />
        </label>
      )}
      <button type="submit" disabled={busy}>
        {given === undefined ? 'Make a new secret' : 'Use it from now on'}
      </button>
    </Form>
  );
}
