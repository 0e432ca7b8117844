import { useState } from 'preact/hooks';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { filterText } from '../filter-text.ts';
import { Deliveries } from '../parts/deliveries.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { WebhookActs } from '../parts/webhook-acts.tsx';
import { href } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { DISABLED, KINDS, WEBHOOK_STATES, type Webhook, webhookPath } from '../webhooks.ts';

/** One endpoint: how far it is, what came of each attempt, and what can be done about it. */
export function WebhookView({ query }: { query: Readonly<Record<string, string>> }) {
  const { id = '', cursor } = query;
  const path = webhookPath(id);
  const { answer, again } = useAnswer<Webhook>(id, (api, signal) => api.get(path, {}, signal));
  const [awaited, setAwaited] = useState<string>();
  return (
    <>
      <p class="path">
        <a href={href('webhooks')}>Webhooks</a>
      </p>
      {answer === undefined && <Loading what="the endpoint" />}
      {answer && !answer.ok && (
        <>
          <h1>Webhook</h1>
          <Failed problem={answer.problem} retry={again} />
        </>
      )}
      {answer?.ok && (
        <>
          <h1>
            <bdi>{visible(answer.data.name ?? answer.data.url)}</bdi>
          </h1>
          <Standing webhook={answer.data} />
          <WebhookActs webhook={answer.data} onChanged={again} onTest={setAwaited} />
          <Deliveries path={path} id={id} cursor={cursor} awaited={awaited} onCame={again} />
        </>
      )}
    </>
  );
}

function Standing({ webhook }: { webhook: Webhook }) {
  const { timeZone } = useSigned();
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  const { says, looks } = WEBHOOK_STATES[webhook.state];
  const { disabled, last_failure, next_attempt_at, last_success_at } = webhook;
  return (
    <section class="panel" aria-label="How it stands">
      <div class="head">
        <h2>
          {KINDS[webhook.receiver.kind]}, {filterText(webhook.filter, 'what agents did', at)}
        </h2>
        <span class={`chip ${looks}`} role="status">
          {says}
          {disabled ? ` ${DISABLED[disabled.reason]}` : ''}
        </span>
      </div>
      <p>
        <bdi>{visible(webhook.url)}</bdi>
      </p>
      <p>
        {webhook.delivered} records delivered, {webhook.behind} of the log still to look at; next is log index{' '}
        {webhook.next_index}.{webhook.refused > 0 && ` The receiver refused ${webhook.refused} for good.`}
      </p>
      {last_failure && (
        <p class={webhook.failures > 0 ? 'failure' : 'quiet small'}>
          Last failure {at(last_failure.at)}: {last_failure.problem.replaceAll('_', ' ')}
          {last_failure.status === undefined ? '' : ` ${last_failure.status}`}
          {webhook.failures > 0 && `, ${webhook.failures} in a row`}
          {next_attempt_at !== undefined && `, next attempt ${at(next_attempt_at)}`}
        </p>
      )}
      <p class="quiet small">
        {last_success_at !== undefined && `Last success ${at(last_success_at)}. `}
        Set up {at(webhook.created_at)} by <code>{webhook.created_by}</code>.
      </p>
    </section>
  );
}
