import { isAuditError } from '../../core/errors.ts';

/**
 * What a log line may say of an error: its kind and code, down the chain of causes. Messages of our own errors name no
 * value of an event; those of others may, and are left out.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (isAuditError(error)) {
    const { code, message, cause } = error;
    return { error: code, reason: message, ...(cause !== undefined && { cause: describeError(cause) }) };
  }
  return { error: error instanceof Error ? error.name : typeof error };
}
