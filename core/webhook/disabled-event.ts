import { sha256 } from '#crypto';
import { utf8 } from '../encoding.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import type { EventOf } from '../event/event.ts';
import { mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import type { DeliveryState } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';

const REASONS = {
  gone: 'The endpoint answered 410: it wants no more messages.',
  failed_for_days: 'Every attempt has failed for more than three days.',
};

/**
 * Tells the tenant, in its own log, that an endpoint gets nothing any more. Id and time follow from the disabling, so
 * that a worker which says it again makes no second record.
 */
export function disabledEvent(
  { endpointId, generation }: Endpoint,
  { disabled, lastFailure, cursor }: DeliveryState,
  version: string,
): EventOf<'WEBHOOK_CHANGED'> {
  const { at, reason } = disabled ?? { at: 0, reason: 'gone' as const };
  const digest = sha256(utf8(`${endpointId}\n${generation}\n${reason}`));
  return {
    schema_version: SCHEMA_VERSION,
    event_id: mintEventId(at, { octets: (length) => digest.slice(0, length) }),
    event_type: 'WEBHOOK_CHANGED',
    occurred_at: formatTimestamp(at),
    agent: { id: SELF_AGENT_ID, version },
    payload: {
      actor: { type: 'system', id: 'deliver-webhooks' },
      target: { type: 'webhook', id: endpointId },
      before: { state: 'enabled' },
      after: {
        state: 'disabled',
        undelivered_from: cursor,
        ...(lastFailure && { problem: lastFailure.problem }),
        ...(lastFailure?.status !== undefined && { status: lastFailure.status }),
      },
      reason: REASONS[reason],
    },
  };
}
