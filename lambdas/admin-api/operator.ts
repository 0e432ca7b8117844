import { z } from 'zod';
import { utf8 } from '../../core/encoding.ts';
import { isAuditError } from '../../core/errors.ts';
import { short } from '../../core/event/values.ts';
import { SCOPES } from '../../core/identity/scope.ts';
import type { AccessLog } from '../shared/http/access-log.ts';
import type { LogLine } from '../shared/http/log-line.ts';
import { problemOf, problemResponse } from '../shared/http/problem.ts';
import type { ApiRequest } from '../shared/http/request.ts';
import { findRoute, type Route } from '../shared/http/route.ts';
import { serve } from '../shared/http/serve.ts';
import { describeError } from '../shared/logger.ts';

/** How the operator invokes the function directly. A proxy event of API Gateway never has this shape. */
const invocationSchema = z.strictObject({
  operator: z.strictObject({ actor: short() }),
  method: z.string(),
  path: z.string().startsWith('/').max(2_048),
  body: z.unknown().optional(),
});
export type OperatorInvocation = z.output<typeof invocationSchema>;

/** The operator's invocation, where `event` is one. */
export function asOperatorInvocation(event: unknown): OperatorInvocation | undefined {
  return invocationSchema.safeParse(event).data;
}

/**
 * Answers the operator through the same routes. Who may invoke the function is IAM's to say, so there is no token, and
 * every scope is granted; who the operator says they are stands in the record of the act.
 */
export async function answerOperator(
  routes: readonly Route[],
  invocation: OperatorInvocation,
  requestId: string,
  { log, access }: { log: LogLine; access: AccessLog },
): Promise<{ status: number; body: unknown }> {
  const { status, body } = await dispatch(routes, invocation, requestId, access).catch((error: unknown) => {
    const problem = problemOf(error);
    if (problem.status >= 500)
      log({
        level: 'ERROR',
        message: 'operator request failed',
        request_id: requestId,
        code: problem.code,
        ...describeError(error),
        retry: isAuditError(error, 'unavailable'),
      });
    return problemResponse(problem, requestId);
  });
  return { status, body };
}

async function dispatch(
  routes: readonly Route[],
  invocation: OperatorInvocation,
  requestId: string,
  access: AccessLog,
) {
  const { operator, method, path, body } = invocation;
  const url = new URL(path, 'https://operator.invalid');
  const match = findRoute(routes, method, url.pathname);
  if (!match.found) {
    const known = match.allow.length > 0;
    return problemResponse(
      {
        status: known ? 405 : 404,
        code: known ? 'method_not_allowed' : 'not_found',
        detail: known ? `This path takes ${match.allow.join(', ')}.` : 'There is nothing under this path.',
      },
      requestId,
    );
  }
  const query: Record<string, string[]> = {};
  for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name);
  const request: ApiRequest = {
    requestId,
    caller: { kind: 'operator', id: operator.actor, scopes: SCOPES },
    params: match.params,
    query,
    header: () => undefined,
    body: body === undefined ? new Uint8Array() : utf8(JSON.stringify(body)),
  };
  return await serve(match.route, request, access);
}
