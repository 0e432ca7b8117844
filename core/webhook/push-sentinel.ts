import { z } from 'zod';
import { formatTimestamp } from '../event/time.ts';
import { projected } from '../export/projected.ts';
import { asimColumns, toSentinel } from '../export/sentinel.ts';
import { answerJson } from './answer-json.ts';
import type { Message } from './message.ts';
import { outcomeOf, type Push, type PushOutcome, type PushTerms } from './push.ts';
import type { SentinelReceiver } from './receiver.ts';

const MOST_TOKEN = 65_536;
const MOST_ANSWER = 16_384;
const EARLY_MS = 60_000;

/** Where each of Azure's clouds signs in, and what for. */
const CLOUDS = {
  public: { login: 'https://login.microsoftonline.com', scope: 'https://monitor.azure.com//.default' },
  government: { login: 'https://login.microsoftonline.us', scope: 'https://monitor.azure.us//.default' },
  china: { login: 'https://login.partner.microsoftonline.cn', scope: 'https://monitor.azure.cn//.default' },
} as const;

const tokenSchema = z.object({ access_token: z.string().min(1).max(60_000), expires_in: z.coerce.number() });

/** Azure Monitor's Logs Ingestion API: an array of rows, with a token of Entra's for the application. */
export const pushSentinel: Push = async (message, { url, receiver, endpointId }, terms) => {
  if (receiver.kind !== 'sentinel') return { outcome: 'failed', problem: 'secret_missing' };
  const rows = rowsOf(message, terms);
  if (rows.length === 0) return { outcome: 'failed', problem: 'nothing_to_send' };
  const secret = terms.secrets[0] ?? '';
  const name = `${endpointId} ${receiver.directory_id} ${receiver.client_id} ${secret}`;
  const signedIn = await signIn(name, receiver, secret, terms);
  if ('outcome' in signedIn) return signedIn;
  const path = `dataCollectionRules/${receiver.rule_id}/streams/${receiver.stream}`;
  const answer = await terms.post({
    url: `${url.replace(/\/+$/, '')}/${path}?api-version=2023-01-01`,
    headers: { authorization: `Bearer ${signedIn.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
    answer: MOST_ANSWER,
  });
  const outcome = outcomeOf(answer);
  // A token that was taken back is not used again.
  if (outcome.outcome === 'failed' && outcome.status === 401) terms.signIns.delete(name);
  return outcome;
};

/** A token from before, where it still holds; else a new one. */
async function signIn(
  name: string,
  { directory_id, client_id, cloud }: SentinelReceiver,
  secret: string,
  { signIns, post, now }: PushTerms,
): Promise<{ token: string } | PushOutcome> {
  const known = signIns.get(name);
  if (known && known.until > now()) return { token: known.token };
  const { login, scope } = CLOUDS[cloud];
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret: secret,
    scope,
  });
  const answer = await post({
    url: `${login}/${directory_id}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    answer: MOST_TOKEN,
  });
  const outcome = outcomeOf(answer);
  // Entra says 400 to an application or a secret that it does not know; nothing of ours is wrong with the records.
  if (outcome.outcome === 'failed' && outcome.status === 400)
    return { outcome: 'failed', problem: 'credentials_refused', status: 400 };
  if (outcome.outcome === 'gone' || outcome.outcome === 'too_large')
    return { outcome: 'failed', problem: 'status', status: outcome.status };
  if (outcome.outcome !== 'delivered') return outcome;
  const parsed = tokenSchema.safeParse(answerJson(answer));
  if (!parsed.success) return { outcome: 'failed', problem: 'answer_malformed', status: outcome.status };
  const { access_token: token, expires_in } = parsed.data;
  signIns.set(name, { token, until: now() + expires_in * 1_000 - EARLY_MS });
  return { token };
}

function rowsOf(message: Message, { origin, tenantId, version }: PushTerms): object[] {
  if (message.kind !== 'alert')
    return message.batch.entries.map((entry) => toSentinel(projected(entry, origin)));
  const { alertId, raisedAt, size, reason } = message.alert;
  return [
    {
      ...asimColumns({ at: formatTimestamp(raisedAt), type: 'INTEGRITY_ALERT', origin, version }),
      EventOriginalUid: alertId,
      EventMessage: reason,
      EventType: 'Other',
      EventResult: 'Failure',
      EventSeverity: 'High',
      Operation: 'INTEGRITY_ALERT',
      Object: origin,
      AuditTenantId: tenantId,
      AdditionalFields: { log_size: size, reason },
    },
  ];
}
