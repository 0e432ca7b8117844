import { z } from 'zod';
import { formatTimestamp } from '../event/time.ts';
import { toElastic } from '../export/elastic.ts';
import { projected } from '../export/projected.ts';
import type { Alert } from './alert.ts';
import { answerJson } from './answer-json.ts';
import type { Message } from './message.ts';
import { outcomeOf, type PostAnswer, type Push, type PushOutcome, type PushTerms } from './push.ts';

const MOST_ANSWER = 1_048_576;

const answerSchema = z.object({
  errors: z.boolean(),
  items: z.array(z.object({ create: z.object({ status: z.int() }) })),
});

interface Line {
  action: object;
  document: object;
  /** Of a record. */
  index?: number;
}

/**
 * Elastic's bulk API on a data stream. `create` with the event's id puts a record there once, so that a message may be
 * sent again as a whole: what is there already says 409, which is what was wanted.
 */
export const pushElastic: Push = async (message, { url, receiver }, terms) => {
  if (receiver.kind !== 'elastic-bulk') return { outcome: 'failed', problem: 'secret_missing' };
  const lines = linesOf(message, terms);
  if (lines.length === 0) return { outcome: 'failed', problem: 'nothing_to_send' };
  const answer = await terms.post({
    url: `${url.replace(/\/+$/, '')}/${receiver.data_stream}/_bulk`,
    headers: {
      authorization: `ApiKey ${terms.secrets[0] ?? ''}`,
      'content-type': 'application/x-ndjson',
    },
    body: lines
      .map(({ action, document }) => `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`)
      .join(''),
    answer: MOST_ANSWER,
  });
  const outcome = outcomeOf(answer);
  return outcome.outcome === 'delivered' ? judge(lines, outcome.status, answer) : outcome;
};

function judge(lines: readonly Line[], status: number, answer: PostAnswer): PushOutcome {
  const parsed = answerSchema.safeParse(answerJson(answer));
  if (!parsed.success || parsed.data.items.length !== lines.length)
    return { outcome: 'failed', problem: 'answer_malformed', status };
  const statuses = parsed.data.items.map(({ create }) => create.status);
  const passing = statuses.find((one) => one === 429 || one >= 500);
  // Those that were taken stay; all of it is sent again, and they will say so.
  if (passing !== undefined) return { outcome: 'failed', problem: 'status', status: passing };
  const refused = statuses.flatMap((one, position) => {
    const index = lines[position]?.index;
    return one < 300 || one === 409 || index === undefined ? [] : [{ log_index: index, status: one }];
  });
  return { outcome: 'delivered', status, ...(refused.length > 0 && { refused }) };
}

function linesOf(message: Message, terms: PushTerms): Line[] {
  if (message.kind === 'alert') return [alertLine(message.alert, terms)];
  return message.batch.entries.map((entry) => ({
    ...toElastic(projected(entry, terms.origin)),
    index: entry.log_index,
  }));
}

function alertLine({ alertId, raisedAt, size, reason }: Alert, { tenantId, origin }: PushTerms): Line {
  return {
    action: { create: { _id: alertId } },
    document: {
      '@timestamp': formatTimestamp(raisedAt),
      ecs: { version: '9.1.0' },
      message: reason,
      event: {
        id: alertId,
        kind: 'alert',
        category: ['intrusion_detection'],
        type: ['info'],
        action: 'integrity_alert',
        dataset: 'agent_audit_trail.records',
        module: 'agent_audit_trail',
        outcome: 'failure',
        severity: 99,
        reason,
      },
      organization: { id: tenantId },
      agent_audit_trail: { origin, log_size: size },
    },
  };
}
