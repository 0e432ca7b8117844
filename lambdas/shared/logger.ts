import { isAuditError } from '../../core/errors.ts';

/**
 * What a log line may say of an error: its kind and code, down the chain of causes, and where it was thrown. Messages of our
 * own errors name no value of an event; those of others may, and are left out.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (isAuditError(error)) {
    const { code, message, cause } = error;
    return { error: code, reason: message, ...(cause !== undefined && { cause: describeError(cause) }) };
  }
  if (!(error instanceof Error)) return { error: typeof error };
  const at = framesOf(error);
  return { error: error.name, ...(at && { at }) };
}

const MOST_FRAMES = 10;

/** Where `error` was thrown: lines of its stack, without the message, which stands at their head. */
function framesOf({ stack = '', message }: Error): string[] | undefined {
  const start = stack.indexOf(message);
  if (start === -1) return undefined; // the message was changed later, so what stands there is another
  const frames = stack
    .slice(start + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
  return frames.slice(0, MOST_FRAMES);
}
