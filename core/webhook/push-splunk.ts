import { z } from 'zod';
import { projected } from '../export/projected.ts';
import { toSplunk } from '../export/splunk.ts';
import { alertAsOcsf } from './alert-ocsf.ts';
import { answerJson } from './answer-json.ts';
import type { Message } from './message.ts';
import { outcomeOf, type Push, type PushOutcome, type PushTerms } from './push.ts';

const MOST_ANSWER = 16_384;

const takenSchema = z.object({ code: z.literal(0), ackId: z.int().nonnegative().optional() });
const acksSchema = z.object({ acks: z.record(z.string(), z.boolean()) });

/**
 * Splunk's HTTP Event Collector: event objects one after another. Where the collector acknowledges, what it took is
 * delivered only once it says that it is indexed, and sent again where it never does.
 */
export const pushSplunk: Push = async (message, { url, endpointId, receiver }, terms) => {
  if (receiver.kind !== 'splunk-hec') return { outcome: 'failed', problem: 'secret_missing' };
  const base = url.replace(/\/+$/, '');
  const headers = {
    authorization: `Splunk ${terms.secrets[0] ?? ''}`,
    'content-type': 'application/json',
    // A channel is any GUID of the sender's; acknowledgements are asked for by it.
    ...(receiver.ack && { 'x-splunk-request-channel': endpointId }),
  };
  if (terms.receipt !== undefined) return await askAck(base, endpointId, headers, terms.receipt, terms);
  const body = objectsOf(message, receiver.index, terms).map((object) => JSON.stringify(object));
  if (body.length === 0) return { outcome: 'failed', problem: 'nothing_to_send' };
  const answer = await terms.post({
    url: `${base}/services/collector/event`,
    headers,
    body: body.join('\n'),
    answer: MOST_ANSWER,
  });
  const outcome = outcomeOf(answer);
  if (outcome.outcome !== 'delivered') return outcome;
  const taken = takenSchema.safeParse(answerJson(answer));
  if (!taken.success) return malformed(outcome.status);
  if (!receiver.ack) return outcome;
  const { ackId } = taken.data;
  if (ackId === undefined) return malformed(outcome.status);
  return { outcome: 'accepted', status: outcome.status, token: String(ackId) };
};

async function askAck(
  base: string,
  channel: string,
  headers: Record<string, string>,
  receipt: string,
  { post }: PushTerms,
): Promise<PushOutcome> {
  const answer = await post({
    url: `${base}/services/collector/ack?channel=${channel}`,
    headers,
    body: JSON.stringify({ acks: [Number(receipt)] }),
    answer: MOST_ANSWER,
  });
  const outcome = outcomeOf(answer);
  if (outcome.outcome !== 'delivered') return outcome;
  const acks = acksSchema.safeParse(answerJson(answer));
  if (!acks.success) return malformed(outcome.status);
  if (acks.data.acks[receipt] === true) return outcome;
  return { outcome: 'accepted', status: outcome.status, token: receipt };
}

function malformed(status: number): PushOutcome {
  return { outcome: 'failed', problem: 'answer_malformed', status };
}

function objectsOf(message: Message, index: string | undefined, terms: PushTerms): object[] {
  const { tenantId, origin } = terms;
  const inIndex = index === undefined ? {} : { index };
  if (message.kind !== 'alert')
    return message.batch.entries.map((entry) => ({ ...toSplunk(projected(entry, origin)), ...inIndex }));
  return [
    {
      time: message.alert.raisedAt / 1_000,
      host: tenantId,
      source: origin,
      sourcetype: 'agent_audit_trail:ocsf',
      event: alertAsOcsf(message.alert, terms),
      fields: { tenant_id: tenantId, event_type: 'INTEGRITY_ALERT' },
      ...inIndex,
    },
  ];
}
