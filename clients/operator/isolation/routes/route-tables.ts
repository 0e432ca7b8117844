import type { Scope } from '../../../../core/identity/scope.ts';
import { adminRoutes } from '../../../../lambdas/admin-api/admin-api.ts';
import { ingestRoutes } from '../../../../lambdas/ingest-api/ingest-api.ts';
import { readRoutes } from '../../../../lambdas/read-api/read-api.ts';

/** What a route's own table says of it. */
export interface RouteLine {
  readonly method: string;
  readonly path: string;
  readonly scopes: readonly Scope[] | 'public';
  readonly claims?: true;
}

/** Stands for the ports that routes work on: tables are read here, no route is ever run. */
const NO_PORTS: never = new Proxy(() => undefined, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : NO_PORTS),
  apply: () => NO_PORTS,
}) as never;

/** The routes of every function behind the API, by the function's name, from the tables that it serves by itself. */
export const ROUTE_TABLES: Readonly<Record<string, readonly RouteLine[]>> = {
  'admin-api': adminRoutes(NO_PORTS),
  'ingest-api': ingestRoutes(NO_PORTS),
  'read-api': readRoutes(NO_PORTS),
};

/** A route's name in expectations and reports. */
export function nameOf({ method, path }: Pick<RouteLine, 'method' | 'path'>): string {
  return `${method} ${path}`;
}
