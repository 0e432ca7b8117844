import { toDigestText } from '../../../core/encoding.ts';
import { AuditError } from '../../../core/errors.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import { readCheckpoint } from '../../../core/log/checkpoint.ts';
import { asPayload, closingStatement } from '../../../core/retention/closing.ts';
import { isInForce } from '../../../core/retention/hold.ts';
import {
  type ContractEnd,
  type PolicyInForce,
  policyInForce,
  type SetPolicy,
} from '../../../core/retention/standing-policy.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { endContract, getContractEnd, stateClosing } from '../operations/closing.ts';
import type { AdminApi } from '../ports.ts';

/** `GET` and `POST /v1/audit/retention-policy/end`, `POST …/end/statement`: each may be asked for again. */
export function closingRoutes(api: AdminApi) {
  return [
    routeOf(getContractEnd, async () => ({ ...shown((await settled(api)).ended), gives: { count: 1 } })),
    routeOf(endContract, (asked) => end(api, asked)),
    routeOf(stateClosing, (asked) => state(api, asked)),
  ];
}

async function end(api: AdminApi, asked: Asked<typeof endContract>): Promise<ApiResponse> {
  checkOperator(api, asked);
  const standing = await settled(api);
  if (standing.ended) return shown(standing.ended);
  const at = api.clock.now();
  const { reason } = asked.body;
  const ended = { at, version: standing.version + 1 };
  const act = {
    target: { type: 'contract', id: api.tenantId },
    after: {
      version: ended.version,
      ended_at: formatTimestamp(at),
      after_termination_days: standing.policy.after_termination_days,
    },
    ...(reason !== undefined && { reason }),
  };
  return await change(api, asked, standing, ended, api.acts.mark('RETENTION_POLICY_CHANGED', act, asked));
}

async function state(api: AdminApi, asked: Asked<typeof stateClosing>): Promise<ApiResponse> {
  checkOperator(api, asked);
  const standing = await settled(api);
  const { ended } = standing;
  if (!ended)
    throw new AuditError(
      'conflict',
      'The contract has not ended: end it first (POST …/retention-policy/end).',
    );
  if (ended.closing) return shown(ended);
  const now = api.clock.now();
  const statement = closingStatement({
    tenant: api.tenantId,
    log: await logOf(api),
    endedAt: ended.at,
    now,
    policy: standing.policy,
    longestLock: await longestLock(api, standing),
    holds: (await api.holds.registry.list())
      .filter((hold) => isInForce(hold, now))
      .map(({ holdId }) => holdId),
    bundle: asked.body.bundle,
    closed: { tokens: asked.body.tokens_revoked, emitters: asked.body.emitters_removed },
  });
  const act = { target: { type: 'contract', id: api.tenantId }, after: asPayload(statement) };
  const unrecorded = api.acts.mark('RETENTION_POLICY_CHANGED', act, asked);
  const { event_id: eventId } = JSON.parse(unrecorded) as { event_id: string };
  return await change(api, asked, standing, { ...ended, closing: { eventId, statement } }, unrecorded);
}

/** One more version of the terms, the same but for the end. */
async function change(
  api: AdminApi,
  { caller }: Pick<Asked<typeof endContract>, 'caller'>,
  { version, policy }: PolicyInForce,
  ended: ContractEnd,
  unrecorded: string,
): Promise<ApiResponse> {
  const next: SetPolicy = {
    version: version + 1,
    policy,
    changedAt: api.clock.now(),
    changedBy: { type: caller.kind, id: caller.id },
    previous: policy,
    ended,
  };
  const { policies } = api.retention;
  if (!(await policies.set({ ...next, unrecorded })))
    throw new AuditError('conflict', 'Somebody changed the policy meanwhile: ask again.');
  await api.acts.record(unrecorded, (mark) => policies.recorded(next, mark));
  return shown(ended);
}

/** The terms in force, once a change that was made and not recorded yet is on its way. */
async function settled({ retention: { policies, deployed }, acts }: AdminApi): Promise<PolicyInForce> {
  const standing = await policies.read();
  const { unrecorded } = standing ?? {};
  if (standing && unrecorded !== undefined)
    await acts.record(unrecorded, (mark) => policies.recorded(standing, mark));
  return await policyInForce(policies, deployed);
}

async function longestLock(
  { retention: { policies, deployed } }: AdminApi,
  { policy }: PolicyInForce,
): Promise<number> {
  const versions = (await policies.history()).map((version) => version.policy);
  return Math.max(...[deployed, policy, ...versions].map(({ immutability_days }) => immutability_days));
}

async function logOf({ holds: { heads } }: AdminApi) {
  const head = await heads.read();
  const checkpoint = head && readCheckpoint(head.checkpoint);
  if (!head || !checkpoint) throw new AuditError('unavailable', 'The log has no checkpoint yet: ask again.');
  const { origin, size, root } = checkpoint;
  return { origin, size, root: toDigestText(root), verifierKey: head.verifierKey };
}

function checkOperator(
  { tenantId }: AdminApi,
  { caller, body }: Pick<Asked<typeof endContract>, 'caller'> & { body: { confirm: string } },
): void {
  if (caller.kind !== 'operator')
    throw new AuditError('forbidden', 'Only the operator ends a contract, by the function itself.');
  if (body.confirm !== tenantId)
    throw new AuditError('invalid_request', `confirm: expected the id of the tenant, ${tenantId}`, {
      field: 'confirm',
    });
}

function shown(ended: ContractEnd | undefined): { status: 200; body: object } {
  if (!ended) return { status: 200, body: { ended: false } };
  const { at, closing } = ended;
  return {
    status: 200,
    body: {
      ended: true,
      ended_at: formatTimestamp(at),
      ...(closing && { closing: { event_id: closing.eventId, statement: closing.statement } }),
    },
  };
}
