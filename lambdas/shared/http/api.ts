import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { isAuditError } from '../../../core/errors.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import type { Allowance, RateLimiter } from '../../../core/identity/usage.ts';
import type { Codec } from '../../../core/ports.ts';
import { signals } from '../env.ts';
import { describeError } from '../logger.ts';
import type { AccessLog } from './access-log.ts';
import { type AuthenticationTerms, authenticate } from './authenticate.ts';
import type { Caller } from './caller.ts';
import type { LogLine } from './log-line.ts';
import { type Problem, problemOf, problemResponse } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { answerOnce, type RepeatTerms } from './repeat.ts';
import { decodeBody, headerOf } from './request.ts';
import { type ApiResponse, toProxyResult } from './response.ts';
import { findRoute, type Match, type Route } from './route.ts';
import { serve } from './serve.ts';

/** What every API function has, besides its routes. */
export interface ApiTerms extends AuthenticationTerms, RepeatTerms {
  codec: Codec;
  log: LogLine;
  /** Where reads are recorded. */
  access: AccessLog;
  limiter: RateLimiter;
}

/** A proxy event, with what the steps before the handler found out. */
type ApiEvent = APIGatewayProxyEvent & {
  match?: Match;
  caller?: Caller;
  allowance?: Allowance;
  decoded?: Uint8Array;
};
type Step = MiddlewareObj<ApiEvent, APIGatewayProxyResult, Error, Context>;

/** The caller of a public route, who may be anybody. */
const ANYBODY: Caller = { kind: 'token', id: 'anybody', scopes: [] };

/**
 * The handler of a function behind API Gateway's REST proxy (payload version 1). Who asks is settled before what is
 * asked for: without a token every path that is not public answers 401, also those that do not exist.
 */
export function makeApi(routes: readonly Route[], terms: ApiTerms) {
  return middy<ApiEvent, APIGatewayProxyResult, Error, Context>()
    .use(tellProblems(terms))
    .use(admitCallers(routes, terms))
    .use(limitRates(terms))
    .use(checkRoute())
    .use(decodeBodies(terms))
    .handler(async (event) => {
      const { match, caller = ANYBODY, decoded = new Uint8Array() } = event;
      if (!match?.found) throw new Error('a request came through without a route');
      const requestId = requestIdOf(event);
      const request = {
        requestId,
        caller,
        params: match.params,
        query: queryOf(event),
        header: (name: string) => headerOf(event, name),
        body: decoded,
      };
      const { route } = match;
      return respond(
        event,
        await answerOnce(route, request, terms, () => serve(route, request, terms.access)),
      );
    });
}

/** Whatever a later step throws becomes a problem; what is our fault goes to the log, without the request's data. */
function tellProblems({ log }: ApiTerms): Step {
  return {
    onError: (request) => {
      const { event, error } = request;
      const problem = problemOf(error);
      if (problem.status >= 500) {
        log({
          level: 'ERROR',
          message: 'request failed',
          request_id: requestIdOf(event),
          method: event.httpMethod,
          route: event.match?.found ? event.match.route.path : 'none',
          code: problem.code,
          ...signalOf(error),
          ...describeError(error),
        });
      }
      request.response = refuse(event, problem);
    },
  };
}

function signalOf(error: unknown): { signal?: string } {
  if (isAuditError(error, 'integrity')) return { signal: signals.integrity };
  return isAuditError(error, 'unavailable') ? { signal: signals.unavailable } : {};
}

function admitCallers(routes: readonly Route[], terms: ApiTerms): Step {
  return {
    before: async ({ event }) => {
      const match = findRoute(routes, event.httpMethod, event.path);
      event.match = match;
      if (match.found && match.route.scopes === 'public') return undefined;
      const authorization = headerOf(event, 'authorization');
      const who = await authenticate(authorization, terms, {
        claims: match.found && match.route.claims === true,
      });
      if (who.caller) {
        event.caller = who.caller;
        return undefined;
      }
      if (who.why !== 'none')
        terms.log({
          level: 'WARN',
          message: 'a bearer was refused',
          signal: signals.tokenRefused,
          request_id: requestIdOf(event),
          why: who.why,
        });
      const challenge = authorization === undefined ? '' : ', error="invalid_token"';
      return refuse(event, {
        status: 401,
        code: 'unauthenticated',
        detail: 'Expected a valid bearer token of this tenant.',
        headers: { 'www-authenticate': `Bearer realm="agent-audit-trail"${challenge}` },
      });
    },
  };
}

/** A caller that has used up its minute is told so before anything is looked at. */
function limitRates({ limiter, log }: ApiTerms): Step {
  return {
    before: async ({ event }) => {
      const { caller } = event;
      if (!caller) return undefined;
      const allowance = await limiter.admit(`${caller.kind}#${caller.id}`, limitOf(caller));
      event.allowance = allowance;
      if (allowance.admitted) return undefined;
      log({
        level: 'WARN',
        message: 'a caller used up its minute',
        signal: signals.rateLimited,
        request_id: requestIdOf(event),
        caller: caller.kind,
        ...(caller.kind === 'token' && { token_id: caller.id }),
      });
      return refuse(event, {
        status: 429,
        code: 'rate_limited',
        detail: `More than ${allowance.limit} requests in a minute: try again in ${allowance.resetsIn} s.`,
        headers: { 'retry-after': String(allowance.resetsIn) },
      });
    },
  };
}

function limitOf(caller: Caller): number | undefined {
  return caller.kind === 'token' ? caller.requestsPerMinute : undefined;
}

/** 404 and 405, then 403: what exists is told to those alone who have a token. */
function checkRoute(): Step {
  return {
    before: ({ event }) => {
      const { match, caller = ANYBODY } = event;
      if (!match?.found) {
        const allow = match?.allow ?? [];
        return refuse(
          event,
          allow.length === 0
            ? { status: 404, code: 'not_found', detail: 'There is nothing under this path.' }
            : {
                status: 405,
                code: 'method_not_allowed',
                detail: `This path takes ${allow.join(', ')}.`,
                headers: { allow: allow.join(', ') },
              },
        );
      }
      const { scopes } = match.route;
      if (scopes === 'public' || caller.kind === 'emitter') return undefined; // claims are admitted by route
      if (scopes.some((scope) => hasScope(caller.scopes, scope))) return undefined;
      return refuse(event, {
        status: 403,
        code: 'forbidden',
        detail: `This needs a token with the scope ${scopes.join(' or ')}.`,
        headers: {
          'www-authenticate': `Bearer realm="agent-audit-trail", error="insufficient_scope", scope="${scopes.join(' ')}"`,
        },
      });
    },
  };
}

function decodeBodies({ codec }: ApiTerms): Step {
  return {
    before: ({ event }) => {
      event.decoded = decodeBody(event, codec);
    },
  };
}

function refuse(event: ApiEvent, problem: Problem): APIGatewayProxyResult {
  const route = event.match?.found ? event.match.route : undefined;
  const own = route?.refuse?.(problem, (name) => headerOf(event, name));
  return respond(event, own ?? problemResponse(problem, requestIdOf(event)));
}

/** Every answer to somebody who showed a token says what is left of its minute. */
function respond(event: ApiEvent, response: ApiResponse): APIGatewayProxyResult {
  const headers = { ...(event.allowance && rateLimitHeaders(event.allowance)), ...response.headers };
  return toProxyResult({ ...response, headers }, requestIdOf(event));
}

function requestIdOf(event: APIGatewayProxyEvent): string {
  return event.requestContext.requestId;
}

function queryOf(event: APIGatewayProxyEvent): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    if (values) query[name] = values;
  }
  return query;
}
