import { nameOf, type RouteLine } from './route-tables.ts';
import type { Thing } from './things.ts';

/** How a route is attacked beyond what its line in the table says (scopes, and whether it takes claims). */
export interface Expectation {
  /**
   * What each parameter of the path names, all kinds where it takes several: another tenant's is tried, and has to be
   * answered like one that nobody has. `{ as }` for a parameter that names nothing that a tenant has: a value to send.
   */
  readonly path?: Readonly<Record<string, readonly [Thing, ...Thing[]] | { readonly as: string }>>;
  /** Query parameters that name something: another tenant's is tried, and has to select nothing. */
  readonly query?: Readonly<Record<string, Thing>>;
  /** Query parameters without which nothing is looked for. */
  readonly always?: Readonly<Record<string, string>>;
  /** Takes `cursor`: another tenant's is tried. */
  readonly pages?: true;
  /** Takes `tenant_id`: another tenant's id is tried. */
  readonly tenantId?: true;
  /** A body for requests that carry one; whatever it says, nobody who is refused gets as far as that. */
  readonly body?: unknown;
}

const EVENT = { event_id: 'x' };

/**
 * What is expected of every route, by `METHOD path` of the route tables. A route that is missing here fails the suite:
 * say what its parameters name. Things that a tenant can have are in `things.ts`.
 */
export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  'POST /v1/audit/events': { body: { events: [EVENT] } },
  'GET /v1/audit/events': { query: { task_id: 'task', agent_id: 'agent' }, pages: true, tenantId: true },
  'GET /v1/audit/events/{event_id}': { path: { event_id: ['event'] } },
  'GET /v1/audit/receipts/{id}': { path: { id: ['event', 'content_hash'] } },
  'GET /v1/audit/tasks': { query: { agent_id: 'agent' }, pages: true },
  'GET /v1/audit/tasks/{task_id}': { path: { task_id: ['task'] } },
  'GET /v1/audit/tasks/{task_id}/timeline': { path: { task_id: ['task'] }, pages: true },
  'GET /v1/audit/log/checkpoint': {},
  'GET /v1/audit/log/tile/{path+}': { path: { path: { as: '0/000' } } },
  'GET /v1/audit/log/key': {},
  'GET /v1/audit/log/keys': {},
  'GET /v1/audit/quarantine': { pages: true },
  'POST /v1/audit/quarantine/{quarantine_id}/retry': { path: { quarantine_id: ['refusal'] } },
  'POST /v1/audit/reviews': { body: { scope: { task_id: 'x' }, checkpoint: 'x', conclusion: 'accepted' } },
  'GET /v1/audit/reviews': { query: { task_id: 'task' }, pages: true },
  'GET /v1/audit/caller': {},
  'GET /v1/openapi.json': {},
  'GET /console': {},
  'GET /console/': {},
  'GET /console/sign-in.json': {},
  'GET /console/{file+}': { path: { file: { as: 'index.html' } } },
  'POST /v1/audit/tokens': { body: { name: 'intruder', preset: 'reader' } },
  'GET /v1/audit/tokens': {},
  'GET /v1/audit/tokens/{token_id}': { path: { token_id: ['token'] } },
  'DELETE /v1/audit/tokens/{token_id}': { path: { token_id: ['token'] } },
  'POST /v1/audit/tokens/{token_id}/rotate': { path: { token_id: ['token'] }, body: {} },
  'POST /v1/audit/exports': { body: { format: 'ndjson' } },
  'GET /v1/audit/exports': { pages: true },
  'GET /v1/audit/exports/{export_id}': { path: { export_id: ['export'] } },
  'DELETE /v1/audit/exports/{export_id}': { path: { export_id: ['export'] } },
  'POST /v1/audit/exports/{export_id}/cancel': { path: { export_id: ['export'] } },
  'GET /v1/audit/exports/{export_id}/download': { path: { export_id: ['export'] } },
  'GET /v1/audit/retention-policy': {},
  'PUT /v1/audit/retention-policy': { body: { version: 1, policy: {} } },
  'GET /v1/audit/retention-policy/end': {},
  'POST /v1/audit/retention-policy/end': { body: { confirm: 'nobody' } },
  'POST /v1/audit/retention-policy/end/statement': { body: { confirm: 'nobody' } },
  'POST /v1/audit/legal-holds': { body: { filter: { task_id: 't' }, reason: 'none' } },
  'GET /v1/audit/legal-holds': {},
  'GET /v1/audit/legal-holds/{hold_id}': { path: { hold_id: ['hold'] } },
  'DELETE /v1/audit/legal-holds/{hold_id}': { path: { hold_id: ['hold'] }, always: { reason: 'none' } },
  'POST /v1/audit/erasures': { body: { user_id: 'nobody', request: 'none', preview: true } },
  'GET /v1/audit/erasures': {},
  'GET /v1/audit/erasures/{erasure_id}': { path: { erasure_id: ['erasure'] } },
  'POST /v1/audit/webhooks': { body: { url: 'https://intruder.example/' } },
  'GET /v1/audit/webhooks': {},
  'GET /v1/audit/webhooks/{webhook_id}': { path: { webhook_id: ['webhook'] } },
  'PATCH /v1/audit/webhooks/{webhook_id}': {
    path: { webhook_id: ['webhook'] },
    body: { url: 'https://intruder.example/' },
  },
  'DELETE /v1/audit/webhooks/{webhook_id}': { path: { webhook_id: ['webhook'] } },
  'POST /v1/audit/webhooks/{webhook_id}/test': { path: { webhook_id: ['webhook'] } },
  'POST /v1/audit/webhooks/{webhook_id}/replay': {
    path: { webhook_id: ['webhook'] },
    body: { from_index: 0 },
  },
  'POST /v1/audit/webhooks/{webhook_id}/secret': { path: { webhook_id: ['webhook'] }, body: {} },
  'GET /v1/audit/webhooks/{webhook_id}/deliveries': { path: { webhook_id: ['webhook'] } },
  'POST /v1/otlp/v1/traces': { body: {} },
  'POST /v1/audit/emitters': { body: { agents: ['intruder'], public_jwk: {} } },
  'GET /v1/audit/emitters': {},
  'DELETE /v1/audit/emitters/{id}': { path: { id: ['emitter', 'emitter_key'] } },
};

/** What the tables and the expectations do not agree on: routes and parameters that nobody attacks, and leftovers. */
export function mismatches(
  routes: readonly RouteLine[],
  expectations: Readonly<Record<string, Expectation>> = EXPECTATIONS,
): string[] {
  const names = new Set(routes.map(nameOf));
  const leftovers = Object.keys(expectations).filter((name) => !names.has(name));
  return [
    ...routes.flatMap((route) => missing(route, expectations[nameOf(route)])),
    ...leftovers.map((name) => `${name}: no table has this route any more; take it out of ${HERE}`),
  ];
}

const HERE = 'clients/operator/isolation/routes/expectations.ts';

function missing(route: RouteLine, expectation: Expectation | undefined): string[] {
  const name = nameOf(route);
  if (!expectation)
    return [`${name}: no expectation; say in ${HERE} what its parameters name, so that it is attacked`];
  const parameters = [...route.path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, parameter = '']) => parameter);
  return parameters
    .filter((parameter) => !Object.hasOwn(expectation.path ?? {}, parameter))
    .map((parameter) => `${name}: {${parameter}} names nothing; say in ${HERE} what it names`);
}
