import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { filterText } from '../filter-text.ts';
import { NewWebhook } from '../parts/new-webhook.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { href } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { KINDS, WEBHOOK_STATES, type Webhook } from '../webhooks.ts';

/** Where records are pushed to, and how far each receiver is. */
export function WebhooksView() {
  const { may } = useSigned();
  const { answer, again } = useAnswer<{ webhooks: Webhook[] }>('webhooks', (api, signal) =>
    api.get('/v1/audit/webhooks', {}, signal),
  );
  const webhooks = answer?.ok ? answer.data.webhooks : [];
  return (
    <>
      <h1>Webhooks</h1>
      <p class="lead">
        Where records are pushed to as they come, in the order of the log. Personal fields stay committed.
        What is changed here is a record of the log.
      </p>
      {may('webhooks') &&
        (may('events:read') ? (
          <NewWebhook onMade={again} />
        ) : (
          <p class="quiet">
            Setting up an endpoint takes the scope events:read, too: it would give out what the token can’t
            read.
          </p>
        ))}
      {answer === undefined && <Loading what="endpoints" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && webhooks.length === 0 && <Empty>Nothing is pushed to anybody.</Empty>}
      {webhooks.length > 0 && (
        <>
          <p class="count">
            Showing {webhooks.length} of {webhooks.length} endpoints, oldest first
          </p>
          <ul class="cards">
            {webhooks.map((webhook) => (
              <li key={webhook.webhook_id}>
                <div class="head">
                  <h2>
                    <a href={href('webhook', { id: webhook.webhook_id })}>
                      <bdi>{visible(webhook.name ?? webhook.url)}</bdi>
                    </a>
                  </h2>
                  <span class={`chip ${WEBHOOK_STATES[webhook.state].looks}`}>
                    {WEBHOOK_STATES[webhook.state].says}
                  </span>
                </div>
                <p>
                  {KINDS[webhook.receiver.kind]},{' '}
                  {filterText(webhook.filter, 'what agents did', (iso) => iso)}
                </p>
                <p class="quiet small">
                  <bdi>{visible(webhook.url)}</bdi> · {webhook.delivered} delivered, {webhook.behind} behind
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
