import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../../../core/encoding.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import type { JsonValue } from '../../../core/event/values.ts';
import { adopt } from '../../../core/webhook/advance.ts';
import type { DeliveryState } from '../../../core/webhook/delivery.ts';
import type { Endpoint } from '../../../core/webhook/endpoint.ts';

const at = (name: string, time: number | undefined) =>
  time === undefined ? {} : { [name]: formatTimestamp(time) };

/** An endpoint as it is shown: how it is set up, and how far it is in a log of `size` records. */
export function shownWebhook(endpoint: Endpoint, known: DeliveryState | undefined, size: number) {
  // A change that no worker has seen yet counts all the same.
  const state = adopt(known, endpoint);
  const { nextAttemptAt, lastFailure, failures } = state;
  const disabled = endpoint.enabled ? state.disabled : { reason: 'by_request' };
  const { publicKey } = endpoint.secrets.at(-1) ?? {};
  return {
    webhook_id: endpoint.endpointId,
    ...described(endpoint),
    state: disabled ? 'disabled' : failures > 0 ? 'failing' : 'enabled',
    ...(disabled && {
      disabled: { ...('at' in disabled && at('at', disabled.at)), reason: disabled.reason },
    }),
    ...(publicKey !== undefined && { public_key: publicKey }),
    next_index: state.acknowledged,
    behind: Math.max(0, size - state.cursor),
    delivered: state.delivered,
    refused: state.refused,
    failures,
    ...at('failing_since', state.failingSince),
    ...(!disabled && failures > 0 && at('next_attempt_at', nextAttemptAt)),
    ...at('last_success_at', state.lastSuccessAt),
    ...(lastFailure && {
      last_failure: {
        ...at('at', lastFailure.at),
        problem: lastFailure.problem,
        ...(lastFailure.status !== undefined && { status: lastFailure.status }),
      },
    }),
    created_at: formatTimestamp(endpoint.createdAt),
    created_by: endpoint.createdBy,
  };
}

/** How it is set up. */
function described({ name, url, receiver, filter }: Endpoint) {
  return { ...(name !== undefined && { name }), url, receiver, filter };
}

/**
 * What stands in the log of an endpoint. An address may hold a secret in its path or query, and the log is for good: so
 * the host, and a digest to compare the rest by.
 */
export function inLog(endpoint: Endpoint): JsonValue {
  const { name, url, receiver, filter, enabled, start, secrets, removedAt } = endpoint;
  const state = removedAt !== undefined ? 'removed' : enabled ? 'enabled' : 'disabled';
  return {
    ...(name !== undefined && { name }),
    host: new URL(url).host,
    url_digest: toDigestText(sha256(utf8(url))),
    receiver: asJson(receiver),
    filter: asJson(filter),
    state,
    from_index: start.at,
    secret_version: secrets.at(-1)?.version ?? 0,
  };
}

function asJson(value: object): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}
