import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import {
  changeWebhook,
  createWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayWebhook,
  rotateWebhookSecret,
  testWebhook,
} from '../operations/webhooks.ts';
import type { AdminApi } from '../ports.ts';
import { change, create, remove, replay, rotate } from './webhook-changes.ts';
import { find, ok, shownAll, standing } from './webhook-found.ts';

/** `/v1/audit/webhooks` and what is below. */
export function webhookRoutes(api: AdminApi) {
  return [
    routeOf(createWebhook, (asked) => create(api, asked)),
    routeOf(listWebhooks, async () => {
      const webhooks = await shownAll(api, await standing(api));
      return { status: 200, body: { webhooks }, gives: { count: webhooks.length } };
    }),
    routeOf(getWebhook, async (asked) => ok(api, await find(api, asked))),
    routeOf(changeWebhook, (asked) => change(api, asked)),
    routeOf(removeWebhook, (asked) => remove(api, asked)),
    routeOf(testWebhook, async (asked) => {
      const { endpointId } = await find(api, asked);
      const deliveryId = mintEventId(api.clock.now(), api.random);
      await api.webhooks.wakes.test(endpointId, deliveryId);
      return { status: 202, body: { delivery_id: deliveryId } };
    }),
    routeOf(replayWebhook, (asked) => replay(api, asked)),
    routeOf(rotateWebhookSecret, (asked) => rotate(api, asked)),
    routeOf(listDeliveries, (asked) => deliveries(api, asked)),
  ];
}

async function deliveries(api: AdminApi, asked: Asked<typeof listDeliveries>): Promise<ApiResponse> {
  const { endpointId } = await find(api, asked);
  const { limit, cursor } = asked.query;
  if (cursor !== undefined && !/^[0-9a-f-]{36}$/.test(cursor))
    throw new AuditError('invalid_request', 'cursor: expected the next_cursor of an answer', {
      field: 'cursor',
    });
  const attempts = await api.webhooks.deliveries.newest(endpointId, limit + 1, cursor);
  const page = attempts.slice(0, limit);
  const next_cursor = attempts.length > limit ? (page.at(-1)?.delivery_id ?? null) : null;
  return { status: 200, body: { deliveries: page, next_cursor }, gives: { count: page.length } };
}
