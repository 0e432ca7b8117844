import { AuditError } from '../../../core/errors.ts';
import { readHead } from '../../../core/query/log-reader.ts';
import type { Endpoint } from '../../../core/webhook/endpoint.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import type { AdminApi } from '../ports.ts';
import { shownWebhook } from './webhook-shown.ts';

/** Those that were not removed; what earlier requests left unsaid is said first. */
export async function standing({ webhooks, acts }: AdminApi): Promise<Endpoint[]> {
  const endpoints = await webhooks.endpoints.list();
  await acts.settle(endpoints, ({ endpointId }, mark) => webhooks.endpoints.recorded(endpointId, mark));
  return endpoints.filter(({ removedAt }) => removedAt === undefined);
}

export async function find(api: AdminApi, { params }: { params: { webhook_id: string } }): Promise<Endpoint> {
  const endpoint = (await standing(api)).find(({ endpointId }) => endpointId === params.webhook_id);
  if (!endpoint) throw new AuditError('not_found', 'There is no webhook with this id.');
  return endpoint;
}

export async function shownAll({ webhooks }: AdminApi, endpoints: readonly Endpoint[]) {
  const states = await webhooks.states.all();
  const { finalSize } = await readHead(webhooks);
  return endpoints.map((endpoint) => shownWebhook(endpoint, states.get(endpoint.endpointId), finalSize));
}

export async function shownOne(api: AdminApi, endpoint: Endpoint): Promise<object> {
  const [shown = {}] = await shownAll(api, [endpoint]);
  return shown;
}

export async function ok(api: AdminApi, endpoint: Endpoint): Promise<ApiResponse> {
  return { status: 200, body: await shownOne(api, endpoint), gives: { count: 1 } };
}
