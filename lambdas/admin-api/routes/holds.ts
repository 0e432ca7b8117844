import { AuditError } from '../../../core/errors.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { pseudonymOf } from '../../../core/event/personal-data.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import type { JsonValue } from '../../../core/event/values.ts';
import { countMatches } from '../../../core/query/matches.ts';
import { type HoldFilter, isInForce, type LegalHold, selectHeld } from '../../../core/retention/hold.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { getHold, listHolds, placeHold, releaseHold } from '../operations/holds.ts';
import type { AdminApi } from '../ports.ts';

/** `POST`, `GET` and `DELETE /v1/audit/legal-holds`. */
export function holdRoutes(api: AdminApi) {
  return [
    routeOf(placeHold, (asked) => place(api, asked)),
    routeOf(listHolds, async () => {
      const holds = await settled(api);
      const now = api.clock.now();
      const legal_holds = holds.map((hold) => shown(hold, now));
      return { status: 200, body: { legal_holds }, gives: { count: legal_holds.length } };
    }),
    routeOf(getHold, async ({ params }) => {
      const body = shown(find(await settled(api), params.hold_id), api.clock.now());
      return { status: 200, body, gives: { count: 1 } };
    }),
    routeOf(releaseHold, (asked) => release(api, asked)),
  ];
}

async function place(api: AdminApi, asked: Asked<typeof placeHold>): Promise<ApiResponse> {
  const { filter: given, reason, until, awaits } = asked.body;
  const now = api.clock.now();
  const ends = until === undefined ? undefined : Date.parse(until);
  if (ends !== undefined && ends <= now) throw invalid('until', 'expected a time to come');
  const { index, pseudonym } = await api.holds.keys();
  const { subject } = given;
  const filter: HoldFilter = subject
    ? { ...given, subject: { type: subject.type, id: pseudonymOf(subject, pseudonym) } }
    : given;
  const size = (await api.holds.heads.read())?.finalSize ?? 0;
  const matches = await countMatches(api.holds.table, selectHeld(filter, index), size);
  if (matches === 0 && awaits !== true)
    throw invalid(
      'filter',
      'no record matches this now. If records are to come that shall be kept, say "awaits": true',
    );
  await settled(api);
  const hold: LegalHold = {
    holdId: mintEventId(now, api.random),
    filter,
    reason,
    ...(ends !== undefined && { until: ends }),
    placedAt: now,
    placedBy: { type: asked.caller.kind, id: asked.caller.id },
    secured: { batches: 0, files: 0 },
  };
  const unrecorded = api.acts.mark(
    'LEGAL_HOLD_PLACED',
    {
      target: { type: 'legal-hold', id: hold.holdId, filter: asJson(filter) },
      after: { matches, ...(until !== undefined && { until }) },
      reason,
    },
    asked,
  );
  await api.holds.registry.add({ ...hold, unrecorded });
  await api.acts.record(unrecorded, (mark) => api.holds.registry.recorded(hold.holdId, mark));
  return { status: 201, body: { ...shown(hold, now), matches } };
}

async function release(api: AdminApi, asked: Asked<typeof releaseHold>): Promise<ApiResponse> {
  const { registry } = api.holds;
  const { reason, placed_by } = asked.query;
  const hold = find(await settled(api), asked.params.hold_id);
  const { placedBy } = hold;
  if (hold.release) throw releasedBefore(hold.release);
  const own = placedBy.type === asked.caller.kind && placedBy.id === asked.caller.id;
  if (!own && placed_by !== placedBy.id)
    throw new AuditError(
      'forbidden',
      `This hold was placed by another: ${placedBy.type} ${placedBy.id}. To release it in their place, name them: placed_by.`,
      { field: 'placed_by' },
    );
  const given = { at: api.clock.now(), by: { type: asked.caller.kind, id: asked.caller.id }, reason };
  const unrecorded = api.acts.mark(
    'LEGAL_HOLD_RELEASED',
    {
      target: { type: 'legal-hold', id: hold.holdId, filter: asJson(hold.filter) },
      before: { placed_by: placedBy, placed_at: formatTimestamp(hold.placedAt), reason: hold.reason },
      reason,
    },
    asked,
  );
  if (!(await registry.release(hold.holdId, given, unrecorded)))
    throw releasedBefore((await registry.get(hold.holdId))?.release);
  await api.acts.record(unrecorded, (mark) => registry.recorded(hold.holdId, mark));
  return { status: 200, body: shown({ ...hold, release: given }, given.at) };
}

async function settled({ holds: { registry }, acts }: AdminApi): Promise<LegalHold[]> {
  const holds = await registry.list();
  await acts.settle(holds, (hold, mark) => registry.recorded(hold.holdId, mark));
  return holds.map(({ unrecorded: _, ...hold }) => hold);
}

function find(holds: readonly LegalHold[], holdId: string): LegalHold {
  const hold = holds.find((one) => one.holdId === holdId);
  if (!hold) throw new AuditError('not_found', 'There is no legal hold with this id.');
  return hold;
}

function releasedBefore(release: LegalHold['release']): AuditError {
  const when = release ? ` at ${formatTimestamp(release.at)} by ${release.by.type} ${release.by.id}` : '';
  return new AuditError(
    'conflict',
    `This hold was released${when}. To keep the records again, place another.`,
  );
}

function invalid(field: string, expected: string): AuditError {
  return new AuditError('invalid_request', `${field}: ${expected}`, { field });
}

/** A filter without the members that are not set, which JSON does not know. */
function asJson(filter: HoldFilter): JsonValue {
  return JSON.parse(JSON.stringify(filter)) as JsonValue;
}

function shown(hold: LegalHold, now: number) {
  const { holdId, filter, reason, until, placedAt, placedBy, release: released, secured } = hold;
  return {
    hold_id: holdId,
    filter,
    reason,
    state: isInForce(hold, now) ? 'in_force' : released ? 'released' : 'ended',
    ...(until !== undefined && { until: formatTimestamp(until) }),
    placed_at: formatTimestamp(placedAt),
    placed_by: placedBy,
    ...(released && {
      released_at: formatTimestamp(released.at),
      released_by: released.by,
      release_reason: released.reason,
    }),
    secured_records: secured.batches,
  };
}
