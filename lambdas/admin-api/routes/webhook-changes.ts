import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import { readHead } from '../../../core/query/log-reader.ts';
import { endpointAddress } from '../../../core/webhook/address.ts';
import type { Endpoint } from '../../../core/webhook/endpoint.ts';
import type { Asked } from '../../shared/http/operation.ts';
import type { ApiRequest } from '../../shared/http/request.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import type {
  changeWebhook,
  createWebhook,
  removeWebhook,
  replayWebhook,
  rotateWebhookSecret,
} from '../operations/webhooks.ts';
import type { AdminApi } from '../ports.ts';
import { find, ok, shownOne, standing } from './webhook-found.ts';
import { checkCredential, issueSecret, withNewSecret } from './webhook-secrets.ts';
import { inLog } from './webhook-shown.ts';

const MOST_ENDPOINTS = 10;

export async function create(api: AdminApi, asked: Asked<typeof createWebhook>): Promise<ApiResponse> {
  const { caller, body } = asked;
  refuseUnlessReader(asked);
  const { webhooks } = api;
  const url = addressOf(api, body.url);
  checkCredential(body.receiver, body.credential);
  const { finalSize } = await readHead(webhooks);
  const at = within(body.from_index ?? finalSize, finalSize);
  if ((await standing(api)).length >= MOST_ENDPOINTS)
    throw new AuditError(
      'conflict',
      `There are ${MOST_ENDPOINTS} webhooks already, which is the most: remove one first.`,
    );
  const now = api.clock.now();
  const endpointId = mintEventId(now, api.random);
  const { version, shown } = await issueSecret(api, endpointId, 1, body.receiver, body.credential);
  const endpoint: Endpoint = {
    endpointId,
    ...(body.name !== undefined && { name: body.name }),
    url,
    receiver: body.receiver,
    filter: body.filter,
    enabled: true,
    revision: 1,
    generation: 1,
    start: { generation: 1, at },
    secrets: [version],
    createdAt: now,
    createdBy: caller.id,
  };
  const unrecorded = markOf(api, asked, undefined, endpoint);
  await webhooks.endpoints.add({ ...endpoint, unrecorded });
  await settle(api, endpoint, unrecorded);
  return issued(endpoint, { ...(await shownOne(api, endpoint)), ...shown });
}

export async function change(api: AdminApi, asked: Asked<typeof changeWebhook>): Promise<ApiResponse> {
  const { url, name, filter, state } = asked.body;
  const before = await find(api, asked); // first: what is nobody's answers alike, whatever the bearer may
  if (url !== undefined || filter !== undefined) refuseUnlessReader(asked);
  return await replaced(api, asked, before, {
    ...before,
    ...(url !== undefined && { url: addressOf(api, url) }),
    ...(name !== undefined && { name }),
    ...(filter !== undefined && { filter }),
    ...(state !== undefined && { enabled: state === 'enabled' }),
    // Another name is no new stream; anything else ends what was waited for.
    generation:
      before.generation + (url !== undefined || filter !== undefined || state !== undefined ? 1 : 0),
  });
}

export async function replay(api: AdminApi, asked: Asked<typeof replayWebhook>): Promise<ApiResponse> {
  const before = await find(api, asked);
  refuseUnlessReader(asked);
  const { finalSize } = await readHead(api.webhooks);
  const at = within(asked.body.from_index, finalSize);
  const generation = before.generation + 1;
  return await replaced(api, asked, before, { ...before, generation, start: { generation, at } });
}

export async function rotate(api: AdminApi, asked: Asked<typeof rotateWebhookSecret>): Promise<ApiResponse> {
  const before = await find(api, asked);
  const { endpoint, shown, ended } = await withNewSecret(api, before, asked.body);
  const answer = await replaced(api, asked, before, endpoint);
  for (const version of ended) await api.webhooks.secrets.remove(before.endpointId, version);
  return issued(before, { ...(answer.body as object), ...shown });
}

/** A secret is shown once: the answer that holds it is not kept for a repeat of the request. */
function issued({ endpointId }: Endpoint, body: object): ApiResponse {
  const path = `/v1/audit/webhooks/${endpointId}`;
  return { status: 201, body, ...('secret' in body && { once: path }) };
}

export async function remove(api: AdminApi, asked: Asked<typeof removeWebhook>): Promise<ApiResponse> {
  const before = await find(api, asked);
  const removedAt = api.clock.now();
  await replaced(api, asked, before, { ...before, removedAt });
  for (const { version } of before.secrets) await api.webhooks.secrets.remove(before.endpointId, version);
  return {
    status: 200,
    body: { webhook_id: before.endpointId, removed_at: formatTimestamp(removedAt) },
  };
}

/** Puts `after` in the place of `before`, with the record of the change, and wakes who delivers. */
async function replaced(
  api: AdminApi,
  asked: Pick<ApiRequest, 'caller' | 'requestId'>,
  before: Endpoint,
  after: Endpoint,
): Promise<ApiResponse> {
  const endpoint = { ...after, revision: before.revision + 1 };
  const unrecorded = markOf(api, asked, before, endpoint);
  if (!(await api.webhooks.endpoints.replace({ ...endpoint, unrecorded })))
    throw new AuditError(
      'conflict',
      'Somebody else has changed this webhook at the same time: look at it, and try again.',
    );
  await settle(api, endpoint, unrecorded);
  return await ok(api, endpoint);
}

async function settle(
  { acts, webhooks }: AdminApi,
  { endpointId }: Endpoint,
  unrecorded: string,
): Promise<void> {
  await acts.record(unrecorded, (mark) => webhooks.endpoints.recorded(endpointId, mark));
  await webhooks.wakes.wake();
}

function markOf(
  { acts }: AdminApi,
  asked: Pick<ApiRequest, 'caller' | 'requestId'>,
  before: Endpoint | undefined,
  after: Endpoint,
): string {
  return acts.mark(
    'WEBHOOK_CHANGED',
    {
      target: { type: 'webhook', id: after.endpointId },
      ...(before && { before: inLog(before) }),
      after: inLog(after),
    },
    asked,
  );
}

/** Whoever may set up endpoints could have sent to themselves what they may not read. */
function refuseUnlessReader({ caller }: Pick<ApiRequest, 'caller'>): void {
  if (!hasScope(caller.scopes, 'events:read'))
    throw new AuditError(
      'forbidden',
      'Your token lacks events:read, so it can not have events sent anywhere.',
    );
}

function addressOf({ webhooks: { loopback, isPublic } }: AdminApi, text: string): string {
  const address = endpointAddress(text, { loopback });
  const { hostname, protocol } = new URL(address);
  const literal = hostname.replace(/^\[|\]$/g, '');
  const isLiteral = hostname.startsWith('[') || /^[0-9.]+$/.test(hostname);
  if (isLiteral && protocol === 'https:' && !isPublic(literal) && !loopback)
    throw new AuditError('invalid_request', `url: ${literal} is not an address of the public internet`, {
      field: 'url',
    });
  return address;
}

function within(index: number, size: number): number {
  if (index > size)
    throw new AuditError('invalid_request', `from_index: expected at most ${size}, the size of the log`, {
      field: 'from_index',
    });
  return index;
}
