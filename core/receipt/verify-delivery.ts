import { z } from 'zod';
import { failure } from './failure.ts';
import type { Trust } from './key-chain.ts';
import { type Other, type Verdict, verifyPage } from './verify.ts';

/** The body of a webhook (docs/integrate/webhooks.md), as far as the verifier reads it. */
const deliverySchema = z.looseObject({
  type: z.enum(['audit.records', 'audit.test']),
  data: z.looseObject({
    origin: z.string().max(1_000),
    from_index: z.int().nonnegative(),
    next_index: z.int().nonnegative(),
  }),
});

/** Whether `json` is the body of a webhook, of whatever type. */
export function isDelivery(json: object): json is { type: string; data: unknown } {
  return 'type' in json && typeof json.type === 'string' && json.type.startsWith('audit.') && 'data' in json;
}

/**
 * A webhook's message: its records as those of a page, and that they are of the log and the range that it names. Who sent it,
 * its signature tells; what of the range the endpoint did not ask for, nothing here does.
 */
export async function verifyDelivery(body: unknown, trust: Trust, other?: Other): Promise<Verdict> {
  const parsed = deliverySchema.safeParse(body);
  if (!parsed.success) return refuse('it is no message with records');
  const { data } = parsed.data;
  const { origin, from_index: from, next_index: next } = data;
  const verdict = await verifyPage(data, trust, other);
  if (!verdict.verified) return verdict;
  const { shown } = verdict;
  if (origin !== shown.origin) return refuse('it names another log', shown.count);
  if (from > next || next > shown.tree_size)
    return refuse('its range is none of the log that was signed', shown.count);
  if ((shown.first_index ?? from) < from || (shown.last_index ?? from - 1) >= next)
    return refuse('it holds a record outside of its range', shown.count);
  return verdict;
}

function refuse(detail: string, checked = 0): Verdict {
  return { verified: false, failure: failure('delivery_malformed', {}, detail), checked };
}
