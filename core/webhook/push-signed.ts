import { SCHEMA_VERSION } from '../event/envelope.ts';
import { formatTimestamp } from '../event/time.ts';
import { toOcsf } from '../export/ocsf.ts';
import { projected } from '../export/projected.ts';
import { alertAsOcsf } from './alert-ocsf.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';
import { outcomeOf, type Push, type PushTerms } from './push.ts';
import { signedHeaders } from './signature.ts';

/** Standard Webhooks: records with their proofs and one checkpoint, so that each message verifies by itself. */
export const pushStandard: Push = (message, endpoint, terms) =>
  send(JSON.stringify(standardBody(message, endpoint, terms)), message, endpoint, terms);

/** An array of OCSF events, signed in the same way. */
export const pushOcsf: Push = (message, endpoint, terms) =>
  send(JSON.stringify(ocsfEvents(message, terms)), message, endpoint, terms);

async function send(body: string, { id }: Message, { url }: Endpoint, terms: PushTerms) {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'agent-audit-trail',
    ...signedHeaders({ id, at: terms.now(), body }, terms.secrets),
  };
  return outcomeOf(await terms.post({ url, headers, body, answer: 0 }));
}

function standardBody(message: Message, { endpointId }: Endpoint, { tenantId, origin }: PushTerms) {
  const common = { endpoint_id: endpointId, tenant_id: tenantId, origin };
  const timestamp = formatTimestamp(message.at);
  if (message.kind === 'alert') {
    const { alertId, size, reason, raisedAt } = message.alert;
    return {
      type: 'audit.integrity_alert',
      timestamp,
      data: { ...common, event_id: alertId, raised_at: formatTimestamp(raisedAt), size, reason },
    };
  }
  const { from, next, purgedBelow, entries, checkpoint } = message.batch;
  return {
    type: message.kind === 'test' ? 'audit.test' : 'audit.records',
    timestamp,
    data: {
      ...common,
      from_index: from,
      next_index: next,
      ...(purgedBelow !== undefined && { purged_below: purgedBelow }),
      events: entries,
      checkpoint,
      schema_version: SCHEMA_VERSION,
    },
  };
}

function ocsfEvents(message: Message, { tenantId, origin }: PushTerms): Record<string, unknown>[] {
  if (message.kind === 'alert') return [alertAsOcsf(message.alert, { tenantId, origin })];
  return message.batch.entries.map((entry) => toOcsf(projected(entry, origin)));
}
