import type { GovernanceEventType } from '../../../core/event/governance.ts';
import type { Scope } from '../../../core/identity/scope.ts';
import type { Problem } from './problem.ts';
import type { ApiRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

/** One line of an API's table of routes. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/audit/events/{event_id}`: a segment in braces is a parameter, `{name+}` at the end takes all that is left. */
  path: string;
  /** Any one of these suffices; `public` asks for no token. */
  scopes: readonly [Scope, ...Scope[]] | 'public';
  /** Whether an emitter may ask with a claim instead of a token. */
  claims?: true;
  /** What a request leaves in the tenant's own log: without it a route does not compile. */
  leaves: Trace;
  /** Of a POST: why a repeat makes no second thing. Where it could, an `Idempotency-Key` tells it from the first. */
  repeats?: string;
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** How this route tells of a problem where its protocol has another form than RFC 9457; undefined: in that form. */
  refuse?(problem: Problem, header: ApiRequest['header']): ApiResponse | undefined;
}

/** The trace of a request in the tenant's own log. */
export type Trace =
  /**
   * `AUDIT_ACCESSED`, recorded for the route before the answer goes out; names what is read. Where `coalesced` holds,
   * the reads of some minutes are one record: for what is polled, and for what a reader takes in many small pieces.
   */
  | { accessTo: string; coalesced?: (request: ApiRequest) => boolean }
  /** The route itself records what it does, as one of these. */
  | { acts: readonly [GovernanceEventType, ...GovernanceEventType[]] }
  /** Nothing, and why. */
  | { nothing: string };

/** A route and its parameters, or the methods that the path has; none where there is no such path. */
export type Match =
  | { found: true; route: Route; params: Record<string, string> }
  | { found: false; allow: string[] };

/** Finds the route of a request. Segments are compared after percent-decoding, parameters are never empty. */
export function findRoute(routes: readonly Route[], method: string, path: string): Match {
  const segments = path.split('/').map(decode);
  const ofPath = routes.flatMap((route) => {
    const params = matchPath(route.path.split('/'), segments);
    return params ? [{ route, params }] : [];
  });
  const match = ofPath.find(({ route }) => route.method === method);
  return match ? { found: true, ...match } : { found: false, allow: ofPath.map(({ route }) => route.method) };
}

function matchPath(
  pattern: readonly string[],
  segments: readonly (string | undefined)[],
): Record<string, string> | undefined {
  const [, tail] = /^\{(.+)\+\}$/.exec(pattern.at(-1) ?? '') ?? [];
  if (tail !== undefined) {
    const rest = segments.slice(pattern.length - 1);
    // An escaped slash must not pass for the one between two segments.
    if (rest.length === 0 || !rest.every((segment) => segment && !segment.includes('/'))) return undefined;
    const params = matchPath(pattern.slice(0, -1), segments.slice(0, pattern.length - 1));
    return params && { ...params, [tail]: rest.join('/') };
  }
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [position, expected] of pattern.entries()) {
    const segment = segments[position];
    const [, name] = /^\{(.+)\}$/.exec(expected) ?? [];
    if (name === undefined ? segment !== expected : !segment) return undefined;
    if (name !== undefined && segment) params[name] = segment;
  }
  return params;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // half an escape is the name of nothing
  }
}
