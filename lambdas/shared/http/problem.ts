import { STATUS_CODES } from 'node:http';
import { type ErrorCode, isAuditError } from '../../../core/errors.ts';
import type { ApiResponse } from './response.ts';

/** The one table from what went wrong to what HTTP calls it. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  malformed: 400,
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  purged: 410,
  conflict: 409,
  too_large: 413,
  unavailable: 503,
  integrity: 500,
  misconfigured: 500,
};

/** Codes that only HTTP knows. */
type HttpCode =
  | 'method_not_allowed'
  | 'rate_limited'
  | 'internal_error'
  | 'in_progress'
  | 'made_already'
  | 'key_reused';
const HTTP_STATUS: Readonly<Record<HttpCode, number>> = {
  method_not_allowed: 405,
  rate_limited: 429,
  internal_error: 500,
  in_progress: 409,
  made_already: 409,
  key_reused: 422,
};
export type ProblemCode = ErrorCode | HttpCode;

/** The status that a problem with this code has. */
export function statusOf(code: ProblemCode): number {
  return code in HTTP_STATUS ? HTTP_STATUS[code as HttpCode] : STATUS[code as ErrorCode];
}

/** A problem as RFC 9457 has it; `code` is stable, `detail` is for people. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  /** The parameter or the field of the body that it is about. */
  field?: string | undefined;
  headers?: Readonly<Record<string, string>>;
}

/** What a caller hears where the fault is ours: never the message, which may name what lies inside. */
const OWN_FAULT: Readonly<Partial<Record<ProblemCode, string>>> = {
  integrity: 'What is stored did not pass its own checks, so it was not given out.',
  misconfigured: 'The service is not configured as it should be.',
  unavailable: 'A part of the service does not answer at the moment; try again.',
  internal_error: 'Something went wrong on our side.',
};

/** The answer that tells of `problem`. */
export function problemResponse(problem: Problem, requestId: string): ApiResponse {
  const { status, code, detail, field, headers } = problem;
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      code,
      detail,
      ...(field === undefined ? {} : { field }),
      request_id: requestId,
    },
  };
}

/** The problem that `error` is to a caller. What is no `AuditError` is our fault, and says no more. */
export function problemOf(error: unknown): Problem {
  const code: ProblemCode = isAuditError(error) ? error.code : 'internal_error';
  const status = isAuditError(error) ? STATUS[error.code] : 500;
  const own = OWN_FAULT[code];
  return {
    status,
    code: code === 'misconfigured' ? 'internal_error' : code,
    detail: own ?? (error instanceof Error ? error.message : ''),
    ...(isAuditError(error) && own === undefined ? { field: error.field } : {}),
    ...(status === 503 ? { headers: { 'retry-after': '5' } } : {}),
  };
}
