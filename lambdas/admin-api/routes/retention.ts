import { AuditError } from '../../../core/errors.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import { explainChange } from '../../../core/retention/explain-change.ts';
import type { RetentionPolicy } from '../../../core/retention/policy.ts';
import { PRESETS } from '../../../core/retention/presets.ts';
import {
  belowFloors,
  type PolicyInForce,
  policyInForce,
  raisedTo,
  type SetPolicy,
} from '../../../core/retention/standing-policy.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { getRetentionPolicy, putRetentionPolicy } from '../operations/retention.ts';
import type { AdminApi } from '../ports.ts';

/** `GET` and `PUT /v1/audit/retention-policy`. */
export function retentionRoutes(api: AdminApi) {
  return [
    routeOf(getRetentionPolicy, async () => {
      const { ended: _, ...standing } = await settled(api);
      const history = await api.retention.policies.history();
      const body = { ...standing, history: history.map(shownVersion), presets: PRESETS };
      return { status: 200, headers: etag(standing.version), body, gives: { count: 1 } };
    }),
    routeOf(putRetentionPolicy, (asked) => put(api, asked)),
  ];
}

async function put(api: AdminApi, asked: Asked<typeof putRetentionPolicy>): Promise<ApiResponse> {
  const { policies, deployed } = api.retention;
  const { policy, reason, preview } = asked.body;
  const seen = versionSeen(asked);
  const [below] = belowFloors(policy, deployed);
  if (below) throw invalid(`policy/${below.field}`, below.expected);
  const before = await settled(api);
  if (before.version !== seen) throw overtaken(before);
  const { ended, ...told } = before;
  const changes = explainChange(before.policy, policy);
  if (preview === true || Object.values(changes).every((lines) => lines.length === 0))
    return { status: 200, headers: etag(seen), body: { ...told, policy, applied: false, changes } };

  const next: SetPolicy = {
    version: seen + 1,
    policy,
    changedAt: api.clock.now(),
    changedBy: { type: asked.caller.kind, id: asked.caller.id },
    previous: before.policy,
    ...(ended && { ended }),
    ...(reason !== undefined && { reason }),
  };
  const unrecorded = api.acts.mark(
    'RETENTION_POLICY_CHANGED',
    {
      target: { type: 'retention-policy', id: String(next.version) },
      before: { version: seen, ...before.policy },
      after: { version: next.version, ...policy },
      ...(reason !== undefined && { reason }),
    },
    asked,
  );
  if (!(await policies.set({ ...next, unrecorded }))) throw overtaken(await settled(api));
  await api.acts.record(unrecorded, (mark) => policies.recorded(next, mark));
  const body = { ...shownVersion(next), floors: floorsOf(deployed), applied: true, changes };
  return { status: 200, headers: etag(next.version), body };
}

/** The policy in force, once a change that was made and not recorded yet is on its way. */
async function settled({ retention: { policies, deployed }, acts }: AdminApi) {
  const standing = await policies.read();
  const { unrecorded } = standing ?? {};
  if (standing && unrecorded !== undefined)
    await acts.record(unrecorded, (mark) => policies.recorded(standing, mark));
  const floors = floorsOf(deployed);
  if (!standing) return { ...(await policyInForce(policies, deployed)), floors };
  const { ended } = await policyInForce(policies, deployed);
  return {
    ...shownVersion(standing),
    policy: raisedTo(deployed, standing.policy),
    floors,
    ...(ended && { ended }),
  };
}

function versionSeen({ body, header }: Asked<typeof putRetentionPolicy>): number {
  const [, tag] = /^"(\d{1,9})"$/.exec(header('if-match')?.trim() ?? '') ?? [];
  if (header('if-match') !== undefined && tag === undefined)
    throw invalid('if-match', 'expected the ETag of GET, a version in quotes');
  const named = tag === undefined ? body.version : Number(tag);
  if (named === undefined)
    throw invalid(
      'version',
      'expected the version that the change is based on (from GET), here or as If-Match: ' +
        'without it the change of somebody else could be overwritten',
    );
  if (body.version !== undefined && body.version !== named)
    throw invalid('version', 'expected the same version as in If-Match');
  return named;
}

function overtaken({ version }: Pick<PolicyInForce, 'version'>): AuditError {
  return new AuditError(
    'conflict',
    `Version ${version} stands now: somebody has changed the policy. Read it, and send your change based on that.`,
    { field: 'version' },
  );
}

function invalid(field: string, expected: string): AuditError {
  return new AuditError('invalid_request', `${field}: ${expected}`, { field });
}

function shownVersion({ version, policy, changedAt, changedBy, reason }: SetPolicy) {
  return {
    version,
    policy,
    changed_at: formatTimestamp(changedAt),
    changed_by: changedBy,
    ...(reason !== undefined && { reason }),
  };
}

function floorsOf({ immutability_days, min_days }: RetentionPolicy) {
  return { immutability_days, min_days };
}

function etag(version: number): { etag: string } {
  return { etag: `"${version}"` };
}
