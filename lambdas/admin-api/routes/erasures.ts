import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { pseudonymOf } from '../../../core/event/personal-data.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import type { Erasure } from '../../../core/retention/erasure.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { getErasure, listErasures, requestErasure } from '../operations/erasures.ts';
import type { AdminApi } from '../ports.ts';

/** `POST` and `GET /v1/audit/erasures`. */
export function erasureRoutes(api: AdminApi) {
  return [
    routeOf(requestErasure, (asked) => request(api, asked)),
    routeOf(listErasures, async () => {
      const erasures = (await api.erasures.registry.list()).map(shown);
      return { status: 200, body: { erasures }, gives: { count: erasures.length } };
    }),
    routeOf(getErasure, async ({ params }) => {
      const erasure = await api.erasures.registry.get(params.erasure_id);
      if (!erasure) throw new AuditError('not_found', 'There is no erasure with this id.');
      return { status: 200, body: shown(erasure), gives: { count: 1 } };
    }),
  ];
}

async function request(api: AdminApi, asked: Asked<typeof requestErasure>): Promise<ApiResponse> {
  const { caller, requestId, body } = asked;
  if (caller.kind === 'emitter') throw new AuditError('forbidden', 'An emitter asks for its receipts alone.');
  const { subject, user_id = '', preview } = body;
  const now = api.clock.now();
  const erasure: Erasure = {
    erasureId: mintEventId(now, api.random),
    target: subject
      ? { kind: 'subject', type: subject.type, id: pseudonymOf(subject, (await api.holds.keys()).pseudonym) }
      : { kind: 'user', id: user_id },
    request: body.request,
    requestedAt: now,
    requestedBy: { type: caller.kind, id: caller.id },
    requestId,
    preview,
    status: 'queued',
  };
  await api.erasures.registry.add(erasure);
  await api.erasures.wake();
  return { status: 202, body: shown(erasure), gives: { count: 1 } };
}

function shown({ erasureId, target, request: reference, requestedAt, requestedBy, ...more }: Erasure) {
  const { preview, status, treeSize, found, finishedAt, document } = more;
  return {
    erasure_id: erasureId,
    ...(target.kind === 'subject'
      ? { subject: { type: target.type, pseudonym: target.id } }
      : { user_id: target.id }),
    request: reference,
    preview,
    status,
    requested_at: formatTimestamp(requestedAt),
    requested_by: requestedBy,
    ...(finishedAt !== undefined && { finished_at: formatTimestamp(finishedAt) }),
    ...(treeSize !== undefined && { tree_size: treeSize }),
    ...(found && { found }),
    ...(document !== undefined && { document }),
  };
}
