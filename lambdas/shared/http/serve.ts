import { isAuditError } from '../../../core/errors.ts';
import type { AccessLog } from './access-log.ts';
import { problemOf, problemResponse } from './problem.ts';
import type { ApiRequest } from './request.ts';
import type { ApiResponse } from './response.ts';
import type { Route } from './route.ts';

/**
 * Runs a route, and records the access before the answer goes out. That something is not there is an answer too, and
 * is recorded; other refusals give nothing out.
 */
export async function serve(route: Route, request: ApiRequest, access: AccessLog): Promise<ApiResponse> {
  const response = await route.handle(request).catch((error: unknown) => {
    if (isAuditError(error, 'not_found', 'purged'))
      return problemResponse(problemOf(error), request.requestId);
    throw error;
  });
  await access.record(route, request, response);
  return response;
}
