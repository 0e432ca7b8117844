/**
 * Why the product could not go on. Expected outcomes (a duplicate, an event that is refused, a proof that does
 * not verify) are results, not errors; these are for callers that asked for something impossible, for the
 * world failing, and for corruption.
 */
export type ErrorCode =
  | 'malformed' // bytes that are not what they claim to be
  | 'invalid_request' // a caller's request; `field` says where
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'purged' // it was there, or may have been, and is gone by retention
  | 'conflict'
  | 'too_large'
  | 'unavailable' // a dependency that may work later: retry
  | 'integrity' // corruption or a fork: stop and alarm, never retry blindly
  | 'misconfigured'; // the deployment itself is wrong

/** The one error class of the product. `field` is a JSON Pointer or parameter name where that helps the caller. */
export class AuditError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; field?: string } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'AuditError';
    this.code = code;
    this.field = options.field;
  }
}

/** Whether `error` is an `AuditError` with one of `codes` (any, when none is given). */
export function isAuditError(error: unknown, ...codes: ErrorCode[]): error is AuditError {
  return error instanceof AuditError && (codes.length === 0 || codes.includes(error.code));
}
