import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { SELF_AGENT_ID } from '../../../core/event/envelope.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import { keyIdOf, publicJwkSchema } from '../../../core/identity/emitter.ts';
import type { EmitterEntry } from '../../../core/identity/registry.ts';
import { WORKLOAD } from '../../../core/identity/workload.ts';
import { type Asked, routeOf } from '../../shared/http/operation.ts';
import { parseInput } from '../../shared/http/request.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { listEmitters, registerEmitter, removeEmitter } from '../operations/emitters.ts';
import type { AdminApi } from '../ports.ts';

/** What a public JWK may say besides the key (RFC 7517, section 4): taken, and not kept. */
const INFORMATIVE = new Set(['kid', 'use', 'key_ops', 'alg', 'ext']);

/** `POST`, `GET` and `DELETE /v1/audit/emitters`. */
export function emitterRoutes(api: AdminApi) {
  return [
    routeOf(registerEmitter, (asked) => register(api, asked)),
    routeOf(listEmitters, async () => {
      const emitters = (await settled(api)).map(shown);
      return { status: 200, body: { emitters }, gives: { count: emitters.length } };
    }),
    routeOf(removeEmitter, (asked) => remove(api, asked)),
  ];
}

async function register(api: AdminApi, request: Asked<typeof registerEmitter>): Promise<ApiResponse> {
  const { emitter_id, agents, public_jwk } = request.body;
  const publicJwk = readPublicKey(public_jwk);
  if (agents.includes(SELF_AGENT_ID))
    throw new AuditError('invalid_request', `agents: ${SELF_AGENT_ID} is the audit trail itself`, {
      field: 'agents',
    });
  if (emitter_id?.startsWith(WORKLOAD))
    throw new AuditError('invalid_request', `emitter_id: ${WORKLOAD} begins the names of workloads`, {
      field: 'emitter_id',
    });
  const kid = await keyIdOf(publicJwk);
  const entry = {
    id: emitter_id ?? `emitter-${kid.slice(0, 12)}`,
    agents: [...new Set(agents)],
    kid,
    publicJwk,
    createdAt: api.clock.now(),
    createdBy: request.caller.id,
  };
  const unrecorded = api.acts.mark(
    'EMITTER_REGISTERED',
    { target: { type: 'emitter', id: entry.id }, after: { kid, agents: entry.agents } },
    request,
  );
  await settled(api);
  if (!(await api.emitters.add({ ...entry, unrecorded })))
    throw new AuditError('conflict', 'This key is, or was, registered; a removed key does not come back.');
  await api.acts.record(unrecorded, (mark) => api.emitters.recorded(kid, mark));
  return { status: 201, body: shown(entry) };
}

/** Removes the key with this id, or all keys of the emitter with this id. */
async function remove(api: AdminApi, request: Asked<typeof removeEmitter>): Promise<ApiResponse> {
  const { compromised_since } = request.query;
  const now = api.clock.now();
  const compromisedSince = compromised_since === undefined ? undefined : Date.parse(compromised_since);
  if (compromisedSince !== undefined && compromisedSince > now)
    throw new AuditError('invalid_request', 'compromised_since: expected a time that has passed', {
      field: 'compromised_since',
    });
  const { id } = request.params;
  const entries = (await settled(api)).filter((entry) => entry.kid === id || entry.id === id);
  if (entries.length === 0) throw new AuditError('not_found', 'There is no emitter and no key with this id.');

  const removed: EmitterEntry[] = [];
  for (const entry of entries) {
    const unrecorded = api.acts.mark(
      'EMITTER_REMOVED',
      {
        target: { type: 'emitter', id: entry.id },
        before: { kid: entry.kid, agents: [...entry.agents] },
        ...(compromised_since === undefined ? {} : { compromised_since }),
      },
      request,
    );
    const removal = { at: now, ...(compromisedSince === undefined ? {} : { compromisedSince }) };
    const standing = await api.emitters.remove(entry.kid, removal, unrecorded);
    if (standing.unrecorded === unrecorded)
      await api.acts.record(unrecorded, (mark) => api.emitters.recorded(entry.kid, mark));
    removed.push(standing);
  }
  return { status: 200, body: { emitters: removed.map(shown) } };
}

function readPublicKey(jwk: Record<string, unknown>) {
  if (Object.hasOwn(jwk, 'd'))
    throw new AuditError(
      'invalid_request',
      'public_jwk/d: this is a private key, and it has now left your hands: throw it away, make another, and send the public half alone',
      { field: 'public_jwk/d' },
    );
  const key = Object.fromEntries(Object.entries(jwk).filter(([name]) => !INFORMATIVE.has(name)));
  return parseInput(z.object({ public_jwk: publicJwkSchema }), { public_jwk: key }).public_jwk;
}

async function settled({ emitters, acts }: AdminApi): Promise<EmitterEntry[]> {
  const entries = await emitters.list();
  await acts.settle(entries, (entry, mark) => emitters.recorded(entry.kid, mark));
  return entries;
}

function shown(entry: EmitterEntry) {
  return {
    emitter_id: entry.id,
    kid: entry.kid,
    agents: entry.agents,
    public_jwk: entry.publicJwk,
    created_at: formatTimestamp(entry.createdAt),
    created_by: entry.createdBy,
    ...(entry.removedAt === undefined ? {} : { removed_at: formatTimestamp(entry.removedAt) }),
    ...(entry.compromisedSince === undefined
      ? {}
      : { compromised_since: formatTimestamp(entry.compromisedSince) }),
  };
}
