import { AuditError } from '../../core/errors.ts';

const PASSING =
  /Throttl|TooManyRequests|LimitExceeded|RequestLimit|SlowDown|Timeout|TimedOut|InternalServer|InternalError|InternalFailure|ServiceUnavailable|DependencyTimeout|KeyUnavailable|TransactionInProgress|TransactionConflict/;
const NETWORK = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/**
 * Runs one call to AWS. What may pass (throttling, a server's own failure, the network) becomes `unavailable`, named
 * by `what`; everything else, a missing grant for one, is passed on as it is. Messages name no value of the request.
 */
export async function awsCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (mayPass(cause)) throw new AuditError('unavailable', `${what} does not answer`, { cause });
    throw cause;
  }
}

/** Whether `error` is the service's exception `name`. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $fault, $retryable, $metadata, code } = error as Error & {
    $fault?: string;
    $retryable?: unknown;
    $metadata?: { httpStatusCode?: number };
    code?: unknown;
  };
  return (
    $fault === 'server' ||
    $retryable !== undefined ||
    ($metadata?.httpStatusCode ?? 0) >= 500 ||
    $metadata?.httpStatusCode === 429 ||
    PASSING.test(error.name) ||
    (typeof code === 'string' && NETWORK.test(code))
  );
}
